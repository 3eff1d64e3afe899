import {
  type Application,
  type ApplicationOrigin,
  canonicalJson,
  type Manifest,
  type ManifestOrigin,
  type ObjectKey,
  type Tree,
} from '../../domain/index.ts'
import { parseApplication } from '../application.ts'
import { type ApplicationSet, applicationSetOf, generateApplications } from '../applicationset/generate.ts'
import { formatOf } from '../formats/index.ts'
import { isRefused } from '../refused.ts'
import { type RenderedState, renderState } from '../render.ts'
import { sameRepository } from '../repository.ts'
import type { RenderDeps, ResolvedSource, Sources } from '../resolve.ts'
import type { Root } from '../roots.ts'
import type { TreeAt } from '../world.ts'
import { bootstrapsOf, stillBootstraps } from './bootstraps.ts'
import { Finds, type Found } from './finds.ts'
import { parentSources } from './parents.ts'
import { applicationsWritten, type NotResolved, writtenIn } from './written.ts'

export type DiscoveryInput = {
  readonly tree: Tree
  /** The repository and branch that the tree answers for. */
  readonly repoURL: string
  readonly revision: string
  /** The other trees at hand; it may answer for this one too. */
  readonly sources: Sources
  readonly deps: RenderDeps
}

export type Discovery = {
  readonly applications: readonly Application[]
  readonly unresolved: readonly NotResolved[]
}

function plainRevision(revision: string): string {
  return revision.replace(/^refs\/heads\//, '')
}

/** Which tree answers for a repository: the trees at hand, and ours for its own name where no other does. */
function treesOf(input: DiscoveryInput): (repoURL: string, revision: string) => TreeAt | undefined {
  return (repoURL, revision) => {
    const known = input.sources.tree(repoURL, revision)
    if (known !== undefined) return { tree: known, repoURL, revision }
    const branches = [plainRevision(revision), plainRevision(input.revision)]
    const ours = sameRepository(repoURL, input.repoURL) && (branches.includes('HEAD') || branches[0] === branches[1])
    return ours ? { tree: input.tree, repoURL, revision } : undefined
  }
}

type Search = {
  readonly input: DiscoveryInput
  readonly sources: Sources
  readonly treeOf: (repoURL: string, revision: string) => TreeAt | undefined
  readonly finds: Finds
  readonly sets: Set<string>
}

/** The directory of a root; undefined for an Application that is written somewhere. */
function rootDirOf({ origin, sources: [source] }: Application): string | undefined {
  return origin === undefined ? (source?.path ?? '') || '.' : undefined
}

function renderedBy(parent: Application): string {
  const dir = rootDirOf(parent)
  return dir === undefined ? `rendered by ${parent.name}` : `rendered by root ${dir}`
}

function placeOf(origin: ManifestOrigin): { readonly file: string; readonly line?: number; readonly prefix: string } {
  if (origin.from === 'render')
    return { file: rootDirOf(origin.parent) ?? '', prefix: `${renderedBy(origin.parent)}: ` }
  const { path: file, line } = origin.written
  return { file, line, prefix: `${file}:${line}: ` }
}

function addSet({ finds, sets, treeOf }: Search, set: ApplicationSet, depth: number): void {
  const key = canonicalJson([set.name, set.namespace, set.manifest['spec'] ?? null])
  if (sets.has(key)) return
  sets.add(key)
  const { applications, problems } = generateApplications(set, treeOf)
  for (const application of applications) finds.add(application, depth)
  const { prefix, ...place } = placeOf(set.origin)
  for (const { reason, message } of problems)
    finds.unresolved.push({ name: set.name, ...place, reason, message: prefix + message })
}

/** A plain directory gives what stands in its files: nothing has to be rendered to know them. */
function addDirectory(search: Search, source: ResolvedSource, depth: number): void {
  const { tree, source: from } = source
  if (tree === search.input.tree) return
  for (const { path } of formatOf(source).reads(source)) {
    const written = writtenIn(tree, path, { repoURL: from.repoURL, revision: from.targetRevision })
    for (const application of written.applications) search.finds.add(application, depth)
    for (const set of written.sets) addSet(search, set, depth)
    search.finds.unresolved.push(...written.unresolved)
  }
}

type Placed = { readonly name: string; readonly manifest: Manifest; readonly origin?: ApplicationOrigin | undefined }

/** What stands in the files that a kustomization reads. */
function writtenBy(source: ResolvedSource): readonly Placed[] {
  const { tree, source: from } = source
  const place = { repoURL: from.repoURL, revision: from.targetRevision }
  return formatOf(source)
    .reads(source)
    .flatMap(({ path }) => {
      const { applications, sets } = writtenIn(tree, path, place)
      return [...applications, ...sets]
    })
}

function specOf({ name, manifest }: Placed): string {
  return canonicalJson([manifest['kind'] ?? null, name, manifest['spec'] ?? null])
}

function addRendered(search: Search, state: RenderedState, parents: readonly ResolvedSource[], depth: number): void {
  const files = parents.flatMap((source) => (formatOf(source).name === 'kustomize' ? writtenBy(source) : []))
  const bySpec = new Map(files.map((one) => [specOf(one), one.origin]))
  for (const { origin } of files) if (origin?.from === 'file') search.finds.renders(origin.written)
  for (const { key, manifest } of state.objects) {
    if (key.group !== 'argoproj.io' || (key.kind !== 'Application' && key.kind !== 'ApplicationSet')) continue
    // A file that the render leaves as it is stays where it is edited.
    const file = bySpec.get(specOf({ name: key.name, manifest }))
    if (file?.from === 'file') search.finds.confirms(file.written)
    const origin: ManifestOrigin = file?.from === 'file' ? file : { from: 'render', parent: state.application, key }
    const set = applicationSetOf(manifest, origin)
    if (set !== undefined) addSet(search, set, depth)
    if (key.kind !== 'Application') continue
    const parsed = parseApplication(manifest)
    if (parsed.parsed) search.finds.add({ ...parsed.application, origin }, depth)
    else search.finds.unresolved.push(unreadable(key, state.application, parsed))
  }
}

function unreadable(key: ObjectKey, parent: Application, why: Pick<NotResolved, 'reason' | 'message'>): NotResolved {
  const file = rootDirOf(parent) ?? ''
  return { name: key.name, file, reason: why.reason, message: `${renderedBy(parent)}: ${why.message}` }
}

async function addChildren(search: Search, { application, depth }: Found): Promise<void> {
  const { finds, sources, input } = search
  const parents = parentSources(application, sources)
  for (const source of parents) if (formatOf(source).name === 'directory') addDirectory(search, source, depth + 1)
  if (parents.every((source) => formatOf(source).name === 'directory')) return
  const state = await renderState(application, sources, input.deps)
  if (!isRefused(state)) return addRendered(search, state, parents, depth + 1)
  // What is the matter with a root is told where the root is.
  if (application.origin === undefined) return
  const { reason, message } = state
  const file = application.origin?.from === 'file' ? application.origin.written.path : ''
  finds.unresolved.push({
    name: application.name,
    file,
    reason,
    message: `it may render Applications, and can't be rendered: ${message}`,
  })
}

function newSearch(input: DiscoveryInput): Search {
  const treeOf = treesOf(input)
  const sources: Sources = { tree: (repoURL, revision) => treeOf(repoURL, revision)?.tree }
  return { input, sources, treeOf, finds: new Finds(), sets: new Set() }
}

async function addOpen(search: Search): Promise<void> {
  const { open } = search.finds
  for (let next = open.shift(); next !== undefined; next = open.shift()) await addChildren(search, next)
}

async function addWritten(search: Search): Promise<void> {
  const { input, finds } = search
  const written = applicationsWritten(input.tree, input)
  for (const application of written.applications) finds.add(application, 0)
  for (const set of written.sets) addSet(search, set, 0)
  finds.unresolved.push(...written.unresolved)
  await addOpen(search)
}

async function addBootstraps(search: Search, bootstraps: readonly Root[]): Promise<void> {
  for (const { application } of bootstraps) await addChildren(search, { application, depth: 0 })
  await addOpen(search)
}

/** Adds what roots render. A root that turns out to be deployed by another's Application is left to that one, and all is found anew. */
async function withBootstraps(found: Search): Promise<Search> {
  const { input, sources } = found
  let search = found
  let bootstraps = bootstrapsOf(input, search.finds.finished(), sources)
  for (;;) {
    await addBootstraps(search, bootstraps)
    const still = stillBootstraps(bootstraps, search.finds.finished(), input, sources)
    if (still.length === bootstraps.length) return search
    bootstraps = still
    search = newSearch(input)
    await addWritten(search)
  }
}

/**
 * Every Application of a tree: written in its files, generated by its ApplicationSets, rendered by its other Applications, or by a root
 * that no Application deploys, and so on. One that a parent renders as it stands in a file keeps the file as its origin; a file that a
 * kustomization changes counts as what becomes of it. HEURISTIC: a root is taken for applied by hand, each value file beside a chart for
 * one more time. `unresolved` names what could not be read, generated or rendered. Deterministic; in no order but that of the finding.
 */
export async function discover(input: DiscoveryInput): Promise<Discovery> {
  const search = newSearch(input)
  await addWritten(search)
  const { finds } = await withBootstraps(search)
  return { applications: finds.finished(), unresolved: finds.notResolved() }
}
