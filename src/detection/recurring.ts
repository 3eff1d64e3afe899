import { median, medianSorted } from 'simple-statistics'
import { type Offset, offsetOf } from './detectors/local-time.ts'
import { mediansBefore } from './detectors/running-median.ts'
import { rowAt, rowMs, type Window } from './window.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/**
 * What came at the same time of at least so many of the last days, or weeks, comes again. What comes each day stands out against the hours before and
 * after it, what comes each week against the same time of the other days.
 */
const PERIODS = [
  { periodMs: DAY_MS, times: 7, least: 3, against: 'hours' },
  { periodMs: 7 * DAY_MS, times: 3, least: 2, against: 'days' },
] as const
type Period = (typeof PERIODS)[number]
/** A metric is held against its own level of so long before: what a deploy shifted is no event, and what lasts longer is no peak. */
const LEVEL_MS = 3 * HOUR_MS
/** So much earlier or later an event may come than it did. */
const JITTER_MS = 15 * MINUTE_MS
/** What leads to an event, and what models still make of it afterwards, counts as its own. */
const BEFORE_MS = HOUR_MS
const AFTER_MS = 2 * HOUR_MS
/** Usual deviations from which an event stands out. */
const PROMINENT = 4
/** An event is like an earlier one where no metric is further outside of it than so many usual deviations and this share of its size: less than twice as large. */
const ALIKE = { spreads: 3, share: 0.25 } as const
/** So long one lesson serves. Shorter than a day, so that it never needs what it is about. */
const SERVES_MS = 6 * HOUR_MS

/**
 * Events that came again and again, as far as they may come in the rows of one stretch of time. Plain data. `spread` is how far each metric
 * usually is from itself a day before.
 */
export type Recurring = {
  readonly signals: readonly string[]
  readonly spread: Float64Array
  readonly expected: readonly Expected[]
}

/** What each metric was at one time of earlier days or weeks, less its level before: lowest and highest around it, by signal. */
type Expected = { readonly atMs: number; readonly least: number; readonly earlier: readonly Range[] }
type Range = { readonly low: Float64Array; readonly high: Float64Array }

/** The metrics of a window less their levels of the hours before, for its rows from `from` on. Each value looks at no later row. */
export type Levelled = { readonly window: Window; readonly from: number; readonly columns: readonly LevelledColumn[] }
/** `levels` are those before each row. NaN where there is no sample, or none before it. */
type LevelledColumn = { readonly signal: string; readonly since: Float64Array; readonly levels: Float64Array }

export function levelled(window: Window, from = 0): Levelled {
  const width = levelRows(window.stepMs)
  const columns = window.columns.map(({ signal, values }) => {
    const walk = { first: from - width, from, to: window.length, every: 1, phase: 0 }
    const levels = mediansBefore((row) => values[row] ?? Number.NaN, walk, width)
    return { signal, levels, since: levels.map((level, at) => (values[from + at] ?? Number.NaN) - level) }
  })
  return { window, from, columns }
}

function levelRows(stepMs: number): number {
  return Math.round(LEVEL_MS / stepMs)
}

/** The stretch of the grid of time that a moment lies in: from here on, one lesson serves. */
export function lessonAt(atMs: number): number {
  return Math.floor(atMs / SERVES_MS) * SERVES_MS
}

/**
 * Learns from the rows before `fromMs`, a moment of `lessonAt`, what may come again until the next one, at the same time by the clock of a zone.
 * Nothing where the step is too coarse to see a job of the night.
 */
export function recurringFrom({ window, from, columns }: Levelled, fromMs: number, timeZone = 'UTC'): Recurring {
  const { stepMs } = window
  const end = rowAt(window, fromMs - 1) + 1 - from
  const signals = columns.map(({ signal }) => signal)
  if (!canRecur(window) || end <= 0) return { signals, spread: new Float64Array(columns.length), expected: [] }
  const past: Past = {
    stepMs,
    first: end,
    clock: clockOf(rowMs(window, from), stepMs, timeZone),
    columns: columns.map((column) => ({ ...column, spread: spreadOf(column.since.subarray(0, end), stepMs) })),
  }
  const expected = PERIODS.flatMap((period) =>
    nearEvents(past, period).flatMap((isNear, at): readonly Expected[] => {
      if (!isNear) return []
      const earlier = earlierRows(past, end + at, period).map((row) => rangeAt(past, row))
      return [{ atMs: rowMs(window, from + end + at), least: period.least, earlier }]
    }),
  )
  return { signals, spread: Float64Array.from(past.columns, ({ spread }) => spread), expected }
}

/**
 * Whether anything of a window can be known by its time. Not where one metric is all there is, since nothing else says then whether it is
 * the same event again; nor at a step at which a job of the night is one row.
 */
export function canRecur({ stepMs, columns }: Window): boolean {
  return stepMs <= JITTER_MS && columns.length > 1
}

/** Rows before the lesson, which begins at `first`. */
type Past = {
  readonly stepMs: number
  readonly first: number
  readonly clock: Clock
  readonly columns: readonly PastColumn[]
}
/** The row at which a clock showed what it shows at another row, so many milliseconds of it later. */
type Clock = (row: number, laterMs: number) => number
type PastColumn = LevelledColumn & { readonly spread: number }

/** Where the zone changes its offset in between, a day of its clock is an hour shorter or longer. */
function clockOf(startMs: number, stepMs: number, timeZone: string): Clock {
  const offset: Offset = offsetOf(timeZone)
  return (row, laterMs) => {
    const [atMs, thenMs] = [startMs + row * stepMs, startMs + row * stepMs + laterMs]
    return row + Math.round((laterMs + offset(atMs) - offset(thenMs)) / stepMs)
  }
}

/** The usual difference from a day before, over the last week. */
function spreadOf(since: Float64Array, stepMs: number): number {
  const day = Math.round(DAY_MS / stepMs)
  const away: number[] = []
  for (let row = Math.max(day, since.length - 7 * day); row < since.length; row += 1) {
    const difference = Math.abs((since[row] ?? Number.NaN) - (since[row - day] ?? Number.NaN))
    if (Number.isFinite(difference)) away.push(difference)
  }
  away.sort((a, b) => a - b)
  // A difference of two has 1.41 times the deviation of one.
  return away.length === 0 ? 0 : (MAD_SCALE * medianSorted(away)) / Math.SQRT2
}

/** Scales a median absolute value to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** For each row of the stretch: whether an event came near its time often enough. */
function nearEvents(past: Past, period: Period): readonly boolean[] {
  const { stepMs, first } = past
  const [before, after] = [Math.ceil(BEFORE_MS / stepMs), Math.ceil(AFTER_MS / stepMs)]
  const near = new Array<boolean>(Math.round(SERVES_MS / stepMs)).fill(false)
  for (let at = -after; at < near.length + before; at += 1) {
    const earlier = earlierRows(past, first + at, period)
    if (past.columns.some((column) => cameAgain(past, column, earlier, period)))
      near.fill(true, Math.max(0, at - before), Math.max(0, at + after + 1))
  }
  return near
}

/** Whether a metric stood out to the same side around enough of these rows. */
function cameAgain(past: Past, column: PastColumn, rows: readonly number[], { least, against }: Period): boolean {
  const sides = rows.map((row) => standsOut(past, column, row, against))
  return [1, -1].some((side) => sides.filter((one) => one === side).length >= least)
}

/** 1 where a metric is above its usual in one of the rows around, -1 where it is below, 0 where it is neither. */
function standsOut({ stepMs, clock }: Past, column: PastColumn, row: number, against: Period['against']): number {
  const jitter = Math.round(JITTER_MS / stepMs)
  const reach = PROMINENT * column.spread
  for (let near = Math.max(0, row - jitter); near <= row + jitter; near += 1) {
    const since = column.since[near] ?? Number.NaN
    const other = against === 'hours' ? after(column, near, stepMs) : since - otherDays(column, near, clock)
    if (since > reach && other > reach) return 1
    if (since < -reach && other < -reach) return -1
  }
  return 0
}

/** A row less the level of the hours after it: the level before the row that comes so much later. */
function after({ since, levels }: PastColumn, row: number, stepMs: number): number {
  const level = levels[row + levelRows(stepMs) + 1] ?? Number.NaN
  return (since[row] ?? Number.NaN) + (levels[row] ?? Number.NaN) - level
}

/** What the same time of the six days after it was. */
function otherDays({ since }: PastColumn, row: number, clock: Clock): number {
  const days = [1, 2, 3, 4, 5, 6]
    .map((later) => since[clock(row, later * DAY_MS)] ?? Number.NaN)
    .filter(Number.isFinite)
  return days.length === 0 ? Number.NaN : median(days)
}

function earlierRows({ clock }: Past, row: number, { periodMs, times }: Period): readonly number[] {
  return Array.from({ length: times }, (_, time) => clock(row, -(time + 1) * periodMs))
}

function rangeAt({ columns, stepMs }: Past, row: number): Range {
  const jitter = Math.round(JITTER_MS / stepMs)
  const around = columns.map(({ since }) => {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let near = Math.max(0, row - jitter); near <= row + jitter; near += 1) {
      const value = since[near] ?? Number.NaN
      if (value < low) low = value
      if (value > high) high = value
    }
    return { low, high }
  })
  return { low: Float64Array.from(around, ({ low }) => low), high: Float64Array.from(around, ({ high }) => high) }
}

/** Whether a row is as an event was that came at its time before: every metric, in size and direction. */
export function isRecurring({ signals, spread, expected }: Recurring, now: Levelled, row: number): boolean {
  const atMs = rowMs(now.window, row)
  const values = signals.map((signal) => sinceAt(now, signal, row))
  return expected.some(
    (one) =>
      one.atMs === atMs &&
      values.every((value, at) => Number.isNaN(value) || timesAlike(one, at, value, spread[at] ?? 0) >= one.least),
  )
}

/** At how many of the earlier times a metric was like this value. */
function timesAlike({ earlier }: Expected, at: number, value: number, spread: number): number {
  return earlier.filter(({ low, high }) => within(value, low[at] ?? Number.NaN, high[at] ?? Number.NaN, spread)).length
}

function sinceAt({ columns, from }: Levelled, signal: string, row: number): number {
  return columns.find((column) => column.signal === signal)?.since[row - from] ?? Number.NaN
}

/** Of no sample the lowest is above the highest, and nothing is within. */
function within(value: number, low: number, high: number, spread: number): boolean {
  if (!(low <= high)) return false
  const slack = ALIKE.spreads * spread + ALIKE.share * Math.max(Math.abs(low), Math.abs(high))
  return value >= low - slack && value <= high + slack
}

/** Whether a row of a window is known by its time. */
export type IsRecurring = (row: number) => boolean

/** Of a window that holds its own history: each lesson is learned when it is first asked for. Undefined where nothing can be known. */
export function recurringIn(window: Window, timeZone = 'UTC'): IsRecurring | undefined {
  if (!canRecur(window)) return undefined
  const lessons = new Map<number, Recurring>()
  let all: Levelled | undefined
  return (row) => {
    all ??= levelled(window)
    const fromMs = lessonAt(rowMs(window, row))
    const lesson = lessons.get(fromMs) ?? recurringFrom(all, fromMs, timeZone)
    lessons.set(fromMs, lesson)
    return isRecurring(lesson, all, row)
  }
}

/** 1 for each recurring row from `from` on, by lessons that were learned elsewhere; of a row without one nothing is known. */
export function recurringBy(
  window: Window,
  from: number,
  lessonFor: (fromMs: number) => Recurring | undefined,
): Uint8Array {
  const rows = new Uint8Array(Math.max(0, window.length - from))
  if (!canRecur(window)) return rows
  let late: Levelled | undefined
  let lesson: Recurring | undefined
  let fromMs = Number.NaN
  for (let row = from; row < window.length; row += 1) {
    const atMs = lessonAt(rowMs(window, row))
    if (atMs !== fromMs) lesson = lessonFor(atMs)
    fromMs = atMs
    if (lesson === undefined || lesson.expected.length === 0) continue
    late ??= levelled(window, from)
    if (isRecurring(lesson, late, row)) rows[row - from] = 1
  }
  return rows
}
