import { localTimes } from './local-time.ts'
import { type Slots, slotsOf } from './slots.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS
const WEEK_MS = 7 * DAY_MS
/** What comes at its time comes within a quarter of an hour of it. */
const SLOT_MS = 15 * MINUTE_MS
/** As usual is what one day, or week, in so many had at that time, and at least two. */
const ONE_IN = 5
const AT_LEAST = 2
/** Where no time was seen so often, all but so much of the history on either side is as usual. */
const ODD_SHARE = 0.05
/** Half the width of a band is so many usual deviations, about: as deviations less than this are as usual. */
export const WIDE = 1.5
/** A metric that mostly stands still has no usual deviation. A usual move of it counts as so many: as rare as one of three. */
const MOVE = 3
/** A size below this share is rounding: of the level, or of the range. */
const ROUNDING = 1e-6

/** Lowest and highest usual values by slot of a period; NaN where too few of the periods had samples then. */
export type Range = { readonly low: Float32Array; readonly high: Float32Array }

/**
 * What one metric usually is at its time of day and of week, and the unit that deviations from it are counted in, above 0. Plain
 * data.
 */
export type Band = {
  /** Values are held less this, and over this. */
  readonly centre: number
  readonly range: number
  readonly slotMs: number
  readonly day: Range
  readonly week: Range
  readonly unit: number
  /** IANA zone whose clock its days and weeks follow; UTC where left out. */
  readonly timeZone?: string
}

/** Rows of a regular grid that begin at `startMs`, NaN where there is no sample, and the zone whose clock their days follow. */
export type Stretch = {
  readonly values: Float64Array
  readonly startMs: number
  readonly stepMs: number
  readonly timeZone?: string | undefined
}

/** Values, and what the clock showed then. */
type Seen = { readonly values: Float64Array; readonly times: Float64Array }

/**
 * Learns what is usual; undefined where the samples differ by no more than rounding, or by more than a number can say. What single odd days,
 * or weeks, of several had counts for nothing.
 */
export function bandOf({ values, startMs, stepMs, timeZone }: Stretch): Band | undefined {
  const sorted = values.filter(Number.isFinite).sort()
  const low = sorted[0] ?? 0
  const high = sorted.at(-1) ?? 0
  const range = high - low
  if (!(range > ROUNDING * Math.max(Math.abs(low), Math.abs(high)) && range < Number.POSITIVE_INFINITY))
    return undefined
  const centre = sorted[sorted.length >> 1] ?? 0
  const within = {
    values: values.map((value) => heldAs(value, centre, range)),
    times: localTimes({ startMs, stepMs }, [0, values.length], timeZone),
  }
  const whole = Math.max(SLOT_MS, stepMs)
  const slotMs = DAY_MS % whole === 0 ? whole : DAY_MS
  const odd = Math.floor(ODD_SHARE * sorted.length)
  const day = filled(
    rangeOf(within, slotMs, DAY_MS),
    [sorted[odd] ?? low, sorted.at(-1 - odd) ?? high].map((value) => heldAs(value, centre, range)),
  )
  const band = { centre, range, slotMs, day, week: rangeOf(within, slotMs, WEEK_MS), unit: 1 }
  const zone = timeZone === undefined ? {} : { timeZone }
  return { ...band, unit: Math.max(unitOf(within, band), ROUNDING), ...zone }
}

/** As a band's limits are held, so that a value at a limit is not beyond it. NaN for what is not finite. */
export function heldAs(value: number, centre: number, range: number): number {
  return Number.isFinite(value) ? Math.fround((value - centre) / range) : Number.NaN
}

/** A range with others where nothing is known of a slot. */
function filled({ low, high }: Range, [lowest = 0, highest = 0]: readonly number[]): Range {
  const known = low.map((one, slot) => (Number.isNaN(one + (high[slot] ?? Number.NaN)) ? 0 : 1))
  return {
    low: low.map((one, slot) => (known[slot] === 1 ? one : lowest)),
    high: high.map((one, slot) => (known[slot] === 1 ? one : highest)),
  }
}

function rangeOf(seen: Seen, slotMs: number, periodMs: number): Range {
  return { low: sideOf(seen, slotMs, periodMs, 1), high: sideOf(seen, slotMs, periodMs, -1) }
}

/** The lowest usual values (`side` 1) or the highest (-1), of each slot and those beside it. */
function sideOf({ values, times }: Seen, slotMs: number, periodMs: number, side: 1 | -1): Float32Array {
  const slots = periodMs / slotMs
  const first = Math.floor((times[0] ?? 0) / periodMs)
  const periods = Math.max(0, Math.floor((times.at(-1) ?? 0) / periodMs) - first) + 1
  const most = new Float64Array(slots * periods).fill(Number.POSITIVE_INFINITY)
  for (let row = 0; row < values.length; row += 1) {
    const value = side * (values[row] ?? Number.NaN)
    const atMs = times[row] ?? 0
    const period = Math.floor(atMs / periodMs)
    // A clock that is put back may fall back into the day before the first.
    const since = Math.min(periods - 1, Math.max(0, period - first))
    const at = Math.floor((atMs - period * periodMs) / slotMs) * periods + since
    if (value < (most[at] ?? Number.NaN)) most[at] = value
  }
  const usual = Float64Array.from({ length: slots }, (_, slot) =>
    reached(most.subarray(slot * periods, (slot + 1) * periods)),
  )
  return Float32Array.from(usual, (_, slot) => {
    let furthest = Number.POSITIVE_INFINITY
    for (const near of [slot + slots - 1, slot, slot + 1])
      furthest = Math.min(furthest, usual[near % slots] ?? furthest)
    return furthest === Number.POSITIVE_INFINITY ? Number.NaN : side * furthest
  })
}

/** What enough of the periods reach, of their lowest values; infinite where too few had any. */
function reached(lowest: Float64Array): number {
  lowest.sort()
  let known = 0
  while (known < lowest.length && lowest[known] !== Number.POSITIVE_INFINITY) known += 1
  const place = Math.max(AT_LEAST, Math.floor(known / ONE_IN) + 1) - 1
  return place < known ? (lowest[place] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
}

/** By how wide the band usually is, or a usual move where that is more: out of the band, or of anything where nothing left it. */
function unitOf({ values, times }: Seen, band: Omit<Band, 'timeZone'>): number {
  const { low, high } = band.day
  const widths = low
    .map((one, slot) => Math.max(0, ((high[slot] ?? Number.NaN) - one) / 2))
    .filter(Number.isFinite)
    .sort()
  const width = widths[widths.length >> 1] ?? 0
  const slots = slotsOf(times, band.slotMs)
  const away = values.map((value, row) => Math.abs(beyond(band, slots, row, value, 0, 0)))
  const left = moves(away)
  const sizes = left.length > 0 ? left : moves(values.map(Math.abs))
  return Math.max(width / WIDE, (sizes[sizes.length >> 1] ?? 0) / MOVE)
}

function moves(sizes: Float64Array): Float64Array {
  return sizes.filter((size) => size > ROUNDING).sort()
}

/**
 * How far a value less a level lies outside of what is usual at the time of a row of `slots`, signed: of the day or of the week, whichever is nearer.
 * NaN where there is no value.
 */
export function beyond(
  { day, week }: Band,
  slots: Slots,
  row: number,
  value: number,
  dayLevel: number,
  weekLevel: number,
): number {
  if (Number.isNaN(value)) return value
  const ofDay = slots.day[row] ?? 0
  const ofWeek = slots.week[row] ?? 0
  const one = outside(value - dayLevel, day.low[ofDay] ?? Number.NaN, day.high[ofDay] ?? Number.NaN)
  const other = outside(value - weekLevel, week.low[ofWeek] ?? Number.NaN, week.high[ofWeek] ?? Number.NaN)
  return Math.abs(other) < Math.abs(one) ? other : one
}

/** Where two periods have nothing in common, what lies between them is as usual as anything. */
function outside(value: number, low: number, high: number): number {
  if (low > high) return value > low ? value - low : value < high ? value - high : 0
  return value > high ? value - high : value < low ? value - low : value - value + (Number.isNaN(low) ? low : 0)
}
