const DAY_MS = 86_400_000
const DAYS_OF_WEEK = 7

/** The slot of the day and of the week that each of some rows lies in, UTC. */
export type Slots = { readonly day: Int32Array; readonly week: Int32Array }

/** Rows of a regular grid. */
export type Grid = { readonly startMs: number; readonly stepMs: number }

/** Of the rows [from, to), in slots of `slotMs`, which divides a day. */
export function slotsOf({ startMs, stepMs }: Grid, from: number, to: number, slotMs: number): Slots {
  const rows = Math.max(0, to - from)
  const slots = { day: new Int32Array(rows), week: new Int32Array(rows) }
  const perDay = DAY_MS / slotMs
  const perWeek = DAYS_OF_WEEK * perDay
  for (let at = 0; at < rows; at += 1) {
    const slot = Math.floor((startMs + (from + at) * stepMs) / slotMs)
    slots.day[at] = slot - Math.floor(slot / perDay) * perDay
    slots.week[at] = slot - Math.floor(slot / perWeek) * perWeek
  }
  return slots
}
