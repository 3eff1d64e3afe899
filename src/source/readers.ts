import { type Application, type ApplicationOrigin, canonicalJson } from '../domain/index.ts'
import { claimsOf, inlinePaths, madeOf } from './application-claims.ts'
import { isChartFile } from './chart-files.ts'
import { takesManifest } from './formats/directory-files.ts'
import { formatOf } from './formats/index.ts'
import { type KustomizationGraph, kustomizationGraph } from './kustomization-graph.ts'
import { aliasesOf } from './links.ts'
import { readerIndex } from './reader-index.ts'
import { isRefused } from './refused.ts'
import { repositoryKey } from './repository.ts'
import { type ResolvedSource, resolveSources, type Sources, treeAt } from './resolve.ts'
import { isBelow } from './tree.ts'
import { sameTree, type TreeAt } from './world.ts'

/** Something else that renders files of the tree: another Application, or a kustomization that no other one refers to. */
export type Reader =
  | {
      readonly name: string
      readonly application: Application
      /** The Application itself is made of the file: its ApplicationSet stands there, or its parameters. */
      readonly madeOfIt?: true
      /** It reads the file by this path, which leads through a symbolic link. */
      readonly through?: string
    }
  | { readonly name: string; readonly root: string }

export type Readers = {
  /** Everything else that reads the file. */
  of(path: string): readonly Reader[]
}

/** Names do not tell readers apart: those of two clusters may have one, and a folder may be called as an Application is. */
export function sameReader(a: Reader, b: Reader): boolean {
  if ('root' in a || 'root' in b) return 'root' in a && 'root' in b && a.root === b.root
  return a.application === b.application
}

type Scope = {
  readonly application: Application
  readonly sources: Sources
  readonly others: readonly Application[]
  /** The tree that is edited; a file of another tree has no readers here. */
  readonly home: TreeAt
}

/** Whether a file lies in what an Application that can't be resolved says it reads. */
function mayRead(application: Application, { sources, home }: Scope, path: string): boolean {
  return claimsOf(application).some((claim) => {
    const { repoURL, revision } = claim
    const tree = sources.tree(repoURL, revision)
    if (tree === undefined || !sameTree({ tree, repoURL, revision }, home)) return false
    if (claim.is === 'glob') return claim.matches(path)
    return claim.path === '' || path === claim.path || path.startsWith(`${claim.path}/`)
  })
}

function readsInTree(source: ResolvedSource, path: string, graph: KustomizationGraph): boolean {
  if (source.overrides.includes(path)) return true
  const format = formatOf(source)
  if (format.name === 'helm' && isBelow(path, source.dir)) return isChartFile(source.tree, source.dir, path)
  if (format.name !== 'kustomize') return format.reads(source).some((file) => file.path === path)
  const readBy = graph.readers(path)
  return readBy.has(source.dir) || inlinePaths(source.source).some((one) => one === path || readBy.has(one))
}

/** A plain directory gives what a link in it leads to, too. */
function links(source: ResolvedSource, path: string, home: TreeAt): boolean {
  if (formatOf(source).name !== 'directory' || !isBelow(path, source.dir)) return false
  return sameTree(treeAt(source), home) && takesManifest(source)(path)
}

/** Whether what the source gives may depend on the file. */
export function reads(source: ResolvedSource, path: string, home: TreeAt): boolean {
  if (source.valueFiles.some((file) => file.path === path && sameTree(file, home))) return true
  return sameTree(treeAt(source), home) && readsInTree(source, path, kustomizationGraph(home.tree, home.repoURL))
}

const resolutions = new WeakMap<Sources, WeakMap<Application, ReturnType<typeof resolveSources>>>()

/** Looked up once for all files that are asked about. */
function resolvedOnce(application: Application, sources: Sources): ReturnType<typeof resolveSources> {
  const bySources = resolutions.get(sources) ?? new WeakMap<Application, ReturnType<typeof resolveSources>>()
  resolutions.set(sources, bySources)
  const resolved = bySources.get(application) ?? resolveSources(application, sources)
  bySources.set(application, resolved)
  return resolved
}

/** Whether the Application builds the kustomization in that directory. */
function deploys(application: Application, { sources, home }: Scope, dir: string): boolean {
  const resolved = resolvedOnce(application, sources)
  if (isRefused(resolved)) return false
  return resolved.some(
    (source) => source.dir === dir && sameTree(treeAt(source), home) && formatOf(source).name === 'kustomize',
  )
}

/** What an Application is, apart from settings that a cluster may have changed. */
function standsFor({ sources }: Application): string {
  return canonicalJson(sources.map(({ repoURL, path = '', chart = '' }) => [repositoryKey(repoURL), path, chart]))
}

function writtenPlace(origin: ApplicationOrigin): string {
  const from = origin.from === 'application-set' ? origin.set.origin : origin
  return canonicalJson([origin.from, from.from === 'file' ? from.written : [from.parent.name, from.key]])
}

/**
 * Whether two are one Application. A name alone does not say so: folders of several clusters hold Applications of one name, and each is
 * rendered. Two with known places are one if they stand in one place or say the same; else their repositories and paths have to be the same.
 */
function sameApplication(a: Application, b: Application): boolean {
  if (a === b) return true
  if (a.name !== b.name || a.namespace !== b.namespace) return false
  if (a.origin === undefined || b.origin === undefined) return standsFor(a) === standsFor(b)
  const [one, other] = [a.manifest['spec'] ?? null, b.manifest['spec'] ?? null]
  return writtenPlace(a.origin) === writtenPlace(b.origin) || canonicalJson(one) === canonicalJson(other)
}

function isMadeOf(application: Application, path: string): boolean {
  return madeOf(application).some((written) => written.path === path)
}

/** Who reads the file, and who reads it by another name, through a symbolic link. */
function lookUp(scope: Scope, path: string): readonly Reader[] {
  const readers = [...lookUpOne(scope, path)]
  for (const through of aliasesOf(scope.home.tree, path)) {
    for (const reader of lookUpOne(scope, through)) {
      if (!readers.some((one) => sameReader(one, reader)))
        readers.push('application' in reader ? { ...reader, through } : reader)
    }
  }
  return readers
}

function lookUpOne(scope: Scope, path: string): readonly Reader[] {
  const { application, sources, others, home } = scope
  const index = readerIndex(others, sources, home)
  const graph = kustomizationGraph(home.tree, home.repoURL)
  const applications = [...index.candidates(path, graph)].filter((other) => {
    if (sameApplication(other, application)) return false
    if (isMadeOf(other, path)) return true
    const resolved = resolvedOnce(other, sources)
    if (isRefused(resolved)) return mayRead(other, scope, path)
    return resolved.some((source) => reads(source, path, home) || links(source, path, home))
  })
  const roots = [...graph.readers(path)].filter(
    (dir) => graph.isTop(dir) && ![application, ...index.at(dir)].some((one) => deploys(one, scope, dir)),
  )
  return [
    ...applications.sort(byName).map((other) => ({
      name: other.name,
      application: other,
      ...(isMadeOf(other, path) ? { madeOfIt: true as const } : {}),
    })),
    ...roots.sort().map((root) => ({ name: root === '' ? '.' : root, root })),
  ]
}

function byName(a: Application, b: Application): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return a.namespace < b.namespace ? -1 : a.namespace > b.namespace ? 1 : 0
}

/** Who else reads which file, found without rendering. A root that an Application deploys is named by that Application. */
export function readersIn(scope: Scope): Readers {
  const known = new Map<string, readonly Reader[]>()
  return {
    of: (path) => {
      const readers = known.get(path) ?? lookUp(scope, path)
      known.set(path, readers)
      return readers
    },
  }
}
