import type { KnownEvent, Schedule, Stretch } from '../domain/index.ts'
import { wallClocks } from './window.ts'

const MINUTE_MS = 60_000
/** Events that follow each other without a gap are one stretch, which is looked for so far back. */
const MOST_MS = 24 * 60 * MINUTE_MS

type Field = {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly words?: readonly string[]
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const FIELDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  // Both 0 and 7 are Sunday.
  { name: 'day of the week', least: 0, most: 7, words: WEEKDAYS },
] as const satisfies readonly Field[]

/** As a CronJob of Kubernetes takes them. */
const SHORT: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Reads a cron line of five fields, as a CronJob of Kubernetes has it: `*`, `?`, ranges, lists, steps, names, `@daily`. */
export function parseSchedule(text: string): { readonly value: Schedule } | { readonly problem: string } {
  const line = (Object.hasOwn(SHORT, text) ? SHORT[text] : text) ?? text
  const parts = line.trim().split(/[ \t]+/)
  if (parts.length !== FIELDS.length)
    return {
      problem: 'expected a cron line of five fields such as "0 2 * * *": minute, hour, day, month, day of the week',
    }
  const lists: (readonly number[])[] = []
  for (const [at, field] of FIELDS.entries()) {
    const list = parseField(parts[at] ?? '', field)
    if (list === undefined)
      return {
        problem: `expected ${field.least} to ${field.most} for the ${field.name}, in field ${at + 1} of the cron line`,
      }
    lists.push(list)
  }
  const [minutes = [], hours = [], days = [], months = [], sundays = []] = lists
  const weekdays = [...new Set(sundays.map((day) => day % 7))].sort()
  const eitherDay = isRestricted(parts[2]) && isRestricted(parts[4])
  const comes = eitherDay || months.some((month) => (days[0] ?? 32) <= (LONGEST_MONTH[month - 1] ?? 0))
  if (!comes) return { problem: 'no month has such a day' }
  return { value: { text, minutes, hours, days, months, weekdays, eitherDay } }
}

/** Cron's own rule: a field that begins with a star leaves the choice of the day to the other one. */
function isRestricted(part = ''): boolean {
  return !/^[*?]/.test(part)
}

/** Ascending; undefined where it cannot be read. */
function parseField(text: string, field: Field): readonly number[] | undefined {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const range = parseRange(part, field)
    if (range === undefined) return undefined
    for (let value = range.from; value <= range.to; value += range.step) found.add(value)
  }
  return [...found].sort((a, b) => a - b)
}

function parseRange(part: string, field: Field): { from: number; to: number; step: number } | undefined {
  const [whole, first = '', last, every] = /^([*?]|\w{1,4})(?:-(\w{1,4}))?(?:\/(\d{1,2}))?$/.exec(part) ?? []
  const step = every === undefined ? 1 : Number(every)
  if (whole === undefined || step < 1) return undefined
  if (first === '*' || first === '?')
    return last === undefined ? { from: field.least, to: field.most, step } : undefined
  const from = numberOf(first, field)
  // A single value with a step goes on to the end, as cron has it.
  const to = last === undefined ? (every === undefined ? from : field.most) : numberOf(last, field)
  return from === undefined || to === undefined || from > to ? undefined : { from, to, step }
}

function numberOf(text: string, { least, most, words = [] }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase())
  if (word >= 0) return word + least
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

/**
 * The stretch of an event that goes on at a moment; undefined while none does. Events that begin before the last one has ended are one
 * stretch. An hour that the clocks repeat has the event twice, one that they skip has none.
 */
export function eventAt(event: KnownEvent, timeZone: string, atMs: number): Stretch | undefined {
  const clock = wallClocks(event.timeZone ?? timeZone)
  let fromMs: number | undefined
  let lastMs = 0
  const earliest = atMs - MOST_MS - event.durationMs
  for (let minuteMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS; minuteMs > earliest; minuteMs -= MINUTE_MS) {
    // Nothing that begins as early as this reaches the stretch.
    if (minuteMs + event.durationMs < (fromMs ?? atMs + 1)) break
    if (!begins(event.schedule, clock(minuteMs))) continue
    if (fromMs === undefined) lastMs = minuteMs
    fromMs = minuteMs
  }
  return fromMs === undefined ? undefined : { fromMs, toMs: lastMs + event.durationMs }
}

function begins(schedule: Schedule, at: ReturnType<ReturnType<typeof wallClocks>>): boolean {
  const { minutes, hours, days, months, weekdays, eitherDay } = schedule
  if (!minutes.includes(at.minute % 60) || !hours.includes(Math.floor(at.minute / 60))) return false
  if (!months.includes(at.month)) return false
  const [day, weekday] = [days.includes(at.date), weekdays.includes(at.day)]
  return eitherDay ? day || weekday : day && weekday
}
