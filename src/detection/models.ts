import { mad, median } from 'simple-statistics'
import {
  type Evidence,
  type Finding,
  type ModelId,
  type SignalId,
  signalInfo,
  type Vote,
  type Voting,
} from '../domain/index.ts'
import { ALARM } from './alarms.ts'
import { modelConfidence } from './calibration.ts'
import type { Detector, FitInput, FitOutcome, Silence } from './detectors/detector.ts'
import { detectors } from './detectors/index.ts'
import { type Tail, tailOf, tailProbability } from './detectors/tail.ts'
import type { Engines } from './engines.ts'
import { count } from './ensemble.ts'
import { episodeStart, runsOf } from './runs.ts'
import { type Column, rowAt, rowMs, type Window } from './window.ts'

/** What fitting one detector gave. Plain data: a fit may run in a worker. */
export type Fit = {
  readonly detector: ModelId
  /** `tail` is what its scores are worth. `failed`: the fit came to no end, which says nothing of the data. */
  readonly outcome: FitOutcome<{ readonly model: unknown; readonly tail: Tail }>
}

/** Name of `fitModels` where it is asked of another thread. */
export const MODELS_FIT = 'models'

/** What `fitModels` needs, as it is sent there. */
export type FitJob = { readonly window: Window; readonly upToMs: number; readonly seed: number }

/**
 * Judgement of the rows from `startMs` on. `tails[i]` is the probability of a score at least as high as `scores[i]` on healthy
 * data that the model was not fitted on, over 0 to 1. NaN where a row could not be judged, for want of samples.
 */
export type Scores = {
  readonly startMs: number
  readonly stepMs: number
  readonly scores: Float64Array
  readonly tails: Float64Array
}

/** What one detector says of every judged row, or why it says nothing. */
export type Judgement =
  | { readonly model: ModelId; readonly scores: Scores }
  | { readonly model: ModelId; readonly absent: Silence }

/** Fits every detector on the rows at or before `upToMs`. */
export function fitModels({ window, upToMs, seed }: FitJob, engines: Engines): readonly Fit[] {
  const input = { window, upTo: rowAt(window, upToMs) + 1, seed, engines }
  return detectors.map((detector) => ({ detector: detector.id, outcome: fitOne(detector, input) }))
}

function fitOne(detector: Detector, input: FitInput): Fit['outcome'] {
  const outcome = detector.fit(input)
  if (!outcome.fitted) return outcome
  return { fitted: true, model: { model: outcome.model, tail: tailOf(detector.heldOut(input)) } }
}

/** Judges the rows at or after `fromMs` with every fit. The window should reach a day further back, for the level before. */
export function scoreModels(fits: readonly Fit[], window: Window, fromMs: number): readonly Judgement[] {
  const from = Math.min(window.length, Math.max(0, rowAt(window, fromMs - 1) + 1))
  return fits.map(({ detector: id, outcome }) => {
    const detector = detectors.find((one) => one.id === id)
    if (detector === undefined) return { model: id, absent: 'failed' }
    if (!outcome.fitted) return { model: id, absent: outcome.why }
    const { model, tail } = outcome.model
    const scores = detector.score(model, window, from, window.length)
    const tails = scores.map((score) => tailProbability(tail, score))
    return { model: id, scores: { startMs: rowMs(window, from), stepMs: window.stepMs, scores, tails } }
  })
}

/** A model votes "anomaly" when its tail is rare in this many of so many rows. */
const PERSISTENCE = { rows: 5, least: 3 } as const

/**
 * The vote of each model at one moment. A model's tail is the one that persisted: the third smallest of the newest five rows. With fewer
 * rows than that judged it is absent.
 */
export function votesAt(judgements: readonly Judgement[], atMs: number): readonly Vote[] {
  return judgements.map((judgement) => {
    if ('absent' in judgement) return { model: judgement.model, absent: judgement.absent }
    const { startMs, stepMs, scores, tails } = judgement.scores
    const end = Math.floor((atMs - startMs) / stepMs) + 1
    const rows = Array.from({ length: PERSISTENCE.rows }, (_, back) => end - 1 - back)
      .map((row) => ({ score: scores[row] ?? Number.NaN, tail: tails[row] ?? Number.NaN }))
      .filter((row) => Number.isFinite(row.tail))
      .sort((a, b) => a.tail - b.tail)
    const persisted = rows[PERSISTENCE.least - 1]
    if (persisted === undefined) return { model: judgement.model, absent: 'too-little-data' }
    return { model: judgement.model, anomaly: persisted.tail < ALARM.rate, ...persisted }
  })
}

export type ModelFindingInput = {
  readonly judgements: readonly Judgement[]
  readonly window: Window<SignalId>
  /** Of the policy; absent means a quorum of two, or of one where only one model is configured. */
  readonly voting?: Voting
  /** How many detectors are configured, present or not. */
  readonly configured: number
  /** Findings of one lane with gaps shorter than max(this, 6 h) are one episode. */
  readonly cooldownMs: number
  readonly nowMs: number
}

/** An `Anomaly` when the models vote for one in the newest row that any of them could judge, which must not be older than two steps. Its start is found among the judged rows only. */
export function modelFinding(input: ModelFindingInput): Finding | undefined {
  const { window, judgements } = input
  const lastMs = newestJudged(judgements)
  if (lastMs === undefined || input.nowMs - lastMs > 2 * window.stepMs) return undefined
  const ballot = count(votesAt(judgements, lastMs), input.configured, input.voting)
  if (!ballot.anomaly || ballot.share === undefined) return undefined
  const runs = alarmRuns(input, lastMs)
  const startMs = episodeStart(runs, input.cooldownMs) ?? lastMs
  const votes = votesAt(judgements, lastMs)
  return {
    subject: window.subject,
    failure: 'Anomaly',
    by: { votes, share: ballot.share },
    confidence: modelConfidence(votes, input.configured),
    startMs,
    lastMs,
    evidence: unlikeItself(window, runs.at(-1)?.fromMs ?? lastMs, lastMs),
    data: window.partial ? 'partial' : 'complete',
  }
}

/** A row without samples is on the grid all the same, but it shows nothing. */
function newestJudged(judgements: readonly Judgement[]): number | undefined {
  const moments = judgements.flatMap((judgement) => {
    if ('absent' in judgement) return []
    const { startMs, stepMs, tails } = judgement.scores
    const row = tails.findLastIndex(Number.isFinite)
    return row < 0 ? [] : [startMs + row * stepMs]
  })
  return moments.length === 0 ? undefined : Math.max(...moments)
}

/** The runs of rows in which the vote was for an anomaly. */
function alarmRuns(input: ModelFindingInput, lastMs: number) {
  const { window } = input
  const from = Math.min(...input.judgements.map((one) => ('scores' in one ? one.scores.startMs : lastMs)))
  const rows = Math.floor((lastMs - from) / window.stepMs) + 1
  const flags = Float64Array.from({ length: rows }, (_, row) =>
    count(votesAt(input.judgements, from + row * window.stepMs), input.configured, input.voting).anomaly ? 1 : 0,
  )
  return runsOf(flags, from, window.stepMs, (flag) => flag === 1)
}

/** Distance from the own median, in scaled median absolute deviations, from which a metric is named. */
const NAMED_FROM = 3
const NAMED_AT_MOST = 3
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** The metrics that are furthest from their own earlier values, furthest first; the furthest one at least. */
function unlikeItself(window: Window<SignalId>, startMs: number, lastMs: number): readonly Evidence[] {
  const distances = window.columns.flatMap((column) => distanceOf(window, column, startMs, lastMs) ?? [])
  distances.sort((a, b) => b.distance - a.distance)
  return distances
    .filter((one, at) => at === 0 || one.distance >= NAMED_FROM)
    .slice(0, NAMED_AT_MOST)
    .map((one) => one.evidence)
}

function distanceOf(window: Window<SignalId>, column: Column<SignalId>, startMs: number, lastMs: number) {
  const end = rowAt(window, startMs - 1) + 1
  const earlier = Array.from(column.values.subarray(0, end)).filter(Number.isFinite)
  const value = column.values[rowAt(window, lastMs)] ?? Number.NaN
  if (earlier.length === 0 || !Number.isFinite(value)) return undefined
  const usual = median(earlier)
  const spread = MAD_SCALE * mad(earlier)
  const away = Math.abs(value - usual)
  const evidence: Evidence = {
    signal: column.signal,
    subject: window.subject,
    atMs: lastMs,
    value,
    threshold: usual,
    says: `${signalInfo(column.signal).says}: unlike its own earlier values, held against their median`,
    asked: column.asked,
  }
  return { distance: away === 0 ? 0 : away / Math.max(spread, 1e-9 * Math.abs(usual), Number.MIN_VALUE), evidence }
}
