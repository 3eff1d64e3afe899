import type { Application, Tree } from '../domain/index.ts'
import { type Claim, claimsOf } from './application-claims.ts'
import { chartsUsing } from './chart-files.ts'
import type { KustomizationGraph } from './kustomization-graph.ts'
import type { Sources } from './resolve.ts'
import { directoriesAbove, parentPath } from './tree.ts'
import { sameTree, type TreeAt } from './world.ts'

type Glob = {
  readonly application: Application
  readonly below: string
  readonly matches: (path: string) => boolean
}

/** Tables of what Applications say they read of one tree. */
export type ReaderIndex = {
  /** Everyone who may read the file: no reader is missing, and who does not read it may be in it. */
  readonly candidates: (path: string, graph: KustomizationGraph) => ReadonlySet<Application>
  /** Applications whose source is that directory. */
  readonly at: (dir: string) => readonly Application[]
}

type Tables = {
  readonly directories: Map<string, Application[]>
  readonly files: Map<string, Application[]>
  readonly roots: Map<string, Application[]>
  readonly globs: Glob[]
}

const TABLES = { directory: 'directories', file: 'files', root: 'roots' } as const

function add(table: Map<string, Application[]>, key: string, application: Application): void {
  const known = table.get(key)
  if (known === undefined) table.set(key, [application])
  else if (known.at(-1) !== application) known.push(application)
}

function enter(tables: Tables, application: Application, claim: Claim): void {
  if (claim.is === 'glob') tables.globs.push({ application, below: claim.below, matches: claim.matches })
  else add(tables[TABLES[claim.is]], claim.path, application)
}

/** Whether a claim is one on this tree; asked once for each repository and revision that Applications name. */
function claimsTree(sources: Sources, home: TreeAt): (claim: Claim) => boolean {
  const answers = new Map<string, boolean>()
  return ({ repoURL, revision }) => {
    const name = `${repoURL}\n${revision}`
    const known = answers.get(name)
    if (known !== undefined) return known
    const tree = sources.tree(repoURL, revision)
    const answer = tree !== undefined && sameTree({ tree, repoURL, revision }, home)
    answers.set(name, answer)
    return answer
  }
}

function hasOverrides(tree: Tree): ReadonlySet<string> {
  const files = tree.paths().filter((path) => path.slice(path.lastIndexOf('/') + 1).startsWith('.argocd-source'))
  return new Set(files.map(parentPath))
}

function indexOf(others: readonly Application[], sources: Sources, home: TreeAt): ReaderIndex {
  const tables: Tables = { directories: new Map(), files: new Map(), roots: new Map(), globs: [] }
  const isHome = claimsTree(sources, home)
  for (const application of others) {
    for (const claim of claimsOf(application)) if (isHome(claim)) enter(tables, application, claim)
  }
  // What such a file says of value files is known only when the source is resolved.
  const overridden = [...hasOverrides(home.tree)].flatMap((dir) => tables.directories.get(dir) ?? [])
  const candidates = (path: string, graph: KustomizationGraph): ReadonlySet<Application> => {
    const found = new Set([...overridden, ...(tables.files.get(path) ?? [])])
    const addAll = (some: readonly Application[] = []): void => {
      for (const one of some) found.add(one)
    }
    for (const dir of directoriesAbove(path)) {
      addAll(tables.directories.get(dir))
      for (const chart of chartsUsing(home.tree, dir)) addAll(tables.directories.get(chart))
    }
    for (const root of [path, ...graph.readers(path)]) {
      addAll(tables.directories.get(root))
      addAll(tables.roots.get(root))
    }
    for (const { application, below, matches } of tables.globs) {
      if ((below === '' || path.startsWith(`${below}/`)) && matches(path)) found.add(application)
    }
    return found
  }
  return { candidates, at: (dir) => tables.directories.get(dir) ?? [] }
}

type ByTree = WeakMap<Tree, Map<string, ReaderIndex>>

const indexes = new WeakMap<readonly Application[], WeakMap<Sources, ByTree>>()

/** The index of a set of Applications over one tree, kept as long as the set is: nothing is rendered or resolved for it. */
export function readerIndex(others: readonly Application[], sources: Sources, home: TreeAt): ReaderIndex {
  const bySources = indexes.get(others) ?? new WeakMap<Sources, ByTree>()
  indexes.set(others, bySources)
  const byTree: ByTree = bySources.get(sources) ?? new WeakMap<Tree, Map<string, ReaderIndex>>()
  bySources.set(sources, byTree)
  const byName = byTree.get(home.tree) ?? new Map<string, ReaderIndex>()
  byTree.set(home.tree, byName)
  const name = `${home.repoURL}\n${home.revision}`
  const index = byName.get(name) ?? indexOf(others, sources, home)
  byName.set(name, index)
  return index
}
