import { type Learning, type ModelId, PLAIN_LEARNING, type Voting } from '../domain/index.ts'
import { coarserBefore } from './coarser.ts'
import { occasions } from './detectors/clusters.ts'
import type { Detector, FitOutcome } from './detectors/detector.ts'
import { type Tail, tailOf, tailProbability, thinned } from './detectors/tail.ts'
import type { Engines } from './engines.ts'
import { type Judged, verdictOf } from './judged.ts'
import { learnable, learnedUnder } from './learning.ts'
import { canRecur, lessonAt, levelled, type Recurring, recurringBy, recurringFrom } from './recurring.ts'
import { type Judgement, NOTHING_STANDS, type ScoredRows, type Standing, standingScores } from './standing.ts'
import type { Track } from './track.ts'
import { rowAt, rowMs, sampledSince, type Window } from './window.ts'

const DAY_MS = 86_400_000

/**
 * A fit, or the tail that its scores are held against, made of the rows before `upToMs`: two things of their own pace. Or what came again and
 * again at its time, which no model says.
 */
export type Ask = {
  readonly model: ModelId | typeof RECURRING
  readonly kind: 'fit' | 'tail' | typeof RECURRING
  readonly upToMs: number
  /** What it is made under, where that is not the usual (`Detector.under`). */
  readonly under?: string
}

const RECURRING = 'recurring'

/** What an `Ask` gave. Plain data: it may come from another thread or from a cache. */
export type Answer =
  | (Ask & { readonly kind: 'fit'; readonly outcome: FitOutcome<unknown> })
  | (Ask & { readonly kind: 'tail'; readonly tail: Tail })
  | (Ask & { readonly kind: typeof RECURRING; readonly lesson: Recurring })

/** Name by which an answer is kept. */
export function askKey({ model, kind, upToMs, under }: Ask): string {
  return `${model}/${kind}/${upToMs}${under === undefined ? '' : `/${under}`}`
}

/** A block of rows that one fit serves. */
type Block = {
  readonly from: number
  readonly to: number
  readonly fit: Ask
  /** Name of the fit. */
  readonly key: string
  readonly tail: Ask
}

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
    const fit = askOf(detector, 'fit', startMs)
    blocks.push({ from: row, to, fit, key: askKey(fit), tail: askOf(detector, 'tail', tailMs) })
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
  return [...asks.values(), ...lessonsFor(detectors, window, from)]
}

/** What has to be known of events that come again in the rows from `from` on. */
function lessonsFor(detectors: readonly Detector[], window: Window, from: number): readonly Ask[] {
  if (!canRecur(window)) return []
  const moments = new Set<number>()
  for (let row = from; row < window.length; row += 1) moments.add(lessonAt(rowMs(window, row)))
  return [...moments].map((upToMs) => lessonAsk(detectors, upToMs))
}

/** What the models learn nothing from is no event that came before either, and all of them are told the same. */
function lessonAsk(detectors: readonly Detector[], upToMs: number): Ask {
  const under = detectors[0]?.lessonsUnder?.(upToMs)
  return { model: RECURRING, kind: RECURRING, upToMs, ...(under === undefined ? {} : { under }) }
}

/** Name of `answers` where it is asked of another thread. */
export const ANSWERS = 'models'

export type AnswerJob = {
  readonly window: Window
  readonly asks: readonly Ask[]
  readonly seed: number
  /** As the models were told that asked. */
  readonly learning?: Learning
  /** So much of what lies before an ask it is made of, whatever else the window holds; all of it where left out. */
  readonly fittedOnMs?: number
  /** Of so much of it every row, of what is older `COARSE_STEP_MS` apart; every row where left out. */
  readonly denseMs?: number
}

/** What the service fits on: three weeks are the least from which a week can be learned. The same for whoever asks, and whenever. */
export const FITTED_ON_MS = 21 * DAY_MS

/** Fits what is asked for: the slow half, without any hurry. `detectors` are told by the job how they learn. */
export function answers(
  detectors: readonly Detector[],
  { window, asks, seed, learning, fittedOnMs, denseMs }: AnswerJob,
  engines: Engines,
): readonly Answer[] {
  const told = learnedUnder(detectors, learning)
  return asks.flatMap((ask): readonly Answer[] => {
    const kept = denseMs === undefined ? window : coarserBefore(window, ask.upToMs - denseMs)
    const before = fittedOnMs === undefined ? kept : sampledSince(kept, ask.upToMs - fittedOnMs)
    if (ask.kind === RECURRING) return [{ ...ask, kind: RECURRING, lesson: lessonFrom(before, ask.upToMs, learning) }]
    const detector = told.find(({ id }) => id === ask.model)
    if (detector === undefined) return []
    const input = { window: before, upTo: rowAt(before, ask.upToMs - 1) + 1, seed, engines }
    if (ask.kind === 'tail') {
      const held = occasions(detector.heldOut(input), window.stepMs, window.columns.length)
      return [{ ...ask, kind: 'tail', tail: thinned(tailOf(held)) }]
    }
    return [{ ...ask, kind: 'fit', outcome: detector.fit(input) }]
  })
}

function lessonFrom(window: Window, upToMs: number, learning: Learning = PLAIN_LEARNING): Recurring {
  return recurringFrom(levelled(learnable(window, learning)), upToMs, learning.timeZone)
}

/** The answer to an ask where it is known. */
export type Known = (ask: Ask) => Answer | undefined

/** Rows of a series that are to be judged, from `from` on. */
export type LiveInput = {
  readonly detectors: readonly Detector[]
  readonly window: Window
  readonly from: number
  readonly seed: number
  readonly voting?: Voting
  /** Rows that need not be scored again. */
  readonly standing?: Standing
}

/** What has to be known before those rows can be judged of which the score does not stand yet, and what all of them are held against. */
export function stillNeeded({ detectors, window, from, seed, standing = NOTHING_STANDS }: LiveInput): readonly Ask[] {
  const asks = new Map<string, Ask>()
  for (const detector of detectors)
    for (const block of blocksOf(detector, window, from, seed)) {
      asks.set(askKey(block.tail), block.tail)
      if (standingIn(detector, window, block, standing).length < block.to - block.from) asks.set(block.key, block.fit)
    }
  return [...asks.values(), ...lessonsFor(detectors, window, from)]
}

/** Judges rows with what is known: the quick half. A model whose fit or tail is not known abstains. */
export function judgeLive(
  detectors: readonly Detector[],
  window: Window,
  from: number,
  seed: number,
  known: Known,
  voting?: Voting,
): Judged {
  return judgeOn({ detectors, window, from, seed, ...(voting === undefined ? {} : { voting }) }, known).judged
}

/** As `judgeLive`, with what stands of an earlier judgement left as it is; `judgement` is for the next one. The same comes out without it. */
export function judgeOn(input: LiveInput, known: Known): { readonly judged: Judged; readonly judgement: Judgement } {
  const { detectors, window, from, voting } = input
  const tracked = detectors.map((detector) => liveTrack(detector, input, known))
  const tracks = tracked.map(({ track }) => track)
  const { stepMs } = window
  const rows = new Map(
    tracked.map(({ track: { model, scores }, fits }): readonly [ModelId, ScoredRows] => [
      model,
      { startMs: rowMs(window, from), stepMs, scores, fits },
    ]),
  )
  const recurring = recurringBy(window, from, (fromMs) => {
    const answer = known(lessonAsk(detectors, fromMs))
    return answer?.kind === RECURRING ? answer.lesson : undefined
  })
  return { judged: verdictOf(tracks, from, window, voting, recurring), judgement: { window, rows } }
}

/** Scores of the first rows of a block, as far as they stand. */
function standingIn(detector: Detector, window: Window, block: Block, standing: Standing): Float64Array {
  return standingScores(standing, detector.id, [rowMs(window, block.from), block.to - block.from], block.key)
}

type LiveTrack = { readonly track: Track; readonly fits: readonly (string | undefined)[] }

function liveTrack(detector: Detector, input: LiveInput, known: Known): LiveTrack {
  const { window, from, seed, standing = NOTHING_STANDS } = input
  const rows = Math.max(0, window.length - from)
  const scores = new Float64Array(rows).fill(Number.NaN)
  const tails = new Float64Array(rows).fill(Number.NaN)
  const fits = new Array<string | undefined>(rows).fill(undefined)
  const silent: { from: number; to: number; why: Track['silent'][number]['why'] }[] = []
  for (const block of blocksOf(detector, window, from, seed)) {
    const stands = standingIn(detector, window, block, standing)
    const first = block.from + stands.length
    const fit = first < block.to ? known(block.fit) : undefined
    const worth = known(block.tail)
    const why = first < block.to ? absence(fit, worth) : worthless(worth)
    if (why !== undefined || worth?.kind !== 'tail') {
      silent.push({ from: block.from, to: block.to, why: why ?? 'not-fitted' })
      continue
    }
    scores.set(stands, block.from - from)
    if (fit?.kind === 'fit' && fit.outcome.fitted)
      scores.set(detector.score(fit.outcome.model, window, first, block.to), first - from)
    for (let row = block.from - from; row < block.to - from; row += 1) {
      tails[row] = tailProbability(worth.tail, scores[row] ?? Number.NaN)
      fits[row] = block.key
    }
  }
  return { track: { model: detector.id, from, scores, tails, silent }, fits }
}

function absence(fit: Answer | undefined, worth: Answer | undefined): Track['silent'][number]['why'] | undefined {
  if (fit?.kind !== 'fit' || worth?.kind !== 'tail') return 'not-fitted'
  return fit.outcome.fitted ? worthless(worth) : fit.outcome.why
}

/** From no scores at all nothing can be said of one: the history was too short when the tail was taken. */
function worthless(worth: Answer | undefined): 'not-fitted' | 'too-little-data' | undefined {
  if (worth?.kind !== 'tail') return 'not-fitted'
  return worth.tail.sorted.length === 0 ? 'too-little-data' : undefined
}
