import type { MaintenanceWindow } from '../domain/index.ts'

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Whether the name is one of the IANA data base that this runtime knows (`Europe/Zurich`, `UTC`); an offset is not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+\-/]{1,63}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

export function timeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')]
}

/** `Mon`, or `Mon-Fri` with both ends, over the week's end too (`Fri-Mon`). 0 is Sunday; undefined for anything else. */
export function parseDays(text: string): readonly number[] | undefined {
  const [from = '', to = from, ...rest] = text.split('-')
  const first = DAYS.indexOf(from)
  const last = DAYS.indexOf(to)
  if (first < 0 || last < 0 || rest.length > 0) return undefined
  const length = ((last - first + 7) % 7) + 1
  return Array.from({ length }, (_, step) => (first + step) % 7)
}

/** `08:00-17:00` in minutes since midnight. `22:00-06:00` goes over midnight; the end may be 24:00. Undefined for anything else and for no time at all. */
export function parseHours(text: string): { readonly fromMinute: number; readonly toMinute: number } | undefined {
  const match = /^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(text)
  if (match === null) return undefined
  const [fromMinute = 0, toMinute = 0] = [minuteOf(match[1], match[2]), minuteOf(match[3], match[4])]
  const inDay = fromMinute < 1440 && toMinute <= 1440
  return inDay && fromMinute !== toMinute ? { fromMinute, toMinute } : undefined
}

function minuteOf(hours: string | undefined, minutes: string | undefined): number {
  return Number(hours) * 60 + Number(minutes)
}

/** What the clocks of a zone show: the day of the week (0 is Sunday), minutes since midnight, day of the month and month from 1 on. */
type WallClock = { readonly day: number; readonly minute: number; readonly date: number; readonly month: number }

/** Offsets are whole quarters of an hour, and change on one: within one quarter only the minute moves. */
const QUARTER_MS = 15 * 60_000

/** Reads the clocks of a zone at any instant, epoch milliseconds. */
export function wallClocks(timeZone: string): (atMs: number) => WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const read = (atMs: number): WallClock => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    return {
      day: DAYS.indexOf(parts.get('weekday') ?? ''),
      minute: minuteOf(parts.get('hour'), parts.get('minute')),
      date: Number(parts.get('day')),
      month: Number(parts.get('month')),
    }
  }
  let known: { readonly quarterMs: number; readonly clock: WallClock } | undefined
  return (atMs) => {
    const quarterMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS
    if (known?.quarterMs !== quarterMs) known = { quarterMs, clock: read(quarterMs) }
    return { ...known.clock, minute: known.clock.minute + Math.floor((atMs - quarterMs) / 60_000) }
  }
}

/**
 * Whether the clocks of the window's zone stand inside it: from the first minute on, up to but without the last. A window over midnight
 * belongs to the day on which it begins. When clocks go back, the repeated hour is inside both times; skipped minutes do not exist.
 */
export function inWindow(window: MaintenanceWindow, nowMs: number): boolean {
  const { day, minute } = wallClocks(window.timeZone)(nowMs)
  const { fromMinute, toMinute, days } = window
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute
  const yesterday = (day + 6) % 7
  return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute)
}
