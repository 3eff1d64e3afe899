const HOUR_MS = 3_600_000
const DAY_HOURS = 24
const WEEK_HOURS = 168
/** 1 January 1970 was a Thursday; weeks begin on Monday here. */
const EPOCH_HOURS = 3 * DAY_HOURS

/** The present level is worth as much as so many weeks of the same hour. */
const PRESENT_WEEKS = 2

/** What one metric usually is at each hour of the week, UTC, Monday first, and how often that was seen. */
export type HourProfile = { readonly mean: Float64Array; readonly weeks: Float64Array }

/** Learns the mean of each hour of the week; where an hour was never seen, that of the same hour on other days. NaN are left out. */
export function hourProfile(values: Float64Array, startMs: number, stepMs: number): HourProfile {
  const [week, day] = [new Sums(WEEK_HOURS), new Sums(DAY_HOURS)]
  for (const [at, value] of values.entries()) {
    if (!Number.isFinite(value)) continue
    const hours = Math.floor((startMs + at * stepMs) / HOUR_MS) + EPOCH_HOURS
    week.add(((hours % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS, value)
    day.add(((hours % DAY_HOURS) + DAY_HOURS) % DAY_HOURS, value)
  }
  const perHour = Math.max(1, Math.round(HOUR_MS / stepMs))
  const mean = new Float64Array(WEEK_HOURS)
  const weeks = new Float64Array(WEEK_HOURS)
  for (let slot = 0; slot < WEEK_HOURS; slot += 1) {
    const hour = slot % DAY_HOURS
    const seen = week.counts[slot] ?? 0
    mean[slot] = seen > 0 ? week.mean(slot) : day.mean(hour)
    // Seven days of an hour tell as much as one week does.
    weeks[slot] = (seen > 0 ? seen : (day.counts[hour] ?? 0) / 7) / perHour
  }
  return { mean, weeks }
}

/**
 * What to expect at an hour of a day of the week (0 = Monday), UTC, when the level is `present` now: the mean of that hour, drawn towards the
 * present level, the more so the fewer weeks were seen; the present level itself where nothing was. Never below 0, and not cut off at 1.
 */
export function expectedAt({ mean, weeks }: HourProfile, weekday: number, hour: number, present: number): number {
  const slot = weekday * DAY_HOURS + hour
  const seen = weeks[slot] ?? 0
  if (!(seen > 0)) return present
  const share = seen / (seen + PRESENT_WEEKS)
  return Math.max(0, share * (mean[slot] ?? present) + (1 - share) * present)
}

class Sums {
  readonly counts: Float64Array
  readonly #sums: Float64Array

  constructor(slots: number) {
    this.counts = new Float64Array(slots)
    this.#sums = new Float64Array(slots)
  }

  add(slot: number, value: number): void {
    this.counts[slot] = (this.counts[slot] ?? 0) + 1
    this.#sums[slot] = (this.#sums[slot] ?? 0) + value
  }

  mean(slot: number): number {
    return (this.#sums[slot] ?? 0) / (this.counts[slot] ?? 0)
  }
}
