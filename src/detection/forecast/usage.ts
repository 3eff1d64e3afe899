import { median } from 'simple-statistics'
import type { Silence } from '../detectors/detector.ts'
import { offsetOf } from '../detectors/local-time.ts'
import { at, type Curve, curveOf } from '../detectors/prophet/curve.ts'
import { type History, historyOf, type Stretch } from '../detectors/prophet/history.ts'
import { withPeaks } from '../detectors/prophet/peaks.ts'
import { only, seasonOf, shapeOf } from '../detectors/prophet/season.ts'
import type { ProphetEngine } from '../engines.ts'
import type { Level } from './arrival.ts'
import { conformalBounds } from './conformal.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The level of late: what its median over so long differs from the season. */
const LEVEL_MS = 3 * HOUR_MS
const CURVE_ALONE: Way = { level: 0, day: 0, week: 0 }
/** Mixtures of the curve, the level of late and the naive forecasts; the one that would have erred least is taken. */
const WAYS: readonly Way[] = [0, 0.5, 1].flatMap((day) =>
  [0, 0.5, 1].flatMap((week) =>
    day + week > 1 ? [] : [0, 0.25, 0.5, 0.75, 1].map((level) => ({ level: (1 - day - week) * level, day, week })),
  ),
)
/** Where the earlier forecasts begin that show how large the errors are, as a share of the history. */
const CUTS = [0.5, 0.625, 0.75, 0.875] as const
/** Earlier moments at which the same question is asked. */
const QUESTIONS = 150
/** Errors closer to each other are one. */
const LEAST_APART_MS = 6 * HOUR_MS
/** Fewer answers say nothing of the errors. */
const LEAST_ERRORS = 20
/** Samples below which there is nothing to go by, in hours of history. */
const LEAST_MS = 6 * HOUR_MS

export type UsageInput = {
  /** Values up to now, oldest first; the last row is now. */
  readonly series: Level
  /** Asked moments, epoch milliseconds, later than now. */
  readonly moments: readonly number[]
  /** Probability that the interval should hold the value, 0 to 1. */
  readonly coverage: number
  readonly engine: ProphetEngine
  /** IANA zone whose clock the days and weeks of this metric follow. Default UTC. */
  readonly timeZone?: string
  /** Known events that are not to be learned from. */
  readonly excluded?: readonly Stretch[]
}

/** What is expected at a moment, in the unit of the series, and the interval in which it should lie. */
export type Expected = { readonly atMs: number; readonly mean: number; readonly low: number; readonly high: number }

/** `seasonal`: days, or days and weeks, were long enough to be learned; otherwise the level of late stands for what comes. */
export type Usage =
  | { readonly known: true; readonly seasonal: boolean; readonly moments: readonly Expected[] }
  | { readonly known: false; readonly why: Silence }

/**
 * A metric at moments to come: Prophet's season, and the part of the latest difference from it that has proved to last so long. Its interval
 * comes from the errors of the same forecast at earlier moments, each by a fit of what was known before (split conformal): at most six fits.
 */
export function usageAt(input: UsageInput): Usage {
  const { series, moments } = input
  const { startMs, stepMs, values } = series
  const offset = offsetOf(input.timeZone ?? 'UTC')
  const history = historyOf(values, series, 0, values.length, input.excluded ?? [])
  if (history.spanMs < LEAST_MS) return { known: false, why: 'too-little-data' }
  const nowMs = startMs + (values.length - 1) * stepMs
  const toMs = Math.max(nowMs, ...moments)
  const seasonal = shapeOf(history).daily > 0
  const season = seasonal ? seasonOf(input.engine, history, offset, toMs) : levelOnly(history, toMs)
  if (season === undefined) return { known: false, why: 'failed' }
  const trials = CUTS.flatMap((share) => {
    const cutMs = (history.moments[0] ?? 0) + share * history.spanMs
    const earlier = (atMs: number) => atMs < cutMs
    const before = only(season.clean, earlier)
    const shape = shapeOf(before)
    const range = { fromMs: history.moments[0] ?? 0, toMs: nowMs }
    const fitted = shape.daily > 0 ? curveOf(input.engine, before, shape, offset, range) : flat(before, range.toMs)
    const curve = fitted === undefined || shape.daily === 0 ? fitted : withPeaks(fitted, only(history, earlier), offset)
    return curve === undefined ? [] : [{ cutMs, left: leftOf(history, curve) }]
  })
  const now = leftOf(history, season.curve)
  const answers = moments.map((atMs) => expectedAt(atMs, { nowMs, trials, now, curve: season.curve, input, history }))
  const found = answers.filter((answer) => answer !== undefined)
  if (found.length < answers.length) return { known: false, why: 'too-little-data' }
  return { known: true, seasonal, moments: found }
}

/** What a history differs from a curve, block by block. */
type Left = {
  readonly moments: readonly number[]
  readonly values: readonly number[]
  readonly levels: readonly number[]
}

type Trial = { readonly cutMs: number; readonly left: Left }

type Known = {
  readonly nowMs: number
  readonly trials: readonly Trial[]
  readonly now: Left
  readonly curve: Curve
  readonly input: UsageInput
  readonly history: History
}

function expectedAt(atMs: number, { nowMs, trials, now, curve, input, history }: Known): Expected | undefined {
  const aheadMs = atMs - nowMs
  // What lies further ahead than was ever tried is taken to err like the furthest, growing with the root of time.
  const triedMs = Math.min(aheadMs, history.spanMs / 4)
  const pairs = trials.flatMap((trial, at) => pairsOf(trial, trials[at + 1]?.cutMs, history, triedMs))
  if (pairs.length < LEAST_ERRORS) return undefined
  const way = bestWay(pairs)
  const errors = pairs.map((pair) => pair.left - guessOf(way, pair))
  const independent = Math.floor((history.spanMs * (1 - CUTS[0])) / Math.max(triedMs, LEAST_APART_MS))
  const bounds = conformalBounds(errors, input.coverage, independent)
  const wider = Math.sqrt(aheadMs / triedMs)
  const guess = guessOf(way, {
    level: now.levels.at(-1) ?? 0,
    ...naive(history, placesOf(history), nowMs, aheadMs, at(curve, atMs)),
  })
  const mean = at(curve, atMs) + guess
  const least = history.values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY
  const bounded = (value: number) => Math.max(least, value)
  return {
    atMs,
    mean: bounded(mean),
    low: bounded(mean + Math.min(0, wider * bounds.low)),
    high: bounded(mean + Math.max(0, wider * bounds.high)),
  }
}

/**
 * What is known when it is asked for the difference from the curve: the level of late, and what the difference would be if the moment were as
 * the same hour of the last known day, and of the last known week, was. NaN where there was none.
 */
type Hint = { readonly level: number; readonly day: number; readonly week: number }

/** An earlier question of the same kind: what was known then, and what was left so much later. */
type Pair = Hint & { readonly left: number }

/** Shares of each in a guess; what they leave is the curve's. */
type Way = Hint

function guessOf(way: Way, { level, day, week }: Hint): number {
  const ofDay = Number.isNaN(day) ? level : day
  return way.level * level + way.day * ofDay + way.week * (Number.isNaN(week) ? ofDay : week)
}

function pairsOf(
  { cutMs, left }: Trial,
  untilMs = Number.POSITIVE_INFINITY,
  history: History,
  aheadMs: number,
): readonly Pair[] {
  const { blockMs, values, moments } = history
  const places = placesOf(history)
  const pairs = moments.flatMap((atMs, row): Pair[] => {
    if (atMs < cutMs || atMs >= untilMs) return []
    const later = places.get(Math.round((atMs + aheadMs) / blockMs))
    const level = left.levels[row]
    if (later === undefined || level === undefined) return []
    const leftThen = left.values[later] ?? Number.NaN
    const expected = (values[later] ?? Number.NaN) - leftThen
    return [{ level, left: leftThen, ...naive(history, places, atMs, aheadMs, expected) }]
  })
  const every = Math.max(1, Math.ceil(pairs.length / QUESTIONS))
  return pairs.filter((_, row) => row % every === 0)
}

function placesOf({ moments, blockMs }: History): ReadonlyMap<number, number> {
  return new Map(moments.map((atMs, row) => [Math.round(atMs / blockMs), row]))
}

/** What the hour of a moment to come had on the last day, and the last such weekday, that was known by `nowMs`, less what is expected of it. */
function naive(
  { blockMs, values }: History,
  places: ReadonlyMap<number, number>,
  nowMs: number,
  aheadMs: number,
  expected: number,
): Pick<Hint, 'day' | 'week'> {
  const before = (periodMs: number) => {
    const periods = Math.max(1, Math.ceil(aheadMs / periodMs))
    const row = places.get(Math.round((nowMs + aheadMs - periods * periodMs) / blockMs))
    return row === undefined ? Number.NaN : (values[row] ?? Number.NaN) - expected
  }
  return { day: before(DAY_MS), week: before(7 * DAY_MS) }
}

function bestWay(pairs: readonly Pair[]): Way {
  const error = (way: Way) => pairs.reduce((sum, pair) => sum + Math.abs(pair.left - guessOf(way, pair)), 0)
  return WAYS.reduce((best: Way, way) => (error(way) < error(best) ? way : best), CURVE_ALONE)
}

function leftOf({ moments, values, blockMs }: History, curve: Curve): Left {
  const left = values.map((value, row) => value - at(curve, moments[row] ?? Number.NaN))
  const blocks = Math.max(1, Math.round(LEVEL_MS / blockMs))
  const levels = left.map((_, row) => median(left.slice(Math.max(0, row + 1 - blocks), row + 1)))
  return { moments, values: left, levels }
}

function levelOnly(history: History, toMs: number) {
  return { clean: history, curve: flat(history, toMs) }
}

/** The same at all times: the middle of what was. */
function flat({ moments, values, blockMs }: History, toMs: number): Curve {
  const startMs = Math.floor((moments[0] ?? 0) / blockMs) * blockMs
  const count = Math.ceil((toMs - startMs) / blockMs) + 2
  return { startMs, blockMs, mean: new Float64Array(count).fill(values.length === 0 ? 0 : median([...values])) }
}
