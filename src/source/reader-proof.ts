import type { ObjectKey } from '../domain/index.ts'
import { compareRenders, listChanges, type ObjectChange, withoutNoise } from './compare.ts'
import { objectsOfFile } from './formats/directory-files.ts'
import { formatOf } from './formats/index.ts'
import { applicationNow } from './generated/index.ts'
import { buildKustomization } from './kustomize/index.ts'
import { type Reader, reads } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { renderState } from './render.ts'
import { keyed } from './render-keys.ts'
import { type RenderDeps, type ResolvedSource, resolveSources, type SourceFile, type Sources } from './resolve.ts'
import { isShadowed } from './shadowed.ts'
import type { RenderedObject } from './target.ts'
import type { TreeAt } from './world.ts'

/** The same world before and after an edit. */
export type World = { readonly sources: Sources; readonly home: TreeAt }

/** What one render gave, with what it read. */
export type View = {
  readonly objects: readonly RenderedObject[]
  readonly tools: readonly string[]
  readonly files: readonly SourceFile[]
  readonly assumed?: readonly string[]
}

export type ReaderProof = {
  readonly from: World
  readonly to: World
  /** Paths of the files that are another after the edit. */
  readonly touched: readonly string[]
  readonly deps: RenderDeps
  /** Names of the Application whose own manifest is edited and of its ApplicationSet: what deploys these may see them change. */
  readonly itself?: readonly string[]
}

/** Whether code that is not ours rendered: what is built in process gives the same each time; only charts have clocks and dice. */
export function isForeign(tools: readonly string[]): boolean {
  return tools.some((tool) => !tool.startsWith('kintsugi-'))
}

type Known = { readonly reader: Reader; readonly view: View }
/** A reader that has to be rendered, and what that costs: a child process for each chart, nothing much for what is built in process. */
type Open = { readonly reader: Reader; readonly charts: number }

/** Others that read the file, and charts rendered for them before and after, at most. */
const READER_BUDGET = 500
const CHART_BUDGET = 600

/** Renders under way at once. */
const AT_ONCE = 4

function isItself(key: ObjectKey, names: readonly string[] = []): boolean {
  return key.group === 'argoproj.io' && /^Application(?:Set)?$/.test(key.kind) && names.includes(key.name)
}

/** The objects of the touched files alone: each file of a plain directory gives its own, whatever the others hold. */
function objectsOf(source: ResolvedSource, paths: readonly string[]): readonly RenderedObject[] | Refused {
  const objects: RenderedObject[] = []
  for (const path of paths) {
    const written = objectsOfFile(source, path)
    if (isRefused(written)) return written
    const manifests = written.map(({ manifest }) => manifest)
    objects.push(...keyed(manifests, '', 0))
  }
  return objects
}

/** Whether the source gives the same after the edit, where that can be told without rendering. */
function sameUnrendered(source: ResolvedSource, after: ResolvedSource | undefined, proof: ReaderProof): boolean {
  const { from, to, touched } = proof
  const read = touched.filter((path) => reads(source, path, from.home))
  if (read.length === 0) return true
  if (read.some((path) => source.overrides.includes(path))) return false
  const format = formatOf(source).name
  if (format === 'helm') return read.every((path) => isShadowed(source, from.home, to.home, path))
  if (format !== 'directory' || after === undefined) return false
  const [before, now] = [objectsOf(source, read), objectsOf(after, read)]
  return !isRefused(before) && !isRefused(now) && compareRenders(before, now).length === 0
}

/** A view of what did not have to be rendered: the files that say so count as read. */
function unrendered(resolved: readonly ResolvedSource[], { from, touched }: ReaderProof): View {
  const files = touched.map((path) => ({ ...from.home, path }))
  return { objects: [], tools: [], files: [...files, ...resolved.flatMap(({ valueFiles }) => valueFiles)] }
}

function looked(reader: Reader, proof: ReaderProof): Known | Open {
  if ('root' in reader) return { reader, charts: 0 }
  if (reader.through !== undefined) return { reader, charts: 0 }
  if (reader.madeOfIt === true) return { reader, charts: reader.application.sources.length }
  const before = resolveSources(reader.application, proof.from.sources)
  const after = resolveSources(reader.application, proof.to.sources)
  if (isRefused(before) || isRefused(after)) return { reader, charts: 0 }
  if (before.length === after.length && before.every((source, index) => sameUnrendered(source, after[index], proof)))
    return { reader, view: unrendered(before, proof) }
  return { reader, charts: before.filter((source) => formatOf(source).name === 'helm').length }
}

function tooWide(all: readonly Reader[], open: readonly Open[]): Refused | undefined {
  if (all.length > READER_BUDGET)
    return refuse('proof-too-wide', `${all.length} others read the file, and ${READER_BUDGET} are rendered at most`)
  const charts = 2 * open.reduce((sum, one) => sum + one.charts, 0)
  if (charts <= CHART_BUDGET) return undefined
  return refuse(
    'proof-too-wide',
    `${open.length} others read the file, which takes ${charts} renders of charts, and ${CHART_BUDGET} are made at most`,
  )
}

async function viewOf(reader: Reader, world: World, deps: RenderDeps, fresh = false): Promise<View | Refused> {
  if ('application' in reader) {
    const { application } = reader
    const isMade = application.origin !== undefined && application.origin.from !== 'file'
    const now = isMade ? await applicationNow(application, world.sources, deps) : application
    return isRefused(now) ? now : renderState(now, world.sources, deps, { fresh })
  }
  const { loadRestrictions } = deps
  const restrictions = loadRestrictions === undefined ? {} : { loadRestrictions }
  const built = buildKustomization({ tree: world.home.tree, dir: reader.root, ...restrictions })
  if (!built.built) return refuse(built.reason, built.message)
  const objects = keyed(built.objects, '', 0)
  const files = built.files.map(({ path }) => ({ ...world.home, path }))
  return { objects, tools: ['kintsugi-kustomize'], files }
}

/** Changes that a second render of the state before does not have too. */
async function noiseless(
  reader: Reader,
  before: View,
  changes: readonly ObjectChange[],
  { from, deps }: ReaderProof,
): Promise<readonly ObjectChange[] | Refused> {
  if (changes.length === 0 || !isForeign(before.tools)) return changes
  const again = await viewOf(reader, from, deps, true)
  return isRefused(again) ? again : withoutNoise(changes, compareRenders(before.objects, again.objects))
}

/** What nobody deploys and real kustomize refuses, before as after, renders nothing that could change. */
function isBrokenRoot(reader: Reader, before: Refused, after: View | Refused, { from }: ReaderProof): View | undefined {
  const broken =
    'root' in reader && before.reason === 'broken-base' && isRefused(after) && after.reason === 'broken-base'
  return broken ? { objects: [], tools: [], files: [{ ...from.home, path: reader.root }] } : undefined
}

async function rendered(reader: Reader, proof: ReaderProof): Promise<View | Refused> {
  const { from, to, deps } = proof
  if ('through' in reader)
    return refuse(
      'unsafe-path',
      `${reader.name} reads the file too, as ${reader.through}: links are not followed, so what it would give is not known`,
    )
  const before = await viewOf(reader, from, deps)
  if (isRefused(before)) {
    const nothing = 'root' in reader ? isBrokenRoot(reader, before, await viewOf(reader, to, deps), proof) : undefined
    return (
      nothing ?? refuse(before.reason, `${reader.name} reads the file too and can't be rendered: ${before.message}`)
    )
  }
  const after = await viewOf(reader, to, deps)
  if (isRefused(after))
    return refuse(after.reason, `${reader.name} could not be rendered after the edit: ${after.message}`)
  const changes = compareRenders(before.objects, after.objects).filter(({ key }) => !isItself(key, proof.itself))
  const others = await noiseless(reader, before, changes, proof)
  if (isRefused(others)) return others
  if (others.length === 0) return before
  return refuse('other-changes', `the edit would change ${reader.name}: ${listChanges(others)}`)
}

/** What is built in process comes first: a refusal then costs no render of a chart. */
function cheapestFirst(open: readonly Open[]): readonly Open[] {
  return [...open].sort((a, b) => a.charts - b.charts)
}

/**
 * Proves that nothing changes for anyone else who reads the touched files. Who can't be changed (a later value file sets the same leaf;
 * a plain manifest gives the same objects) is not rendered; everyone else is, before and after. Refused: `other-changes`, `proof-too-wide`
 * with count and budget, or why one of them can't be rendered. Never partial.
 */
export async function proveReaders(readers: readonly Reader[], proof: ReaderProof): Promise<readonly View[] | Refused> {
  const all = readers.map((reader) => looked(reader, proof))
  const open = all.filter((one): one is Open => 'charts' in one)
  const wide = tooWide(readers, open)
  if (wide !== undefined) return wide
  const views = all.flatMap((one) => ('view' in one ? [one.view] : []))
  const queue = cheapestFirst(open)
  for (let at = 0; at < queue.length; at += AT_ONCE) {
    const some = await Promise.all(queue.slice(at, at + AT_ONCE).map(({ reader }) => rendered(reader, proof)))
    for (const view of some) {
      if (isRefused(view)) return view
      views.push(view)
    }
  }
  return views
}
