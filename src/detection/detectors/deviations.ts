import type { Window } from '../window.ts'
import { type Band, beyond, heldAs, WIDE } from './band.ts'
import { localTimes } from './local-time.ts'
import { firstCounted, RunningMedian } from './running-median.ts'
import { type Slots, slotsOf } from './slots.ts'

const MINUTE_MS = 60_000
/** The level of late: the median of so long, of the last sample of each half hour. A level that was shifted for good is as usual half of it later. */
const LEVEL_MS = 1440 * MINUTE_MS
const LEVEL_STRIDE_MS = 30 * MINUTE_MS
/** At a coarse step it is the median of so many. */
const LEAST_LEVEL = 6

/** Rows before the judged ones that a deviation looks at. */
export function bandRows(stepMs: number): number {
  return (samplesOf(stepMs) + 1) * strideOf(stepMs)
}

/** So many samples make a level. */
function samplesOf(stepMs: number): number {
  return Math.max(LEAST_LEVEL, Math.round(LEVEL_MS / stepMs / strideOf(stepMs)))
}

function strideOf(stepMs: number): number {
  return Math.max(1, Math.round(LEVEL_STRIDE_MS / stepMs))
}

/**
 * How far the metrics of a window are from their bands in the rows [from, to), one metric after the other: what is asked for is good until the next is. Of
 * many metrics, each by its own band, the clock is read once, and nothing is allocated for each.
 */
export class Deviations {
  readonly #window: Window
  readonly #from: number
  readonly #to: number
  readonly #every: number
  /** The first row that counts for a level, and the first row of which a sample may. */
  readonly #counted: number
  readonly #seen: number
  readonly #ofDay: RunningMedian
  readonly #ofWeek: RunningMedian
  readonly #found: Float64Array
  #slots: Slots | undefined
  #slotMs = Number.NaN
  #timeZone: string | undefined

  constructor(window: Window, [from, to]: readonly [from: number, to: number]) {
    const { startMs, stepMs } = window
    this.#window = window
    this.#from = from
    this.#to = to
    this.#every = strideOf(stepMs)
    const first = from - bandRows(stepMs)
    this.#counted = firstCounted({ first, every: this.#every, phase: Math.floor(startMs / stepMs) })
    this.#seen = Math.max(0, this.#counted - this.#every + 1)
    this.#ofDay = new RunningMedian(samplesOf(stepMs))
    this.#ofWeek = new RunningMedian(samplesOf(stepMs))
    this.#found = new Float64Array(Math.max(0, to - from))
  }

  /**
   * From what is usual, or from that at the level of late where that is nearer; signed. Up to `WIDE` where in the band they lie, and beyond it by how
   * far out of it they are, in its unit. Causal. NaN where there is no sample, or no level of late.
   */
  of(band: Band, values: Float64Array): Float64Array {
    return this.#walked(band, values, this.#deviate)
  }

  /**
   * How far they are out of what is usual, signed: `of` less `WIDE`, and 0 within. What is within it without a level needs none, as long as there is
   * one, and that is nearly always.
   */
  excess(band: Band, values: Float64Array): Float64Array {
    const slots = this.#slotsOf(band)
    const found = this.#found
    let isOut = false
    for (let at = 0; at < found.length; at += 1) {
      const row = this.#from + at
      const value = heldAs(values[row] ?? Number.NaN, band.centre, band.range)
      const away = beyond(band, slots, row - this.#seen, value, 0, 0)
      found[at] = away
      if (away < 0 || away > 0) isOut = true
    }
    return !isOut && this.#hasLevel(band, values) ? found : this.#walked(band, values, this.#exceed)
  }

  /** Goes along the samples that count, and has rows answered by what came before them. */
  #walked(
    band: Band,
    values: Float64Array,
    answer: (band: Band, values: Float64Array, from: number, to: number) => void,
  ): Float64Array {
    const to = this.#to
    let answered = this.#from
    this.#ofDay.clear()
    this.#ofWeek.clear()
    for (let row = this.#counted; row < to; row += this.#every) {
      if (row >= answered) {
        answer.call(this, band, values, answered, row + 1)
        answered = row + 1
      }
      this.#count(band, values, row)
    }
    if (answered < to) answer.call(this, band, values, answered, to)
    return this.#found
  }

  /** Adds how far the last sample up to a row was from the middle of its band. Which rows count depends on the clock alone, not on where one begins. */
  #count(band: Band, values: Float64Array, row: number): void {
    let seen = row
    while (seen > row - this.#every && !Number.isFinite(values[seen])) seen -= 1
    const { day, week } = this.#slotsOf(band)
    const value = seen > row - this.#every ? heldAs(values[seen] ?? Number.NaN, band.centre, band.range) : Number.NaN
    const ofDay = day[seen - this.#seen] ?? 0
    const ofWeek = week[seen - this.#seen] ?? 0
    this.#ofDay.push(value - ((band.day.low[ofDay] ?? Number.NaN) + (band.day.high[ofDay] ?? Number.NaN)) / 2)
    this.#ofWeek.push(value - ((band.week.low[ofWeek] ?? Number.NaN) + (band.week.high[ofWeek] ?? Number.NaN)) / 2)
  }

  #deviate(band: Band, values: Float64Array, from: number, to: number): void {
    const levels = { day: this.#ofDay.median(), week: this.#ofWeek.median() }
    for (let row = from; row < to; row += 1) this.#found[row - this.#from] = this.#deviation(band, values, row, levels)
  }

  /** The rows of which `excess` has found that they are out of the band without a level, and whether one is known for the others. */
  #exceed(band: Band, values: Float64Array, from: number, to: number): void {
    let levels: Levels | undefined
    for (let row = from; row < to; row += 1) {
      const at = row - this.#from
      if (this.#found[at] === 0) {
        if (this.#ofDay.count === 0) this.#found[at] = Number.NaN
        continue
      }
      levels ??= { day: this.#ofDay.median(), week: this.#ofWeek.median() }
      const deviation = this.#deviation(band, values, row, levels)
      this.#found[at] = Math.sign(deviation) * Math.max(0, Math.abs(deviation) - WIDE)
    }
  }

  #deviation(band: Band, values: Float64Array, row: number, levels: Levels): number {
    const slots = this.#slotsOf(band)
    const at = row - this.#seen
    const value = heldAs(values[row] ?? Number.NaN, band.centre, band.range)
    const away = beyond(band, slots, at, value, 0, 0)
    const late = beyond(band, slots, at, value, levels.day, levels.week)
    const slot = slots.day[at] ?? 0
    return Math.abs(away) < Math.abs(late)
      ? withInside(band, away, slot, value)
      : withInside(band, late, slot, value - levels.day)
  }

  /** Whether one sample at least counts for the level of late of each of these rows. */
  #hasLevel({ centre, range }: Band, values: Float64Array): boolean {
    const every = this.#every
    const newest = this.#counted + Math.floor((this.#from - 1 - this.#counted) / every) * every
    const oldest = Math.max(0, this.#to - samplesOf(this.#window.stepMs) * every)
    for (let row = newest; row >= oldest; row -= every)
      for (let seen = row; seen > row - every && seen >= 0; seen -= 1)
        if (Number.isFinite(heldAs(values[seen] ?? Number.NaN, centre, range))) return true
    return false
  }

  #slotsOf({ slotMs, timeZone }: Band): Slots {
    if (this.#slots !== undefined && slotMs === this.#slotMs && timeZone === this.#timeZone) return this.#slots
    this.#slotMs = slotMs
    this.#timeZone = timeZone
    this.#slots = slotsOf(localTimes(this.#window, [this.#seen, this.#to], timeZone), slotMs)
    return this.#slots
  }
}

/** How far a metric has been from the middle of its band of late. */
type Levels = { readonly day: number; readonly week: number }

/** How far out of its band a value is, in the band's unit and with the band itself; of one that is not out, where in the band it lies. */
function withInside({ day, unit }: Band, out: number, slot: number, value: number): number {
  if (out !== 0) return out / unit + Math.sign(out) * WIDE
  const low = day.low[slot] ?? Number.NaN
  const high = day.high[slot] ?? Number.NaN
  return high > low ? WIDE * Math.max(-1, Math.min(1, (2 * value - low - high) / (high - low))) : 0
}
