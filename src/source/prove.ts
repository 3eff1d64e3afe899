import {
  type Companion,
  type CompanionPolicy,
  formatObjectKey,
  type Isolation,
  type JsonValue,
  type Proof,
  type RenderedChange,
} from '../domain/index.ts'
import { weigh } from './companions.ts'
import { compareRenders, judge, listChanges, type Meant, type ObjectChange, withoutNoise } from './compare.ts'
import { isForeign, proveReaders, type ReaderProof, type View } from './reader-proof.ts'
import type { Reader } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { inputsOf, type RenderedState, renderState } from './render.ts'
import type { RenderDeps, Sources } from './resolve.ts'

export type ProofInput = ReaderProof & {
  readonly before: RenderedState
  readonly after: RenderedState
  readonly meant: readonly Meant[]
  readonly readers: readonly Reader[]
  readonly companions?: CompanionPolicy
}

/** Changes of this Application: those that were meant, and those that were let pass with them. */
export type Judged = { readonly done: readonly ObjectChange[]; readonly companions: readonly Companion[] }

const noises = new WeakMap<RenderedState, Promise<readonly ObjectChange[] | Refused>>()

/** What a second render of the same state gives differently; made once for each state. */
function noiseOf(
  before: RenderedState,
  sources: Sources,
  deps: RenderDeps,
): Promise<readonly ObjectChange[] | Refused> {
  const known = noises.get(before)
  if (known !== undefined) return known
  const again = renderState(before.application, sources, deps, { fresh: true })
  const noise = again.then((second) => (isRefused(second) ? second : compareRenders(before.objects, second.objects)))
  noises.set(before, noise)
  return noise
}

/** The changes that are not the edit's: a second render of the same state tells what varies by itself. */
export async function extraChanges(
  before: RenderedState,
  changes: readonly ObjectChange[],
  sources: Sources,
  deps: RenderDeps,
): Promise<readonly ObjectChange[] | Refused> {
  if (changes.length === 0 || !isForeign(before.tools)) return changes
  const noise = await noiseOf(before, sources, deps)
  return isRefused(noise) ? noise : withoutNoise(changes, noise)
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

/** Those that may pass, with their weight; refused where one may not. */
export function companionsOf(
  others: readonly ObjectChange[],
  meant: readonly Meant[],
  policy: CompanionPolicy,
): readonly Companion[] | Refused {
  const weighed = others.map((other) => ({ other, weight: weigh(other, meant) }))
  const barred =
    policy === 'refuse' ? others : weighed.flatMap(({ other, weight }) => (weight === 'barred' ? [other] : []))
  if (barred.length > 0) return refuse('other-changes', `the edit would change ${listChanges(barred)} too`)
  return weighed.flatMap(({ other, weight }) => (weight === 'barred' ? [] : [{ ...renderedChange(other), weight }]))
}

/** Secrets are named, never shown. */
export function renderedChange({ key, change, shown }: ObjectChange): RenderedChange {
  const mask = (value: JsonValue | undefined): JsonValue | undefined =>
    key.kind === 'Secret' && value !== undefined ? '(not shown)' : value
  return { object: formatObjectKey(key), path: shown, before: mask(change.before), after: mask(change.after) }
}

/**
 * Renders this Application and everything else that reads a touched file, before and after, and compares leaf by leaf. Refused:
 * `other-changes`, `no-effect`, `proof-too-wide`, or the reason why something can't be rendered. Never partial.
 */
export async function prove(input: ProofInput): Promise<Proof | Refused> {
  const judged = await proveHere(input)
  return isRefused(judged) ? judged : proofOf(input, judged)
}

/** The proof of changes that were judged already: every reader is rendered before and after, and must not change. */
export async function proofOf(
  input: Omit<ProofInput, 'meant'>,
  { done, companions }: Judged,
): Promise<Proof | Refused> {
  const { before, readers, from, deps } = input
  const others = await proveReaders(readers, input)
  if (isRefused(others)) return others
  const views: readonly View[] = [before, ...others]
  const tools = [...new Set(views.flatMap((view) => view.tools))]
  const isolation: Isolation = isForeign(tools) ? deps.isolation : 'none'
  const assumed = [...new Set(views.flatMap((view) => view.assumed ?? []))].sort()
  return {
    rendered: true,
    isolation,
    changes: done.map(renderedChange),
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
