import { median } from 'simple-statistics'
import { conformalBounds } from './conformal.ts'
import { type Points, type Trend, trendOf } from './trend.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long a trend is looked for, shortest first: a leak shows within hours, a volume fills over weeks. */
const WINDOWS_MS = [6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 28 * DAY_MS]
/** A trend is believed for so many times as long as it was seen. */
const BELIEVED = 4
/** A rise as steady by chance once in a thousand windows is none: eight are looked at each time. */
const CHANCE = 0.001
/** Points that a window is condensed to: 1,770 pairs. */
const POINTS = 60
/** Moments of the history at which the same forecast is tried, and what came of it looked up. */
const ORIGINS = 40
/** From so many on, what came of earlier forecasts decides the interval. */
const LEAST_ORIGINS = 10

/** Values of a regular grid before now, oldest first; NaN = no sample. The last row is now. */
export type Level = { readonly startMs: number; readonly stepMs: number; readonly values: Float64Array }

/** When a rising series meets a limit. Moments in epoch milliseconds; `latestMs` is infinite where it may never be. */
export type Arrival =
  | {
      readonly rising: true
      readonly atMs: number
      readonly earliestMs: number
      readonly latestMs: number
      readonly growth: Growth
    }
  | { readonly rising: false; readonly why: 'too-little-data' | 'steady' | 'reached' }

/** How fast it rises, per day, and how sure that is. */
export type Growth = {
  readonly perDay: number
  readonly perDayLow: number
  readonly perDayHigh: number
  /** Two-sided probability of so steady a rise without a trend (Mann and Kendall). */
  readonly chance: number
  /** Share of the variance that the line explains. */
  readonly explained: number
  /** How long the trend was looked at. */
  readonly seenMs: number
}

/**
 * When a series will meet a limit at the trend of the shortest window that shows it so soon: a fast fill is seen at once, a slow one over
 * weeks, and a clean-up ends both. The interval, at `coverage` (0 to 1), is what became of the same forecast at earlier moments of the
 * series (split conformal), and no narrower than
 * Sen's interval of the slope over this window and those from a quarter of it to four times as much: a rate that wanders shows in their difference.
 */
export function arrivalOf(series: Level, limit: number, coverage: number): Arrival {
  const end = series.values.length - 1
  const now = levelAt(series, end)
  if (!Number.isFinite(now)) return { rising: false, why: 'too-little-data' }
  if (now >= limit) return { rising: false, why: 'reached' }
  let seen = false
  for (const windowMs of windowsWithin(series)) {
    const trend = trendAt(series, end, windowMs, coverage)
    if (trend === undefined) continue
    seen = true
    if (trend.slope <= 0 || trend.chance > CHANCE) continue
    const aheadMs = (limit - now) / trend.slope
    if (aheadMs > BELIEVED * windowMs) continue
    return arrival(series, { limit, now, windowMs, aheadMs, trend, coverage })
  }
  return { rising: false, why: seen ? 'steady' : 'too-little-data' }
}

/** The windows that the series fills, and the whole of it where that is no such length. */
function windowsWithin({ values, stepMs }: Level): readonly number[] {
  const first = values.findIndex(Number.isFinite)
  const wholeMs = (values.length - 1 - first) * stepMs
  const within = WINDOWS_MS.filter((windowMs) => windowMs <= wholeMs)
  const longest = WINDOWS_MS.at(-1) ?? wholeMs
  return wholeMs < longest && wholeMs >= (WINDOWS_MS[0] ?? 0) ? [...within, wholeMs] : within
}

type Found = {
  readonly limit: number
  readonly now: number
  readonly windowMs: number
  readonly aheadMs: number
  readonly trend: Trend
  readonly coverage: number
}

function arrival(series: Level, { limit, now, windowMs, aheadMs, trend, coverage }: Found): Arrival {
  const nowMs = series.startMs + (series.values.length - 1) * series.stepMs
  const { misses, independent } = missesOf(series, windowMs, aheadMs)
  const bounds = misses.length < LEAST_ORIGINS ? undefined : conformalBounds(misses, coverage, independent)
  const seen = [windowMs / 4, windowMs / 2, 2 * windowMs, 4 * windowMs].flatMap(
    (other) => trendAt(series, series.values.length - 1, other, coverage) ?? [],
  )
  const low = Math.min(trend.slope + (bounds?.low ?? 0), trend.low, ...seen.map((one) => one.low))
  const high = Math.max(trend.slope + (bounds?.high ?? 0), trend.high, ...seen.map((one) => one.high))
  const when = (slope: number) => (slope > 0 ? nowMs + (limit - now) / slope : Number.POSITIVE_INFINITY)
  const growth: Growth = {
    perDay: trend.slope * DAY_MS,
    perDayLow: Math.min(low, trend.slope) * DAY_MS,
    perDayHigh: Math.max(high, trend.slope) * DAY_MS,
    chance: trend.chance,
    explained: trend.explained,
    seenMs: windowMs,
  }
  return {
    rising: true,
    atMs: nowMs + aheadMs,
    earliestMs: when(Math.max(high, trend.slope)),
    latestMs: when(Math.min(low, trend.slope)),
    growth,
  }
}

/** `independent` of them look at stretches that do not overlap. */
type Misses = { readonly misses: readonly number[]; readonly independent: number }

/** By how much the real growth differed from the forecast one, per millisecond, at earlier moments of the series. */
function missesOf(series: Level, windowMs: number, aheadMs: number): Misses {
  const { values, stepMs } = series
  const first = values.findIndex(Number.isFinite)
  const end = values.length - 1
  const window = Math.round(windowMs / stepMs)
  // What lies further ahead than a third of the history cannot be tried often enough.
  const ahead = Math.max(1, Math.min(Math.round(aheadMs / stepMs), Math.floor((end - first) / 3)))
  const oldest = first + window
  const newest = end - ahead
  const count = Math.min(ORIGINS, newest - oldest + 1)
  const misses: number[] = []
  for (let at = 0; at < count; at += 1) {
    const origin = oldest + Math.round((at * (newest - oldest)) / Math.max(1, count - 1))
    const trend = trendAt(series, origin, windowMs, 0.5)
    const growth = (levelAt(series, origin + ahead) - levelAt(series, origin)) / (ahead * stepMs)
    if (trend !== undefined && Number.isFinite(growth)) misses.push(growth - trend.slope)
  }
  return { misses, independent: Math.floor(Math.max(0, newest - oldest) / ahead) + 1 }
}

function trendAt(series: Level, end: number, windowMs: number, confidence: number): Trend | undefined {
  return trendOf(pointsOf(series, end, windowMs), confidence)
}

/** The samples of a window that ends at a row, as medians of equal stretches. */
function pointsOf({ startMs, stepMs, values }: Level, end: number, windowMs: number): Points {
  const rows = Math.round(windowMs / stepMs)
  const width = Math.max(1, Math.ceil(rows / POINTS))
  const moments: number[] = []
  const medians: number[] = []
  for (let to = end + 1 - Math.floor(rows / width) * width; to <= end; to += width) {
    const seen = Array.from(values.subarray(Math.max(0, to), to + width)).filter(Number.isFinite)
    if (seen.length === 0) continue
    moments.push(startMs + (to + (width - 1) / 2) * stepMs)
    medians.push(median(seen))
  }
  return { moments, values: medians }
}

/** Rows before a moment whose median is its level: one sample may be odd. */
const LEVEL_ROWS = 5

function levelAt({ values }: Level, row: number): number {
  const seen = Array.from(values.subarray(Math.max(0, row + 1 - LEVEL_ROWS), row + 1)).filter(Number.isFinite)
  return seen.length === 0 ? Number.NaN : median(seen)
}
