import type { Engines } from '../engines.ts'
import type { Level } from '../forecast/arrival.ts'
import { usageAt } from '../forecast/usage.ts'
import type { HourProfile } from './hour-profile.ts'

const HOUR_MS = 3_600_000
const WEEK_HOURS = 168
/** Intervals are not served, so that this only says how many earlier errors are needed. */
const COVERAGE = 0.8

/** Name of `hoursAhead` where it is asked of another thread. */
export const HOURS_AHEAD = 'hours-ahead'

/** What is expected at each full hour of the week to come, the first one after `fromMs`; nothing where the history is too short for it. */
export type HoursAhead = { readonly fromMs: number; readonly means: readonly number[] }

/** Forecasts the week after the last value. */
export function hoursAhead(series: Level, engines: Engines): HoursAhead | undefined {
  const lastMs = series.startMs + (series.values.length - 1) * series.stepMs
  const fromMs = Math.floor(lastMs / HOUR_MS) * HOUR_MS
  const moments = Array.from({ length: WEEK_HOURS }, (_, at) => fromMs + (at + 1) * HOUR_MS)
  const usage = usageAt({ series, moments, coverage: COVERAGE, engine: engines.prophet })
  return usage.known ? { fromMs, means: usage.moments.map(({ mean }) => mean) } : undefined
}

/** The profile with the forecast in the place of what each hour was on average. */
export function withForecast(profile: HourProfile, ahead: HoursAhead | undefined): HourProfile {
  if (ahead === undefined) return profile
  const mean = Float64Array.from(profile.mean)
  for (const [at, value] of ahead.means.entries()) mean[hourOfWeek(ahead.fromMs + (at + 1) * HOUR_MS)] = value
  return { ...profile, mean }
}

/** UTC, Monday first. 1 January 1970 was a Thursday. */
function hourOfWeek(atMs: number): number {
  const hours = Math.floor(atMs / HOUR_MS) + 72
  return ((hours % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS
}
