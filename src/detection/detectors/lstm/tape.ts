import { rowMs, type Window } from '../../window.ts'
import { excessOf } from '../band.ts'
import { MOST } from '../compared.ts'
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
  for (let column = 0; column < columns; column += 1) fill(tape, window, frame, column, from)
  for (let row = 0; row < rows; row += 1) mark(tape, frame, row, rowMs(window, from + row))
  return tape
}

function fill(tape: Tape, window: Window, frame: Frame, column: number, from: number): void {
  const samples = samplesOf(window, frame, column, Math.max(0, from - CARRIED), from + tape.rows)
  const centre = frame.centre[column] ?? 0
  const spread = frame.spread[column] ?? 1
  let last = 0
  let age = CARRIED
  for (let row = Math.min(0, Math.max(-CARRIED, -from)); row < tape.rows; row += 1) {
    const value = (samples(from + row) - centre) / spread
    const known = Number.isFinite(value)
    age = known ? 0 : age + 1
    if (known) last = Math.max(-FURTHEST, Math.min(FURTHEST, value))
    if (row < 0) continue
    if (known) tape.values[row * tape.columns + column] = value
    if (age <= CARRIED) tape.inputs[row * tape.width + column] = last
  }
}

/** A column's samples, or how far out of its band they are where the frame has one, for the rows [from, to). Where in the band they lie is left out: it is noise. */
function samplesOf(window: Window, frame: Frame, column: number, from: number, to: number): (row: number) => number {
  const values = columnOf(window, frame.signals[column] ?? '')?.values
  const band = frame.bands?.[column]
  if (values === undefined || band === undefined) return (row) => values?.[row] ?? Number.NaN
  const excess = excessOf(band, window, values, [from, to])
  return (row) => Math.max(-MOST, Math.min(MOST, excess[row - from] ?? Number.NaN))
}

/** Writes what is not a sample: the veil and the time of day. */
function mark(tape: Tape, { clock }: Frame, row: number, atMs: number): void {
  const { columns, inputs, veiled } = tape
  const at = row * tape.width + columns
  veiled[at] = 1
  if (!clock) return
  const angle = (2 * Math.PI * (atMs % DAY_MS)) / DAY_MS
  inputs[at + 1] = Math.sin(angle)
  inputs[at + 2] = Math.cos(angle)
  veiled[at + 1] = Math.sin(angle)
  veiled[at + 2] = Math.cos(angle)
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
