import type { KnownEvent, Schedule, Stretch } from '../domain/index.ts'
import { parseSchedule } from './schedule.ts'
import {
  checked,
  duration,
  list,
  mapped,
  object,
  optional,
  type Reader,
  required,
  string,
  suggest,
} from './strict/index.ts'
import { isTimeZone, timeZones } from './window.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export const timeZone: Reader<string> = mapped(
  string({ form: 'an IANA time zone such as Europe/Zurich', longest: 64 }),
  (value) => {
    if (isTimeZone(value)) return { value }
    const problem = 'expected an IANA time zone such as Europe/Zurich'
    const hint = suggest(value, timeZones())
    return hint === undefined ? { problem } : { problem, didYouMean: hint }
  },
)

const INSTANT = 'expected a moment with its offset such as 2026-12-24T00:00:00Z or 2026-12-24T00:00+01:00'

/** Epoch milliseconds. */
const instant: Reader<number> = mapped(
  string({ form: 'a moment such as 2026-12-24T00:00:00Z', longest: 40 }),
  (text) => {
    const value = parseInstant(text)
    return value === undefined ? { problem: INSTANT } : { value }
  },
)

/** A moment of ISO 8601 with date, time and offset; undefined for anything else, and for a day that no calendar has. */
export function parseInstant(text: string): number | undefined {
  const [, date, time, offset] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  if (date === undefined || time === undefined || offset === undefined) return undefined
  const dayMs = Date.parse(`${date}T00:00:00Z`)
  if (!Number.isFinite(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== date) return undefined
  const atMs = Date.parse(text)
  return Number.isFinite(atMs) ? atMs : undefined
}

const stretch: Reader<Stretch> = mapped(
  checked(object({ from: required(instant), to: required(instant) }), ({ from, to }) =>
    from < to ? [] : [{ path: ['to'], message: 'it ends before it begins' }],
  ),
  ({ from, to }) => ({ value: { fromMs: from, toMs: to } }),
)

/** Stretches that nothing usual is learned from. */
export const excluded: Reader<readonly Stretch[]> = list(stretch, { most: 100 })

const schedule: Reader<Schedule> = mapped(
  string({ form: 'a cron line such as "0 2 * * *"', longest: 200 }),
  parseSchedule,
)

const eventName = string({
  pattern: /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/,
  form: 'a lower-case name such as nightly-backup',
})

/** What every known event has. */
export const eventFields = {
  name: required(eventName),
  schedule: required(schedule),
  duration: required(duration({ leastMs: MINUTE_MS, mostMs: DAY_MS })),
  timeZone: optional(timeZone),
}

export const knownEvent: Reader<KnownEvent> = mapped(object(eventFields), ({ duration: durationMs, ...rest }) => ({
  value: { ...rest, durationMs },
}))
