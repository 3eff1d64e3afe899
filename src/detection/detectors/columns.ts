import type { Column, Window } from '../window.ts'
import { Together } from './compared.ts'
import type { Silence } from './detector.ts'

/** A range below this share of the level is rounding, not movement. */
const STILL = 1e-6

/** Columns that are missing more often than this where others were seen would take too many rows with them. */
const LEAST_COVERAGE = 0.8

/**
 * The columns that hold samples in nearly all rows of [from, to) in which any does. A row without any was not asked for, as in a history that is coarser
 * further back, or not answered: that says nothing of one column.
 */
export function wellSeen(window: Window, from: number, to: number): readonly Column[] {
  const seen = window.columns.map(() => 0)
  let rows = 0
  for (let row = from; row < to; row += 1) {
    let any = false
    for (const [at, { values }] of window.columns.entries()) {
      if (!Number.isFinite(values[row])) continue
      any = true
      seen[at] = (seen[at] ?? 0) + 1
    }
    if (any) rows += 1
  }
  return window.columns.filter((_, at) => rows > 0 && (seen[at] ?? 0) >= LEAST_COVERAGE * rows)
}

/** The columns that can be judged by themselves: at least `least` samples before `upTo`, and moving; or why there is none. */
export function judgeable(window: Window, upTo: number, least: number): readonly Column[] | Silence {
  const observed = window.columns.filter((column) => samplesOf(column.values, upTo) >= least)
  if (observed.length === 0) return 'too-little-data'
  const moving = observed.filter((column) => moves(column.values.subarray(0, upTo)))
  return moving.length === 0 ? 'flat' : moving
}

function samplesOf(values: Float64Array, upTo: number): number {
  let samples = 0
  for (let row = 0; row < upTo; row += 1) if (Number.isFinite(values[row])) samples += 1
  return samples
}

/** Whether the finite values differ by more than rounding. */
export function moves(values: Float64Array): boolean {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low > STILL * Math.max(Math.abs(low), Math.abs(high))
}

/**
 * The strangest of several columns, row by row (`Together`): one sick metric out of sixteen is seen as well as one out of one. `judge` gives the
 * scores of one column, comparable with those of the others; those of a column alone are left as they are. A column that the window has lost is left out, and so is a sample that could
 * not be judged: what is missing is no alarm. NaN where no column could be.
 */
export function strangest<Part extends { readonly signal: string }>(
  parts: readonly Part[],
  window: Window,
  rows: number,
  judge: (part: Part, column: Column) => Float64Array,
): Float64Array {
  const judged = parts.flatMap((part) => {
    const column = window.columns.find(({ signal }) => signal === part.signal)
    return column === undefined ? [] : [judge(part, column)]
  })
  const [alone] = judged
  if (parts.length === 1 && alone !== undefined) return alone
  const together = new Together(rows)
  for (const scores of judged) for (let row = 0; row < rows; row += 1) together.add(row, scores[row] ?? Number.NaN)
  return together.scores()
}
