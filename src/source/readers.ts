import type { Application, Tree } from '../domain/index.ts'
import { parseSource, rawSources } from './application.ts'
import { formatOf } from './formats/index.ts'
import { kustomizationFile } from './formats/kustomize-file.ts'
import { filesReadBy, kustomizationRoots } from './kustomize/index.ts'
import { isRefused } from './refused.ts'
import { type ResolvedSource, resolveSources, type Sources, treeAt } from './resolve.ts'
import { bytesIfReadable } from './tree.ts'
import { sameTree, type TreeAt } from './world.ts'

/** Something else that renders files of the tree: another Application, or a kustomization that no other one refers to. */
export type Reader =
  | { readonly name: string; readonly application: Application }
  | { readonly name: string; readonly root: string }

export type Readers = {
  /** Everything else that reads the file. */
  of(path: string): readonly Reader[]
}

type Scope = {
  readonly application: Application
  readonly sources: Sources
  readonly others: readonly Application[]
  /** The tree that is edited; a file of another tree has no readers here. */
  readonly home: TreeAt
}

/** Whether a file lies in what an Application that can't be resolved says it reads. */
function mayRead(application: Application, sources: Sources, home: TreeAt, path: string): boolean {
  return rawSources(application.manifest).some(({ raw, where }) => {
    const source = parseSource(raw, where)
    if (isRefused(source) || source.path === undefined) return false
    const { repoURL, targetRevision: revision } = source
    const tree = sources.tree(repoURL, revision)
    if (tree === undefined || !sameTree({ tree, repoURL, revision }, home)) return false
    return source.path === '' || path.startsWith(`${source.path}/`)
  })
}

function readsOf(resolved: readonly ResolvedSource[], home: TreeAt): ReadonlySet<string> {
  const files = resolved.flatMap((source) => [
    ...formatOf(source).reads(source),
    ...source.overrides.map((path) => ({ ...treeAt(source), path })),
  ])
  return new Set(files.filter((file) => sameTree(file, home)).map(({ path }) => path))
}

function kustomizedDirs(resolved: readonly ResolvedSource[], home: TreeAt): readonly string[] {
  return resolved
    .filter((source) => sameTree(treeAt(source), home) && formatOf(source).name === 'kustomize')
    .map((source) => source.dir)
}

const rootsOf = new WeakMap<Tree, ReadonlyMap<string, ReadonlySet<string>>>()

const COMPONENT = /^kind: *["']?Component\b/m

/** A component is no root: it is built only into what names it. */
function isComponent(tree: Tree, path: string): boolean {
  return COMPONENT.test(new TextDecoder().decode(bytesIfReadable(tree, path)))
}

/** Files that each top root of a tree reads: a kustomization that no other one refers to. Kept as long as the tree. */
function rootReads(tree: Tree): ReadonlyMap<string, ReadonlySet<string>> {
  const known = rootsOf.get(tree)
  if (known !== undefined) return known
  const reads = new Map(kustomizationRoots(tree).map((dir) => [dir, new Set(filesReadBy(tree, dir))]))
  const readBy = new Map<string, number>()
  for (const files of reads.values()) for (const file of files) readBy.set(file, (readBy.get(file) ?? 0) + 1)
  const top = [...reads].filter(([dir]) => {
    const file = kustomizationFile({ tree, dir })
    return file !== undefined && (readBy.get(file) ?? 0) <= 1 && !isComponent(tree, file)
  })
  const roots = new Map(top)
  rootsOf.set(tree, roots)
  return roots
}

function sameApplication(a: Application, b: Application): boolean {
  return a.name === b.name && a.namespace === b.namespace
}

/** Who else reads which file, found without rendering. A root that an Application deploys is named by that Application. */
export function readersIn(scope: Scope): Readers {
  const { application, sources, others, home } = scope
  const own = resolveSources(application, sources)
  const covered = new Set(isRefused(own) ? [] : kustomizedDirs(own, home))
  const applications = others
    .filter((other) => !sameApplication(other, application))
    .map((other) => {
      const resolved = resolveSources(other, sources)
      if (isRefused(resolved)) return { other, reads: (path: string) => mayRead(other, sources, home, path) }
      for (const dir of kustomizedDirs(resolved, home)) covered.add(dir)
      const files = readsOf(resolved, home)
      return { other, reads: (path: string) => files.has(path) }
    })
  const roots = rootReads(home.tree)
  return {
    of: (path) => [
      ...applications.filter(({ reads }) => reads(path)).map(({ other }) => ({ name: other.name, application: other })),
      ...[...roots]
        .filter(([root, files]) => !covered.has(root) && files.has(path))
        .map(([root]) => ({ name: root === '' ? '.' : root, root })),
    ],
  }
}
