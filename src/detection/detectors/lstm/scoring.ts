import { median } from 'simple-statistics'
import { Together, unitOf } from '../compared.ts'
import { advance, type Memory, memoryFor, project, rebuilt } from './cell.ts'
import { targetAt } from './loss.ts'
import { GATES, type Network, type Shape } from './network.ts'
import { type Tape, whole } from './tape.ts'

/** How far off a network usually is in each column: for the newest row of a window, and on average over all of its rows. */
export type Usual = {
  readonly newest: Float64Array
  readonly all: Float64Array
  /** What scores of each column are measured in, where there are several. */
  readonly unit?: Float64Array
  /** An error that is not known counts for so much, where that is not a usual one. */
  readonly none?: number
}

/** How far off it is for each row that a window ends with, and each column: row by row, NaN where there is no window to judge, or for the newest row none before it. */
export type Errors = { readonly newest: Float64Array; readonly all: Float64Array }

/** A network that is nearly always exact is not surprised by less than this share of the column's spread. */
const LEAST_USUAL = 1e-3
/** Scales the median of absolute errors to a standard deviation where they are normal. */
const MAD_SCALE = 1.4826
/** The newest errors are averaged over so many rows: what is rare twice in a row is rarer. */
export const RECENT = 3
/** What the average over all rows of a window counts for beside them. */
const WHOLE = 0.25
/** Of what has no level of its own, so many rows of a window count as the whole of it: it is as usual soon after it was not. */
const LATE = 6
/** So many windows say what is usual. */
export const LOOKED_AT = 1000

/** Learns what is usual from the windows that end with the rows `ends`, at least one. */
export function usualErrors(network: Network, tape: Tape, ends: Int32Array): Usual {
  if (network.shape.levelled === true) return inBands(tape.columns)
  const every = Math.max(1, Math.floor(ends.length / LOOKED_AT))
  const looked = ends.filter((_, at) => at % every === 0)
  return usualOf(errorsOf(network, tape, looked), tape.columns)
}

/** Errors of deviations from a band are counted in its unit, and compare as they are. */
function inBands(columns: number): Usual {
  const ones = new Float64Array(columns).fill(1)
  return { newest: ones, all: ones, unit: ones, none: 0 }
}

/** What is usual among errors, of which each column has at least one. */
export function usualOf(errors: Errors, columns: number): Usual {
  const usual = { newest: middles(errors.newest, columns, MAD_SCALE), all: middles(errors.all, columns, 1) }
  if (columns === 1) return usual
  const rows = errors.newest.length / columns
  const unit = Float64Array.from({ length: columns }, (_, column) => {
    const far = Float64Array.from({ length: rows }, (_, row) => aloneAt(errors, usual, row, column))
    return unitOf(far) ?? 1
  })
  return { ...usual, unit }
}

/** How many times further off than usual one row is in a column, those before it aside. */
function aloneAt({ newest, all }: Errors, usual: Usual, row: number, column: number): number {
  const at = row * usual.newest.length + column
  return (
    (newest[at] ?? Number.NaN) / (usual.newest[column] ?? 1) +
    (WHOLE * (all[at] ?? Number.NaN)) / (usual.all[column] ?? 1)
  )
}

function middles(errors: Float64Array, columns: number, scale: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => {
    const own = errors.filter((error, at) => at % columns === column && Number.isFinite(error))
    return scale * median([...own]) + LEAST_USUAL
  })
}

/** Scores of the rows [from, tape.rows): see `scored`. */
export function scoresOf(network: Network, usual: Usual, tape: Tape, from: number): Float64Array {
  const first = Math.max(0, from - RECENT + 1)
  const ends = Int32Array.from({ length: tape.rows - first }, (_, at) => first + at)
  return scored(errorsOf(network, tape, ends), usual, from - first)
}

/** Scores of the rows of `errors` from `from` on: how many times further off than usual, in the column where that is most. NaN where a row cannot be judged. */
export function scored(errors: Errors, usual: Usual, from: number): Float64Array {
  const columns = usual.newest.length
  const rows = errors.newest.length / columns - from
  if (usual.unit === undefined)
    return Float64Array.from({ length: rows }, (_, at) => scoreAt(errors, usual, from + at, 0))
  const together = new Together(rows)
  for (let at = 0; at < rows; at += 1)
    for (let column = 0; column < columns; column += 1)
      together.add(at, scoreAt(errors, usual, from + at, column) / (usual.unit[column] ?? 1))
  return together.scores()
}

/** How many times further off than usual a column is. */
function scoreAt({ newest, all }: Errors, usual: Usual, here: number, column: number): number {
  const columns = usual.newest.length
  const wide = (all[here * columns + column] ?? Number.NaN) / (usual.all[column] ?? 1)
  const unit = usual.newest[column] ?? 1
  const score = recent(newest, columns, here, column, usual.none ?? unit / MAD_SCALE) / unit + WHOLE * wide
  return Number.isFinite(score) ? score : Number.NaN
}

/**
 * Mean of the newest errors of the last rows; NaN for a row without one. One that is not known counts as a usual one: a mean of fewer would stray further,
 * and what is missing is no anomaly.
 */
function recent(errors: Float64Array, columns: number, here: number, column: number, middle: number): number {
  let sum = errors[here * columns + column] ?? Number.NaN
  for (let row = here - 1; row > here - RECENT; row -= 1) {
    const error = errors[row * columns + column] ?? Number.NaN
    sum += Number.isNaN(error) ? middle : error
  }
  return sum / RECENT
}

/** What windows are read with, one after the other: of all networks of one shape the same, for there are as many as workloads. */
let scratch: { readonly steps: number; readonly hidden: number; readonly memory: Memory } | undefined

function scratchFor(shape: Shape): Memory {
  const { steps, hidden } = shape
  if (scratch?.steps !== steps || scratch.hidden !== hidden) scratch = { steps, hidden, memory: memoryFor(shape) }
  return scratch.memory
}

/** Reads the windows that end with the rows `ends`. What a row adds to the sums of a step is added up once, for all windows that hold it. */
function errorsOf(network: Network, tape: Tape, ends: Int32Array): Errors {
  const { steps, hidden } = network.shape
  const memory = scratchFor(network.shape)
  const size = hidden * GATES
  const sums = new Float64Array(tape.rows * size)
  for (let row = 0; row < tape.rows; row += 1) project(network, tape.inputs, row * tape.width, sums, row * size)
  const errors = {
    newest: new Float64Array(ends.length * tape.columns),
    all: new Float64Array(ends.length * tape.columns),
  }
  for (const [at, row] of ends.entries()) {
    if (whole(tape, steps, row)) {
      for (let step = 0; step < steps - 1; step += 1)
        advance(network, memory, step, sums, (row - steps + 1 + step) * size)
      project(network, tape.veiled, row * tape.width, memory.projected, 0)
      advance(network, memory, steps - 1, memory.projected, 0)
      note(network, memory, tape, row, errors, at * tape.columns)
    } else {
      errors.newest.fill(Number.NaN, at * tape.columns, (at + 1) * tape.columns)
      errors.all.fill(Number.NaN, at * tape.columns, (at + 1) * tape.columns)
    }
  }
  return errors
}

/** Writes how far off the window that was read lies, from `at` on. */
function note(network: Network, memory: Memory, tape: Tape, row: number, errors: Errors, at: number): void {
  const { steps, columns, levelled } = network.shape
  const first = levelled === true ? steps - LATE : 0
  for (let column = 0; column < columns; column += 1) {
    let sum = 0
    let seen = 0
    let error = Number.NaN
    for (let step = first; step < steps; step += 1) {
      const target = targetAt(tape, network.shape, row, step, column)
      error = Math.abs(rebuilt(network, memory, step, column) - target)
      if (Number.isNaN(error)) continue
      sum += error
      seen += 1
    }
    errors.newest[at + column] = error
    errors.all[at + column] = sum / seen
  }
}
