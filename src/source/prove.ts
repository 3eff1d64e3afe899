import {
  type Companion,
  formatObjectKey,
  type Isolation,
  type JsonValue,
  type ObjectKey,
  type Proof,
  type RenderedChange,
} from '../domain/index.ts'
import { type CompanionPolicy, weigh } from './companions.ts'
import { compareRenders, judge, listChanges, type Meant, type ObjectChange, withoutNoise } from './compare.ts'
import { formatOf } from './formats/index.ts'
import { buildKustomization } from './kustomize/index.ts'
import type { Reader } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { inputsOf, type RenderedState, renderState } from './render.ts'
import { keyed } from './render-keys.ts'
import type { RenderDeps, SourceFile, Sources } from './resolve.ts'
import type { RenderedObject } from './target.ts'
import type { TreeAt } from './world.ts'

/** Others that are rendered for one proof at most. */
const READER_BUDGET = 40

/** The same world before and after an edit. */
export type World = { readonly sources: Sources; readonly home: TreeAt }

export type ProofInput = {
  readonly before: RenderedState
  readonly after: RenderedState
  readonly meant: readonly Meant[]
  readonly readers: readonly Reader[]
  readonly from: World
  readonly to: World
  readonly deps: RenderDeps
  readonly companions?: CompanionPolicy
  /** Name of the Application whose own manifest is edited: what deploys that manifest may see it change. */
  readonly itself?: string
}

/** What one render gave, with what it read. */
type View = {
  readonly objects: readonly RenderedObject[]
  readonly tools: readonly string[]
  readonly files: readonly SourceFile[]
  readonly assumed?: readonly string[]
}

/** Changes of this Application: those that were meant, and those that were let pass with them. */
export type Judged = { readonly done: readonly ObjectChange[]; readonly companions: readonly Companion[] }

function isHelm(state: RenderedState): boolean {
  return state.sources.some((source) => formatOf(source).name === 'helm')
}

/** The changes that are not the edit's: a second render of the same state tells what varies by itself. */
export async function extraChanges(
  before: RenderedState,
  changes: readonly ObjectChange[],
  sources: Sources,
  deps: RenderDeps,
): Promise<readonly ObjectChange[] | Refused> {
  // What is built in process gives the same each time; only helm has clocks and dice.
  if (changes.length === 0 || !isHelm(before)) return changes
  const again = await renderState(before.application, sources, deps)
  if (isRefused(again)) return again
  return withoutNoise(changes, compareRenders(before.objects, again.objects))
}

/** Whether the edit did in this Application what was meant and nothing else but companions, where those may be. */
export async function proveHere(
  input: Pick<ProofInput, 'before' | 'after' | 'meant' | 'from' | 'deps' | 'companions'>,
): Promise<Judged | Refused> {
  const { before, after, meant, from, deps } = input
  const changes = compareRenders(before.objects, after.objects)
  const { done, missing, extra } = judge(changes, meant)
  const others = await extraChanges(before, extra, from.sources, deps)
  if (isRefused(others)) return others
  const companions = companionsOf(others, meant, input.companions ?? 'refuse')
  if (isRefused(companions)) return companions
  const [first] = missing
  if (first !== undefined)
    return refuse('no-effect', `after the edit ${formatObjectKey(first.key)} still renders as before`)
  return { done, companions }
}

function companionsOf(
  others: readonly ObjectChange[],
  meant: readonly Meant[],
  policy: CompanionPolicy,
): readonly Companion[] | Refused {
  const weighed = others.map((other) => ({ other, weight: weigh(other, meant) }))
  const barred =
    policy === 'refuse' ? others : weighed.flatMap(({ other, weight }) => (weight === 'barred' ? [other] : []))
  if (barred.length > 0) return refuse('other-changes', `the edit would change ${listChanges(barred)} too`)
  return weighed.flatMap(({ other, weight }) => (weight === 'barred' ? [] : [{ ...rendered(other), weight }]))
}

async function viewOf(reader: Reader, world: World, deps: RenderDeps): Promise<View | Refused> {
  if ('application' in reader) return renderState(reader.application, world.sources, deps)
  const built = buildKustomization({ tree: world.home.tree, dir: reader.root })
  if (!built.built) return refuse(built.reason, built.message)
  const objects = keyed(built.objects, '', 0)
  const files = built.files.map(({ path }) => ({ ...world.home, path }))
  return { objects, tools: ['kintsugi-kustomize'], files }
}

function isItself(key: ObjectKey, name: string | undefined): boolean {
  return name !== undefined && key.group === 'argoproj.io' && key.kind === 'Application' && key.name === name
}

async function proveReader(reader: Reader, input: Omit<ProofInput, 'meant'>): Promise<View | Refused> {
  const { from, to, deps } = input
  const before = await viewOf(reader, from, deps)
  if (isRefused(before))
    return refuse(before.reason, `${reader.name} reads the file too and can't be rendered: ${before.message}`)
  const after = await viewOf(reader, to, deps)
  if (isRefused(after))
    return refuse(after.reason, `${reader.name} could not be rendered after the edit: ${after.message}`)
  const changes = compareRenders(before.objects, after.objects).filter(({ key }) => !isItself(key, input.itself))
  const others = 'application' in reader ? await noiseless(reader, before, changes, input) : changes
  if (isRefused(others)) return others
  if (others.length === 0) return before
  return refuse('other-changes', `the edit would change ${reader.name}: ${listChanges(others)}`)
}

async function noiseless(
  reader: Reader & { readonly application: unknown },
  before: View,
  changes: readonly ObjectChange[],
  { from, deps }: Pick<ProofInput, 'from' | 'deps'>,
): Promise<readonly ObjectChange[] | Refused> {
  if (changes.length === 0) return changes
  const again = await viewOf(reader, from, deps)
  return isRefused(again) ? again : withoutNoise(changes, compareRenders(before.objects, again.objects))
}

/** Secrets are named, never shown. */
function rendered({ key, change, shown }: ObjectChange): RenderedChange {
  const mask = (value: JsonValue | undefined): JsonValue | undefined =>
    key.kind === 'Secret' && value !== undefined ? '(not shown)' : value
  return { object: formatObjectKey(key), path: shown, before: mask(change.before), after: mask(change.after) }
}

/**
 * Renders this Application and everything else that reads a touched file, before and after, and compares leaf by leaf. Refused:
 * `other-changes`, `no-effect`, `proof-too-wide`, or the reason why something can't be rendered. Never partial.
 */
export async function prove(input: ProofInput): Promise<Proof | Refused> {
  const tooWide = beyondBudget(input.readers)
  if (tooWide !== undefined) return tooWide
  const judged = await proveHere(input)
  return isRefused(judged) ? judged : proofOf(input, judged)
}

export function beyondBudget(readers: readonly Reader[]): Refused | undefined {
  if (readers.length <= READER_BUDGET) return undefined
  return refuse('proof-too-wide', `${readers.length} others read the file, and ${READER_BUDGET} are rendered at most`)
}

/** The proof of changes that were judged already: every reader is rendered before and after, and must not change. */
export async function proofOf(
  input: Omit<ProofInput, 'meant'>,
  { done, companions }: Judged,
): Promise<Proof | Refused> {
  const { before, readers, from, deps } = input
  const views: View[] = [before]
  for (const reader of readers) {
    const view = await proveReader(reader, input)
    if (isRefused(view)) return view
    views.push(view)
  }
  const tools = [...new Set(views.flatMap((view) => view.tools))]
  const foreign = tools.some((tool) => !tool.startsWith('kintsugi-'))
  const isolation: Isolation = foreign ? deps.isolation : 'none'
  const assumed = [...new Set(views.flatMap((view) => view.assumed ?? []))].sort()
  return {
    rendered: true,
    isolation,
    changes: done.map(rendered),
    alsoReadBy: readers.map((reader) => reader.name),
    tools,
    inputs: inputsOf(
      views.flatMap((view) => view.files),
      from.home.repoURL,
    ),
    ...(companions.length === 0 ? {} : { companions }),
    ...(assumed.length === 0 ? {} : { assumed }),
  }
}
