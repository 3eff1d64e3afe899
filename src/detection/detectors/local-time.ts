/** Zones change their offset on a quarter of an hour, and not twice within six hours. */
const QUARTER_MS = 900_000
const LOOK_MS = 6 * 3_600_000

/** Milliseconds that a zone's clock is ahead of UTC at a moment. */
export type Offset = (atMs: number) => number

/** Clocks that were asked for: what they show is found out once. */
const clocks = new Map<string, Offset>()
/** There are some 600 names; whoever writes them in ever other letters does not fill the memory. */
const MOST_CLOCKS = 1000

/** The clock of an IANA zone, `Europe/Zurich`. Throws a RangeError for a name that the platform does not know. */
export function offsetOf(timeZone: string): Offset {
  const found = clocks.get(timeZone)
  if (found !== undefined) return found
  const made = clockOf(timeZone)
  if (clocks.size >= MOST_CLOCKS) clocks.clear()
  clocks.set(timeZone, made)
  return made
}

/** What the clock of a zone shows at the rows [from, to) of a grid, as epoch milliseconds of UTC; of UTC where none is given. */
export function localTimes(
  { startMs, stepMs }: { readonly startMs: number; readonly stepMs: number },
  [from, to]: readonly [from: number, to: number],
  timeZone?: string,
): Float64Array {
  const times = new Float64Array(Math.max(0, to - from))
  for (let at = 0; at < times.length; at += 1) times[at] = startMs + (from + at) * stepMs
  if (timeZone === undefined) return times
  const offset = offsetOf(timeZone)
  let ahead = 0
  let untilMs = Number.NEGATIVE_INFINITY
  for (let at = 0; at < times.length; at += 1) {
    const atMs = times[at] ?? 0
    if (atMs >= untilMs) {
      ahead = offset(atMs)
      untilMs = (Math.floor(atMs / QUARTER_MS) + 1) * QUARTER_MS
    }
    times[at] = atMs + ahead
  }
  return times
}

function clockOf(timeZone: string): Offset {
  if (timeZone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const known = new Map<number, number>()
  const read = (quarterMs: number): number => {
    const found = known.get(quarterMs)
    if (found !== undefined) return found
    const offset = readOffset(format, quarterMs)
    known.set(quarterMs, offset)
    return offset
  }
  return (atMs) => {
    const before = Math.floor(atMs / LOOK_MS) * LOOK_MS
    const offset = read(before)
    return offset === read(before + LOOK_MS) ? offset : read(Math.floor(atMs / QUARTER_MS) * QUARTER_MS)
  }
}

function readOffset(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return shown - atMs
}
