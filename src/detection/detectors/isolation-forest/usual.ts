import type { Stretch } from '../band.ts'
import { localTimes } from '../local-time.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** Fewer days have no middle. */
const LEAST_DAYS = 3
/** A week's pattern needs nearly the whole of one: what is missing falls back on the day. */
const LEAST_WEEK_DAYS = 6
/** Samples closer than this share a slot: what recurs daily does not do so on the minute. */
const SLOT_MS = 5 * 60_000
/** Neighbouring slots on each side that a slot is smoothed over: nightly jobs do not start on the second. */
const NEIGHBOURS = 2

/** Usual values by time of day and, where the history is long enough, by time of week. NaN where a slot was never seen. */
export type Usual = {
  readonly slotMs: number
  readonly day: Float64Array
  readonly week?: Float64Array
  /** IANA zone whose clock they follow; UTC where left out. */
  readonly timeZone?: string
}

/** Distances of samples to the next one, all but so many of which a slot and its neighbours bridge: a history may be coarser further back. */
const BRIDGED = 0.9

/** Learns medians; undefined where there are too few days, or the step does not divide a day. */
export function usualOf({ values, startMs, stepMs, timeZone }: Stretch): Usual | undefined {
  const days = (values.length * stepMs) / DAY_MS
  if (days < LEAST_DAYS || DAY_MS % stepMs !== 0) return undefined
  let slotMs = Math.max(stepMs, SLOT_MS)
  const apartMs = apart(values) * stepMs
  while (apartMs > (2 * NEIGHBOURS + 1) * slotMs && DAY_MS % (2 * slotMs) === 0) slotMs *= 2
  if (DAY_MS % slotMs !== 0) return undefined
  const times = localTimes({ startMs, stepMs }, [0, values.length], timeZone)
  const usual = { slotMs, day: slots(values, times, slotMs, DAY_MS), ...(timeZone === undefined ? {} : { timeZone }) }
  return days < LEAST_WEEK_DAYS ? usual : { ...usual, week: slots(values, times, slotMs, WEEK_MS) }
}

/** Rows that most samples are apart at most. */
function apart(values: Float64Array): number {
  const distances: number[] = []
  let last = -1
  for (let row = 0; row < values.length; row += 1) {
    if (!Number.isFinite(values[row])) continue
    if (last >= 0) distances.push(row - last)
    last = row
  }
  const sorted = Float64Array.from(distances).sort()
  return sorted[Math.floor(BRIDGED * (sorted.length - 1))] ?? 1
}

function slots(values: Float64Array, times: Float64Array, slotMs: number, periodMs: number): Float64Array {
  const count = periodMs / slotMs
  const most = new Int32Array(count)
  for (let row = 0; row < values.length; row += 1) {
    const slot = slotAt(times[row] ?? 0, slotMs, count)
    most[slot] = (most[slot] ?? 0) + 1
  }
  const starts = new Int32Array(count + 1)
  for (let slot = 0; slot < count; slot += 1) starts[slot + 1] = (starts[slot] ?? 0) + (most[slot] ?? 0)
  const filled = starts.slice(0, count)
  const seen = new Float64Array(values.length)
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    const slot = slotAt(times[row] ?? 0, slotMs, count)
    const at = filled[slot] ?? 0
    seen[at] = value
    filled[slot] = at + 1
  }
  const near = new Float64Array((2 * NEIGHBOURS + 1) * Math.max(0, ...most))
  return Float64Array.from({ length: count }, (_, slot) => {
    let length = 0
    for (let away = -NEIGHBOURS; away <= NEIGHBOURS; away += 1) {
      const other = (slot + away + count) % count
      for (let at = starts[other] ?? 0; at < (filled[other] ?? 0); at += 1) {
        near[length] = seen[at] ?? 0
        length += 1
      }
    }
    return middleOf(near, length)
  })
}

function slotAt(atMs: number, slotMs: number, count: number): number {
  const slot = Math.floor(atMs / slotMs) % count
  return slot < 0 ? slot + count : slot
}

/** Median of the first `length` values, which it sorts; NaN of none. */
export function middleOf(values: Float64Array, length: number): number {
  if (length === 0) return Number.NaN
  const sorted = values.subarray(0, length).sort()
  const low = sorted[(length - 1) >> 1] ?? Number.NaN
  const high = sorted[length >> 1] ?? Number.NaN
  return (low + high) / 2
}

/**
 * What is left of a value when its usual level is taken off: of the day or of the week, whichever explains it better, so that both a
 * daily and a Monday's peak are as usual. The value itself where nothing is known. `atMs` is what the clock of its zone shows.
 */
export function residual(usual: Usual | undefined, value: number, atMs: number): number {
  if (usual === undefined) return value
  const ofDay = value - (usual.day[slotAt(atMs, usual.slotMs, usual.day.length)] ?? Number.NaN)
  const { week } = usual
  if (week === undefined) return ofDay
  const ofWeek = value - (week[slotAt(atMs, usual.slotMs, week.length)] ?? Number.NaN)
  if (!Number.isFinite(ofWeek)) return ofDay
  return Math.abs(ofWeek) < Math.abs(ofDay) ? ofWeek : ofDay
}
