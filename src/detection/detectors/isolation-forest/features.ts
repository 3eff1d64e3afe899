import type { Window } from '../../window.ts'
import { bridged } from '../bridged.ts'
import { localTimes } from '../local-time.ts'
import { middleOf, residual, type Usual } from './usual.ts'

const HOUR_MS = 3_600_000
/** Rolling mean and deviation are taken over this many rows. */
const ROLLING = 6
/** Of which so many have to be known. */
const LEAST_SEEN = 2
/** A longer gap leaves fewer than that. */
const MOST_BRIDGED = ROLLING - LEAST_SEEN
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
  return Math.ceil(LEVEL_MS / stepMs) + ROLLING + strideOf(stepMs)
}

/** Numbers by row. */
export type Readings = {
  /** What the rows before hid lay on lines. */
  readonly onLines: Float64Array
  /** What they hid was as usual: of the rows that have such before them, NaN for all others. Not there where there are none. */
  readonly asUsual?: Float64Array
}

/**
 * The `KINDS` features of one column for each of the rows [from, to). Causal; NaN where the row's own sample is missing or nothing before it gives a level; all but
 * the distance from the level also where too few of the last rows are known.
 */
export function columnFeatures(
  window: Window,
  values: Float64Array,
  usual: Usual | undefined,
  [from, to]: readonly [from: number, to: number],
): Readings {
  const first = Math.max(0, from - warmRows(window.stepMs))
  const left = new Float64Array(to - first)
  const passed = bridged(values, first - MOST_BRIDGED - 1, to, MOST_BRIDGED)
  const times = localTimes(window, [first, to], usual?.timeZone)
  for (let at = 0; at < left.length; at += 1)
    left[at] = finite(residual(usual, passed[first + at] ?? Number.NaN, times[at] ?? Number.NaN))
  level(left, window, first, from - first - ROLLING + 1)
  const onLines = new Float64Array((to - from) * KINDS).fill(Number.NaN)
  for (let row = from; row < to; row += 1)
    if (Number.isFinite(values[row])) fill(onLines, (row - from) * KINDS, left, row - first)
  const asUsual = asUsualOf(values, left, first, [from, to])
  return asUsual === undefined ? { onLines } : { onLines, asUsual }
}

/** The features of the rows with missing ones right before them, where nothing is left over of those. `left` begins with the row `first`. */
function asUsualOf(
  values: Float64Array,
  left: Float64Array,
  first: number,
  [from, to]: readonly [from: number, to: number],
): Float64Array | undefined {
  let cells: Float64Array | undefined
  let since = ROLLING
  for (let row = Math.max(0, from - ROLLING + 1); row < to; row += 1) {
    if (!Number.isFinite(values[row])) {
      left[row - first] = 0
      since = 0
      continue
    }
    since += 1
    if (row < from || since >= ROLLING) continue
    cells ??= new Float64Array((to - from) * KINDS).fill(Number.NaN)
    fill(cells, (row - from) * KINDS, left, row - first)
  }
  return cells
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN
}

/** So many rows lie between two samples that make a level. */
function strideOf(stepMs: number): number {
  return Math.max(1, Math.round(LEVEL_STRIDE_MS / stepMs))
}

/**
 * Takes the recent level off, from `wanted` on: the median of the last sample of each stride. Which samples make it depends on the clock alone, not
 * on where the window begins.
 */
function level(left: Float64Array, window: Window, first: number, wanted: number): void {
  const stride = strideOf(window.stepMs)
  const kept = Math.max(LEAST_LEVEL, Math.round(LEVEL_MS / window.stepMs / stride))
  const phase = Math.floor(window.startMs / window.stepMs) + first
  const ring = new Float64Array(kept).fill(Number.NaN)
  const scratch = new Float64Array(kept)
  let usual = Number.NaN
  let last = Number.NaN
  for (let at = 0; at < left.length; at += 1) {
    const value = left[at] ?? Number.NaN
    const turn = phase + at
    left[at] = value - usual
    if (!Number.isNaN(value)) last = value
    if (turn % stride !== 0) continue
    ring[(((turn / stride) % kept) + kept) % kept] = last
    last = Number.NaN
    // The next one comes before the first wanted row.
    if (at + stride < wanted) continue
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
  cells[offset] = value
  let count = 1
  let seen = 1
  let sum = value
  let squares = value * value
  let before = Number.NaN
  let later = value
  let gap = 0
  // On straight lines over what is missing: fewer values, or ones further apart, would stray further.
  for (let back = 1; back < ROLLING; back += 1) {
    const other = left[at - back] ?? Number.NaN
    if (Number.isNaN(other)) {
      gap += 1
      continue
    }
    for (let step = 1; step <= gap + 1; step += 1) {
      const between = later + ((other - later) * step) / (gap + 1)
      if (count === 1) before = between
      count += 1
      sum += between
      squares += between * between
    }
    seen += 1
    later = other
    gap = 0
  }
  const known = !Number.isNaN(value) && seen >= LEAST_SEEN
  const mean = sum / count
  cells[offset + 1] = known ? mean : Number.NaN
  cells[offset + 2] = known ? Math.sqrt(Math.max(0, squares / count - mean * mean)) : Number.NaN
  cells[offset + 3] = known ? value - before : Number.NaN
}
