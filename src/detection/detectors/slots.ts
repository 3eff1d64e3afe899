const DAY_MS = 86_400_000
const DAYS_OF_WEEK = 7

/** The slot of the day and of the week that each of some moments lies in. */
export type Slots = { readonly day: Int32Array; readonly week: Int32Array }

/** Of what a clock shows at them (`localTimes`), in slots of `slotMs`, which divides a day. */
export function slotsOf(times: Float64Array, slotMs: number): Slots {
  const slots = { day: new Int32Array(times.length), week: new Int32Array(times.length) }
  const perDay = DAY_MS / slotMs
  const perWeek = DAYS_OF_WEEK * perDay
  for (let at = 0; at < times.length; at += 1) {
    const slot = Math.floor((times[at] ?? 0) / slotMs)
    slots.day[at] = slot - Math.floor(slot / perDay) * perDay
    slots.week[at] = slot - Math.floor(slot / perWeek) * perWeek
  }
  return slots
}
