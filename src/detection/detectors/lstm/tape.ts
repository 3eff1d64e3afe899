import type { Window } from '../../window.ts'
import { MOST } from '../compared.ts'
import { Deviations } from '../deviations.ts'
import { localTimes } from '../local-time.ts'
import { columnOf, type Frame } from './frame.ts'

const DAY_MS = 86_400_000
/** The network reads no sample as further from usual than this many spreads; how far off it was is left to the score. */
const FURTHEST = 8

/** A sample that is missing is read as the last one before it, of so many rows: a network that never saw a gap would take anything else for a jump. */
const CARRIED = 12

/**
 * Rows as the network reads them, one after the other: `inputs` holds `width` numbers a row (the samples, or the last one there was; whether the row is
 * veiled; the time of day), `veiled` the same with no sample at all. `values` are the `columns` samples themselves, in spreads from usual, NaN
 * where there is none.
 */
export type Tape = {
  readonly rows: number
  readonly width: number
  readonly columns: number
  readonly inputs: Float64Array
  readonly veiled: Float64Array
  readonly values: Float64Array
}

/** Numbers that the network reads of one row. */
export function widthOf(frame: Frame): number {
  return frame.signals.length + (frame.clock ? 3 : 1)
}

/** The rows [from, to) of a window, as a frame reads them. Rows before the window are missing, and so is a column that it has lost. */
export function tapeOf(window: Window, frame: Frame, from: number, to: number): Tape {
  const rows = to - from
  const columns = frame.signals.length
  const width = widthOf(frame)
  const inputs = new Float64Array(rows * width)
  const veiled = new Float64Array(rows * width)
  const values = new Float64Array(rows * columns).fill(Number.NaN)
  const tape = { rows, width, columns, inputs, veiled, values }
  const first = Math.max(0, from)
  const samples = samplesOf(window, frame, [first, to])
  let before: Samples | undefined
  for (let column = 0; column < columns; column += 1) {
    const own = samples(column)
    const isKnown = Number.isFinite(own[0] ?? Number.NaN)
    if (!isKnown) before ??= samplesOf(window, frame, [Math.max(0, first - CARRIED), first])
    fill(tape, column, first - from, own, isKnown ? [] : (before?.(column) ?? []))
  }
  const times = localTimes(window, [from, to], frame.timeZone)
  for (let row = 0; row < rows; row += 1) mark(tape, frame, row, times[row] ?? 0)
  return tape
}

/** Writes the samples of a column from row `first` on; where they are missing, the last one, which may be one of those right before them. */
function fill(tape: Tape, column: number, first: number, samples: Column, before: Column): void {
  let last = 0
  let age = CARRIED
  for (let at = -before.length; at < samples.length; at += 1) {
    const value = (at < 0 ? before[at + before.length] : samples[at]) ?? Number.NaN
    const known = Number.isFinite(value)
    age = known ? 0 : age + 1
    if (known) last = Math.max(-FURTHEST, Math.min(FURTHEST, value))
    if (at < 0) continue
    if (known) tape.values[(first + at) * tape.columns + column] = value
    if (age <= CARRIED) tape.inputs[(first + at) * tape.width + column] = last
  }
}

/** Samples of a column in some rows, in spreads from usual, NaN where there is none; good until another column is asked for. */
type Samples = (column: number) => Column
type Column = ArrayLike<number>

/** Or how far out of its band it is where the frame has one. Where in the band it lies is left out: it is noise. */
function samplesOf(window: Window, frame: Frame, rows: readonly [from: number, to: number]): Samples {
  const [from, to] = rows
  const read = new Float64Array(Math.max(0, to - from))
  const away = frame.bands === undefined ? undefined : new Deviations(window, rows)
  return (column) => {
    const values = columnOf(window, frame.signals[column] ?? '')?.values
    const band = frame.bands?.[column]
    if (values === undefined) return read.fill(Number.NaN)
    const excess = band === undefined ? undefined : away?.excess(band, values)
    const centre = frame.centre[column] ?? 0
    const spread = frame.spread[column] ?? 1
    for (let at = 0; at < read.length; at += 1) {
      const value = excess === undefined ? values[from + at] : within(excess[at])
      read[at] = ((value ?? Number.NaN) - centre) / spread
    }
    return read
  }
}

function within(excess = Number.NaN): number {
  return Math.max(-MOST, Math.min(MOST, excess))
}
/** Writes what is not a sample: the veil and the time of day, by what the clock shows. */
function mark(tape: Tape, { clock }: Frame, row: number, atMs: number): void {
  const { columns, inputs, veiled } = tape
  const at = row * tape.width + columns
  veiled[at] = 1
  if (!clock) return
  const angle = (2 * Math.PI * (atMs % DAY_MS)) / DAY_MS
  const sine = Math.sin(angle)
  const cosine = Math.cos(angle)
  inputs[at + 1] = sine
  inputs[at + 2] = cosine
  veiled[at + 1] = sine
  veiled[at + 2] = cosine
}

/** Share of a window's rows that may miss samples. */
const MOST_MISSING = 0.25

/** Whether the window of `steps` rows that ends with `row` can be judged: its newest row is whole and most of the others are. */
export function whole(tape: Tape, steps: number, row: number): boolean {
  if (row < steps - 1 || holed(tape, row)) return false
  let missing = 0
  for (let at = row - steps + 1; at < row; at += 1) if (holed(tape, at)) missing += 1
  return missing <= MOST_MISSING * steps
}

function holed({ columns, values }: Tape, row: number): boolean {
  for (let at = row * columns; at < (row + 1) * columns; at += 1) if (Number.isNaN(values[at])) return true
  return false
}
