import { median } from 'simple-statistics'
import { type Column, rowMs, type Window } from '../window.ts'
import { type Profile, residual } from './profile.ts'

const HOUR_MS = 3_600_000
/** Rolling mean and deviation are taken over this many points. */
export const ROLLING = 6
/** The recent level is the median of this long; a deploy that shifts a level is as usual half of it later. */
const LEVEL_MS = 24 * HOUR_MS
/** Every so many points is enough for a level. */
const LEVEL_STRIDE_MS = HOUR_MS / 2
/** Features of one column, in this order: residual, rolling mean, rolling deviation, first difference. */
export const PER_COLUMN = 4

/** Profile of each live column, or undefined where its history is too short for one. */
export type Profiles = readonly (Profile | undefined)[]

/** Features of the rows [from, to), row by row; a row with any sample missing among those that it reads has NaN. */
export function featureRows(
  window: Window,
  columns: readonly Column[],
  profiles: (row: number) => Profiles,
  from: number,
  to: number,
): readonly Float64Array[] {
  const rows = Array.from({ length: to - from }, () => new Float64Array(columns.length * PER_COLUMN))
  for (const [at, column] of columns.entries()) {
    const left = levelled(window, column, (row) => profiles(row)[at], from - ROLLING, to)
    for (const [position, row] of rows.entries()) fill(row, at * PER_COLUMN, left, position + ROLLING)
  }
  return rows
}

/** Residuals of the rows [from, to) less their recent level. Rows before the window are NaN. */
function levelled(
  window: Window,
  column: Column,
  profile: (row: number) => Profile | undefined,
  from: number,
  to: number,
): Float64Array {
  const span = profile(from) === undefined ? 0 : Math.ceil(LEVEL_MS / window.stepMs)
  const first = Math.max(0, from - span)
  const residuals = new Float64Array(Math.max(0, to - first))
  for (let row = first; row < to; row += 1)
    residuals[row - first] = residual(profile(row), column.values[row] ?? Number.NaN, rowMs(window, row))
  const stride = Math.max(1, Math.round(LEVEL_STRIDE_MS / window.stepMs))
  return Float64Array.from({ length: to - from }, (_, at) => {
    const here = from + at - first
    const value = residuals[here] ?? Number.NaN
    return span === 0 ? value : value - levelBefore(residuals, here, span, stride)
  })
}

/** Median of the points before `here` on a stride anchored at `here`; 0 while there are too few. */
function levelBefore(residuals: Float64Array, here: number, span: number, stride: number): number {
  const seen: number[] = []
  for (let at = here - 1; at >= Math.max(0, here - span); at -= stride) {
    const value = residuals[at]
    if (value !== undefined && Number.isFinite(value)) seen.push(value)
  }
  return seen.length < 6 ? 0 : median(seen)
}

function fill(row: Float64Array, offset: number, left: Float64Array, at: number): void {
  const value = left[at] ?? Number.NaN
  let sum = 0
  let squares = 0
  for (let back = 0; back < ROLLING; back += 1) {
    const other = left[at - back] ?? Number.NaN
    sum += other
    squares += other * other
  }
  const mean = sum / ROLLING
  row[offset] = value
  row[offset + 1] = mean
  row[offset + 2] = Math.sqrt(Math.max(0, squares / ROLLING - mean * mean))
  row[offset + 3] = value - (left[at - 1] ?? Number.NaN)
}
