import { median } from 'simple-statistics'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** Fewer days have no middle. */
const LEAST_DAYS = 3
/** A week's pattern needs nearly the whole of one: what is missing falls back on the day. */
const LEAST_WEEK_DAYS = 6
/** Neighbouring points on each side that a slot is smoothed over: nightly jobs do not start on the second. */
const NEIGHBOURS = 2

/** Usual values by time of day and, where the history is long enough, by time of week. NaN where a slot was never seen. UTC. */
export type Profile = { readonly stepMs: number; readonly day: Float64Array; readonly week?: Float64Array }

/** Learns a profile from rows of a regular grid; undefined where there are too few days, or the step does not divide a day. */
export function profileOf(values: Float64Array, startMs: number, stepMs: number): Profile | undefined {
  const days = (values.length * stepMs) / DAY_MS
  if (days < LEAST_DAYS || DAY_MS % stepMs !== 0) return undefined
  const day = slots(values, startMs, stepMs, DAY_MS)
  return days < LEAST_WEEK_DAYS ? { stepMs, day } : { stepMs, day, week: slots(values, startMs, stepMs, WEEK_MS) }
}

function slots(values: Float64Array, startMs: number, stepMs: number, periodMs: number): Float64Array {
  const count = periodMs / stepMs
  const seen: number[][] = Array.from({ length: count }, () => [])
  for (const [row, value] of values.entries()) {
    if (Number.isFinite(value)) seen[slotOf(startMs + row * stepMs, stepMs, count)]?.push(value)
  }
  return Float64Array.from({ length: count }, (_, slot) => {
    const near: number[] = []
    for (let away = -NEIGHBOURS; away <= NEIGHBOURS; away += 1)
      near.push(...(seen[(slot + away + count) % count] ?? []))
    return near.length === 0 ? Number.NaN : median(near)
  })
}

function slotOf(atMs: number, stepMs: number, count: number): number {
  return Math.floor(atMs / stepMs) % count
}

/**
 * What is left of a value when its usual level is taken off: of the day or of the week, whichever explains it better, so that both a
 * daily and a Monday's peak are as usual. The value itself where nothing is known.
 */
export function residual(profile: Profile | undefined, value: number, atMs: number): number {
  if (profile === undefined) return value
  const ofDay = value - (profile.day[slotOf(atMs, profile.stepMs, profile.day.length)] ?? Number.NaN)
  const { week } = profile
  const ofWeek =
    week === undefined ? Number.NaN : value - (week[slotOf(atMs, profile.stepMs, week.length)] ?? Number.NaN)
  if (!Number.isFinite(ofWeek)) return ofDay
  return Math.abs(ofWeek) < Math.abs(ofDay) ? ofWeek : ofDay
}
