import type { Window } from '../../window.ts'
import { middleOf, residual, type Usual } from './usual.ts'

const HOUR_MS = 3_600_000
/** Rolling mean and deviation are taken over this many rows. */
const ROLLING = 6
/** The recent level is the median of this long; a deploy that shifts a level is as usual half of it later. */
const LEVEL_MS = 24 * HOUR_MS
/** One sample in so long is enough for a level, and so often it is taken anew. */
const LEVEL_STRIDE_MS = HOUR_MS / 2
/** Fewer have no middle. */
const LEAST_LEVEL = 6

/** Features of one column, in this order: distance from the recent level, its rolling mean and deviation, and its step. */
export const KINDS = 4

/** Rows that must lie before the first one that has all its features. */
export function warmRows(stepMs: number): number {
  return Math.ceil(LEVEL_MS / stepMs) + ROLLING
}

/**
 * Writes the features of one column for the rows [from, to) into `cells`, `KINDS` at every `stride` from `offset` on. Causal; NaN where the row's own sample is missing
 * or nothing before it gives a level; a sample that is missing further back is left out.
 */
export function columnFeatures(
  window: Window,
  values: Float64Array,
  usualAt: (row: number) => Usual | undefined,
  [from, to]: readonly [from: number, to: number],
  target: { readonly cells: Float64Array; readonly stride: number; readonly offset: number },
): void {
  const first = Math.max(0, from - warmRows(window.stepMs))
  const left = new Float64Array(to - first)
  for (let row = first; row < to; row += 1)
    left[row - first] = finite(residual(usualAt(row), values[row] ?? Number.NaN, window.startMs + row * window.stepMs))
  level(left, window, first)
  for (let row = from; row < to; row += 1)
    fill(target.cells, target.offset + (row - from) * target.stride, left, row - first)
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN
}

/** Takes the recent level off. Which samples make it depends on the clock alone, not on where the window begins. */
function level(left: Float64Array, window: Window, first: number): void {
  const stride = Math.max(1, Math.round(LEVEL_STRIDE_MS / window.stepMs))
  const kept = Math.max(LEAST_LEVEL, Math.round(LEVEL_MS / window.stepMs / stride))
  const phase = Math.floor(window.startMs / window.stepMs) + first
  const ring = new Float64Array(kept).fill(Number.NaN)
  const scratch = new Float64Array(kept)
  let usual = Number.NaN
  for (let at = 0; at < left.length; at += 1) {
    const value = left[at] ?? Number.NaN
    const turn = phase + at
    left[at] = value - usual
    if (turn % stride !== 0) continue
    ring[(((turn / stride) % kept) + kept) % kept] = value
    let length = 0
    for (let slot = 0; slot < kept; slot += 1) {
      const one = ring[slot] ?? Number.NaN
      if (!Number.isFinite(one)) continue
      scratch[length] = one
      length += 1
    }
    usual = length < LEAST_LEVEL ? Number.NaN : middleOf(scratch, length)
  }
}

function fill(cells: Float64Array, offset: number, left: Float64Array, at: number): void {
  const value = left[at] ?? Number.NaN
  let count = 0
  let sum = 0
  let squares = 0
  let before = Number.NaN
  for (let back = ROLLING - 1; back >= 0; back -= 1) {
    const other = left[at - back] ?? Number.NaN
    if (Number.isNaN(other)) continue
    if (back > 0) before = other
    count += 1
    sum += other
    squares += other * other
  }
  const mean = sum / count
  cells[offset] = value
  cells[offset + 1] = mean
  cells[offset + 2] = Number.isNaN(value) ? Number.NaN : Math.sqrt(Math.max(0, squares / count - mean * mean))
  cells[offset + 3] = Number.isNaN(before) ? Number.NaN : value - before
}
