import { median, quantile } from 'simple-statistics'
import type { Arrival, Level } from './arrival.ts'
import { type Points, type Trend, trendOf } from './trend.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What starts fills its caches first: so much of a life says nothing of what comes after. */
const STARTING = { share: 0.1, leastMs: 10 * MINUTE_MS, mostMs: 2 * HOUR_MS } as const
/** A life that is shorter shows no trend of its own; the lives before it may. */
const LEAST_LIFE_MS = HOUR_MS
/** A rise as steady by chance once in a thousand lives is none. */
const CHANCE = 0.001
/** What levels off is a cache that fills: the newer half of the life has to rise at this share of the whole's rate at least. */
const UNBROKEN = 0.5
/** Squared correlation of time and load from which they can't be told apart. */
const ALIKE = 0.8
/** Points that a life is condensed to. */
const POINTS = 60
/** Lives before the present one that are looked at, newest first. */
const MOST_LIVES = 8
/** So many earlier lives that all rose stand for a present one that is too young. */
const LEAST_LIVES = 2
/** A trend is believed for so many times as long as it was seen. */
const BELIEVED = 4

export type LeakInput = {
  /** Memory of a container, one value for all of its lives. */
  readonly memory: Level
  /** Rows of `memory` at which a container began anew, ascending. */
  readonly begins: readonly number[]
  /** Requests per second on the same grid, where they are known: what follows them is no leak. */
  readonly load?: Float64Array
  /** In the unit of `memory`. */
  readonly limit: number
  /** Share of cases in which the interval should hold, 0 to 1. */
  readonly coverage: number
}

/**
 * When memory that is never given back will meet its limit. Each life of a container is looked at by itself, without its start: Theil and
 * Sen's slope of what the load does not explain, believed where Mann and Kendall's test finds it steady and its newer half still rises. A
 * present life that is too young is told by those before it where all of them rose. The interval holds Sen's of the present life and the rates of the earlier ones.
 */
export function leakOf({ memory, begins, load, limit, coverage }: LeakInput): Arrival {
  const lives = livesOf(memory, begins)
  const now = lastFinite(memory)
  if (!Number.isFinite(now)) return { rising: false, why: 'too-little-data' }
  if (now >= limit) return { rising: false, why: 'reached' }
  const seen = lives.map((life) => condensed(memory, load, life))
  const share = loadShare(seen.flatMap((one) => one ?? []))
  const [own, ...before] = seen.map((one) => one && lifeTrend(memory, one, share, coverage))
  const earlier = before.flatMap((one) => one ?? [])
  if (own === undefined && earlier.length < LEAST_LIVES) return { rising: false, why: 'too-little-data' }
  const told = own === undefined ? earlier : [own]
  if (!told.every(leaks)) return { rising: false, why: 'steady' }
  const nowMs = memory.startMs + (memory.values.length - 1) * memory.stepMs
  const slope = median(told.map(({ trend }) => trend.slope))
  const seenMs = Math.max(...told.map((one) => one.seenMs))
  const at = own === undefined ? now : own.trend.level + slope * (nowMs - own.trend.aroundMs)
  if (limit - at > BELIEVED * seenMs * slope) return { rising: false, why: 'steady' }
  const rates = [...told, ...earlier.filter(leaks)].flatMap(({ trend }) => [trend.low, trend.high, trend.slope])
  const [low, high] = [Math.min(...rates), Math.max(...rates)]
  const [below, above] = [Math.min(...told.map((one) => one.below)), Math.max(...told.map((one) => one.above))]
  const when = (left: number, rate: number) => (rate > 0 ? nowMs + Math.max(0, left) / rate : Number.POSITIVE_INFINITY)
  return {
    rising: true,
    atMs: when(limit - at, slope),
    earliestMs: when(limit - at - above, high),
    latestMs: when(limit - at - below, low),
    growth: {
      perDay: slope * DAY_MS,
      perDayLow: low * DAY_MS,
      perDayHigh: high * DAY_MS,
      chance: Math.max(...told.map(({ trend }) => Math.min(trend.chance, trend.chanceBySize))),
      explained: median(told.map(({ trend }) => trend.explained)),
      seenMs,
    },
  }
}

type Life = readonly [from: number, to: number]

/** Newest first: the present life, and those before it. */
function livesOf({ values }: Level, begins: readonly number[]): readonly Life[] {
  const starts = [...new Set([0, ...begins.filter((row) => row > 0 && row < values.length)])]
  const lives = starts.map((from, at): Life => [from, starts[at + 1] ?? values.length])
  return lives.reverse().slice(0, MOST_LIVES + 1)
}

type LifeTrend = {
  readonly trend: Trend
  readonly newer: number
  readonly seenMs: number
  /** How far the samples lie from the line, at the asked coverage: the memory meets its limit at a peak, not on the line. */
  readonly below: number
  readonly above: number
}

/** Undefined where too few samples are left of the life. */
function lifeTrend(memory: Level, life: Condensed, share: number, coverage: number): LifeTrend | undefined {
  const { moments, values, loads, from, to } = life
  const swing = loads.map((one) => (share === 0 ? 0 : share * one))
  const quiet = values.map((value, at) => value - (swing[at] ?? 0))
  const trend = trendOf({ moments, values: quiet }, coverage)
  const half = moments.length >> 1
  const newer = trendOf({ moments: moments.slice(half), values: quiet.slice(half) }, coverage)
  if (trend === undefined || newer === undefined) return undefined
  const off = Array.from({ length: to - from }, (_, at) => {
    const line = trend.level + trend.slope * (memory.startMs + (from + at) * memory.stepMs - trend.aroundMs)
    return (memory.values[from + at] ?? Number.NaN) - line
  }).filter(Number.isFinite)
  const usual = median(swing)
  return {
    trend: { ...trend, level: trend.level + usual },
    newer: newer.slope,
    seenMs: (to - from) * memory.stepMs,
    below: quantile(off, (1 - coverage) / 2) - usual,
    above: quantile(off, (1 + coverage) / 2) - usual,
  }
}

function leaks({ trend, newer }: LifeTrend): boolean {
  return trend.slope > 0 && Math.min(trend.chance, trend.chanceBySize) <= CHANCE && newer >= UNBROKEN * trend.slope
}

/** A life without its start, as medians of equal stretches; `loads` are NaN where the load is not known. Rows `from` to `to` of the memory. */
type Condensed = Points & { readonly loads: readonly number[]; readonly from: number; readonly to: number }

/** Undefined where the life is too short to tell. */
function condensed(memory: Level, load: Float64Array | undefined, [begin, to]: Life): Condensed | undefined {
  const lengthMs = (to - begin) * memory.stepMs
  const startMs = Math.min(STARTING.mostMs, Math.max(STARTING.leastMs, STARTING.share * lengthMs))
  const from = begin + Math.ceil(startMs / memory.stepMs)
  if ((to - from) * memory.stepMs < LEAST_LIFE_MS) return undefined
  const width = Math.max(1, Math.ceil((to - from) / POINTS))
  const moments: number[] = []
  const values: number[] = []
  const loads: number[] = []
  for (let row = from; row < to; row += width) {
    const seen = finite(memory.values, row, Math.min(to, row + width))
    if (seen.length === 0) continue
    moments.push(memory.startMs + (row + (width - 1) / 2) * memory.stepMs)
    values.push(median(seen))
    const asked = load === undefined ? [] : finite(load, row, Math.min(to, row + width))
    loads.push(asked.length === 0 ? Number.NaN : median(asked))
  }
  return { moments, values, loads, from, to }
}

/**
 * What one request per second more adds to the memory, by least squares over all lives, each with a line in time of its own. Where load and
 * time rise side by side nobody can tell them apart: then all is given to the load, so that no leak is told that only the traffic shows. 0 where the load is not known, never below.
 */
function loadShare(lives: readonly Condensed[]): number {
  if (!lives.every(({ loads }) => loads.every(Number.isFinite))) return 0
  let [alone, beside, ll, left] = [0, 0, 0, 0]
  for (const { moments, loads, values } of lives) {
    const [time, load, value] = [centred(moments), centred(loads), centred(values)]
    const tt = product(time, time)
    const perTime = tt === 0 ? 0 : product(time, load) / tt
    const timeless = load.map((one, at) => one - perTime * (time[at] ?? 0))
    ll += product(load, load)
    alone += product(load, value)
    left += product(timeless, timeless)
    beside += product(timeless, value)
  }
  if (ll === 0) return 0
  return Math.max(0, left < (1 - ALIKE) * ll ? alone / ll : beside / left)
}

function centred(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return values.map((value) => value - mean)
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}

function finite(values: Float64Array, from: number, to: number): number[] {
  return Array.from(values.subarray(from, to)).filter(Number.isFinite)
}

function lastFinite({ values }: Level): number {
  for (let row = values.length - 1; row >= 0; row -= 1) {
    const value = values[row] ?? Number.NaN
    if (Number.isFinite(value)) return value
  }
  return Number.NaN
}
