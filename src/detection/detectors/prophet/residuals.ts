import { type Column, rowMs, type Window } from '../../window.ts'
import { firstCounted, RunningMedian } from '../running-median.ts'
import { at, type Curve } from './curve.ts'

const HOUR_MS = 3_600_000
/** The level of late is a median over two days: half of that, and a level that shifted for good is no longer strange. */
const LEVEL_MS = 48 * HOUR_MS
/** A sample of every half hour shows it. */
const SAMPLE_MS = HOUR_MS / 2

/** Rows before the judged ones that a score looks at. */
export function levelRows(stepMs: number): number {
  return Math.ceil(LEVEL_MS / stepMs)
}

/** What the level of late is taken with; one serves many columns, one after the other. */
export function lateFor(stepMs: number): RunningMedian {
  return new RunningMedian(Math.round(LEVEL_MS / (strideOf(stepMs) * stepMs)))
}

function strideOf(stepMs: number): number {
  return Math.max(1, Math.round(SAMPLE_MS / stepMs))
}

/**
 * What rows [from, to) of a column differ from a curve, or from the curve at the level of late where that is less: neither a level that
 * shifted nor the way back is a broken season. Causal: a row's own value counts for the rows after it. NaN where there is no sample, or no curve.
 */
export function residualsOf(
  curve: Curve,
  window: Window,
  { values }: Column,
  [from, to]: readonly [from: number, to: number],
  late = lateFor(window.stepMs),
): Float64Array {
  const { startMs, stepMs } = window
  const left = new Float64Array(Math.max(0, to - from))
  for (let row = from; row < to; row += 1) left[row - from] = leftAt(curve, window, values, row)
  // Rows are sampled by the clock, so that the level of a row is the same whatever row is asked for first.
  const every = strideOf(stepMs)
  const walk = { first: from - levelRows(stepMs), every, phase: Math.round(startMs / stepMs) }
  late.clear()
  let answered = 0
  for (let row = firstCounted(walk); row < to; row += every) {
    if (row >= from + answered) {
      takeLevel(left, answered, row + 1 - from, late)
      answered = row + 1 - from
    }
    late.push(lastLeft(curve, window, values, row, every))
  }
  takeLevel(left, answered, left.length, late)
  return left
}

/** Of what is as the curve has it, no level makes less. */
function takeLevel(left: Float64Array, from: number, to: number, late: RunningMedian): void {
  for (let at = from; at < to; at += 1) {
    const own = left[at] ?? Number.NaN
    if (own === 0 || Number.isNaN(own)) continue
    const shifted = own - late.median()
    if (Math.abs(shifted) < Math.abs(own)) left[at] = shifted
  }
}

/** The last of so many rows up to this one that has a value: a sample that is missing now and then leaves the level where it is. */
function lastLeft(curve: Curve, window: Window, values: Float64Array, row: number, rows: number): number {
  for (let back = 0; back < rows; back += 1) {
    const left = leftAt(curve, window, values, row - back)
    if (!Number.isNaN(left)) return left
  }
  return Number.NaN
}

function leftAt(curve: Curve, window: Window, values: Float64Array, row: number): number {
  return away(curve, rowMs(window, row), (curve.blockMs - window.stepMs) / 2, values[row] ?? Number.NaN)
}

/** How far a value is outside of what the curve passes through within `slackMs`: its corners are no sharper than its blocks. */
function away(curve: Curve, atMs: number, slackMs: number, value: number): number {
  if (!Number.isFinite(value)) return Number.NaN
  const now = at(curve, atMs)
  if (Number.isNaN(now)) return Number.NaN
  if (slackMs <= 0) return value - now
  const before = at(curve, atMs - slackMs)
  const after = at(curve, atMs + slackMs)
  const high = Math.max(now, Number.isNaN(before) ? now : before, Number.isNaN(after) ? now : after)
  const low = Math.min(now, Number.isNaN(before) ? now : before, Number.isNaN(after) ? now : after)
  return value > high ? value - high : value < low ? value - low : 0
}
