import type { Learning, ModelId, Voting } from '../domain/index.ts'
import type { Detector, FitOutcome } from './detectors/detector.ts'
import { type Tail, tailOf, tailProbability } from './detectors/tail.ts'
import type { Engines } from './engines.ts'
import { type Judged, verdictOf } from './judged.ts'
import { learnedUnder } from './learning.ts'
import type { Track } from './track.ts'
import { rowAt, rowMs, type Window } from './window.ts'

const DAY_MS = 86_400_000

/** A fit, or the tail that its scores are held against, made of the rows before `upToMs`: two things of their own pace. */
export type Ask = {
  readonly model: ModelId
  readonly kind: 'fit' | 'tail'
  readonly upToMs: number
  /** What it is made under, where that is not the usual (`Detector.under`). */
  readonly under?: string
}

/** What an `Ask` gave. Plain data: it may come from another thread or from a cache. */
export type Answer =
  | (Ask & { readonly kind: 'fit'; readonly outcome: FitOutcome<unknown> })
  | (Ask & { readonly kind: 'tail'; readonly tail: Tail })

/** Name by which an answer is kept. */
export function askKey({ model, kind, upToMs, under }: Ask): string {
  return `${model}/${kind}/${upToMs}${under === undefined ? '' : `/${under}`}`
}

/** A block of rows that one fit serves. */
type Block = { readonly from: number; readonly to: number; readonly fit: Ask; readonly tail: Ask }

/**
 * Blocks that cover the rows from `from` on. They stand on the grid of time, shifted by the series' own seed so that not all fits fall
 * together; so the same moments are judged by the same fits whoever asks, and whenever.
 */
function blocksOf(detector: Detector, window: Window, from: number, seed: number): readonly Block[] {
  const serves = Math.max(1, detector.serves(window.stepMs))
  const lengthMs = serves * window.stepMs
  const shiftMs = (seed % serves) * window.stepMs
  const blocks: Block[] = []
  for (let row = from; row < window.length; ) {
    const startMs = Math.floor((rowMs(window, row) - shiftMs) / lengthMs) * lengthMs + shiftMs
    const to = Math.min(window.length, rowAt(window, startMs + lengthMs - 1) + 1)
    const tailMs = Math.floor((startMs - shiftMs) / DAY_MS) * DAY_MS + shiftMs
    blocks.push({ from: row, to, fit: askOf(detector, 'fit', startMs), tail: askOf(detector, 'tail', tailMs) })
    row = Math.max(to, row + 1)
  }
  return blocks
}

function askOf(detector: Detector, kind: Ask['kind'], upToMs: number): Ask {
  const under = detector.under?.(upToMs)
  return { model: detector.id, kind, upToMs, ...(under === undefined ? {} : { under }) }
}

/** Everything that has to be known before the rows from `from` on can be judged. No ask twice. */
export function asksFor(detectors: readonly Detector[], window: Window, from: number, seed: number): readonly Ask[] {
  const asks = new Map<string, Ask>()
  for (const detector of detectors)
    for (const { fit, tail } of blocksOf(detector, window, from, seed))
      for (const ask of [fit, tail]) asks.set(askKey(ask), ask)
  return [...asks.values()]
}

/** Name of `answers` where it is asked of another thread. */
export const ANSWERS = 'models'

export type AnswerJob = {
  readonly window: Window
  readonly asks: readonly Ask[]
  readonly seed: number
  /** As the models were told that asked. */
  readonly learning?: Learning
}

/** Fits what is asked for: the slow half, without any hurry. `detectors` are told by the job how they learn. */
export function answers(
  detectors: readonly Detector[],
  { window, asks, seed, learning }: AnswerJob,
  engines: Engines,
): readonly Answer[] {
  const told = learnedUnder(detectors, learning)
  return asks.flatMap((ask): readonly Answer[] => {
    const detector = told.find(({ id }) => id === ask.model)
    if (detector === undefined) return []
    const input = { window, upTo: rowAt(window, ask.upToMs - 1) + 1, seed, engines }
    if (ask.kind === 'tail') return [{ ...ask, kind: 'tail', tail: tailOf(detector.heldOut(input)) }]
    return [{ ...ask, kind: 'fit', outcome: detector.fit(input) }]
  })
}

/** The answer to an ask where it is known. */
export type Known = (ask: Ask) => Answer | undefined

/** Judges the rows from `from` on with what is known: the quick half. A model whose fit or tail is not known abstains. */
export function judgeLive(
  detectors: readonly Detector[],
  window: Window,
  from: number,
  seed: number,
  known: Known,
  voting?: Voting,
): Judged {
  const tracks = detectors.map((detector) => liveTrack(detector, window, from, seed, known))
  return verdictOf(tracks, from, window.stepMs, voting)
}

function liveTrack(detector: Detector, window: Window, from: number, seed: number, known: Known): Track {
  const rows = Math.max(0, window.length - from)
  const scores = new Float64Array(rows).fill(Number.NaN)
  const tails = new Float64Array(rows).fill(Number.NaN)
  const silent: { from: number; to: number; why: Track['silent'][number]['why'] }[] = []
  for (const block of blocksOf(detector, window, from, seed)) {
    const fit = known(block.fit)
    const worth = known(block.tail)
    const why = absence(fit, worth)
    if (why !== undefined || fit?.kind !== 'fit' || worth?.kind !== 'tail' || !fit.outcome.fitted) {
      silent.push({ from: block.from, to: block.to, why: why ?? 'not-fitted' })
      continue
    }
    const judged = detector.score(fit.outcome.model, window, block.from, block.to)
    scores.set(judged, block.from - from)
    for (const [at, score] of judged.entries()) tails[block.from - from + at] = tailProbability(worth.tail, score)
  }
  return { model: detector.id, from, scores, tails, silent }
}

/** From no scores at all nothing can be said of one: the history was too short when the tail was taken. */
function absence(fit: Answer | undefined, worth: Answer | undefined): Track['silent'][number]['why'] | undefined {
  if (fit?.kind !== 'fit' || worth?.kind !== 'tail') return 'not-fitted'
  if (!fit.outcome.fitted) return fit.outcome.why
  return worth.tail.sorted.length === 0 ? 'too-little-data' : undefined
}
