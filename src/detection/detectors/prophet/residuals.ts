import { type Column, rowMs, type Window } from '../../window.ts'
import { mediansBefore } from '../running-median.ts'
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

/**
 * What rows [from, to) of a column differ from a curve, or from the curve at the level of late where that is less: neither a level that
 * shifted nor the way back is a broken season. Causal: a row's own value counts for the rows after it. NaN where there is no sample, or no curve.
 */
export function residualsOf(curve: Curve, window: Window, column: Column, from: number, to: number): Float64Array {
  const { stepMs } = window
  const slackMs = (curve.blockMs - stepMs) / 2
  const leftAt = (row: number) => away(curve, rowMs(window, row), slackMs, column.values[row] ?? Number.NaN)
  // Rows are sampled by the clock, so that the level of a row is the same whatever row is asked for first.
  const every = Math.max(1, Math.round(SAMPLE_MS / stepMs))
  const rows = { from, to, first: from - levelRows(stepMs), every, phase: Math.round(window.startMs / stepMs) }
  const levels = mediansBefore((row) => lastOf(leftAt, row, every), rows, Math.round(LEVEL_MS / (every * stepMs)))
  return levels.map((level, row) => {
    const left = leftAt(from + row)
    const shifted = left - level
    return Math.abs(shifted) < Math.abs(left) ? shifted : left
  })
}

/** The last of so many rows up to this one that has a value: a sample that is missing now and then leaves the level where it is. */
function lastOf(valueAt: (row: number) => number, row: number, rows: number): number {
  for (let back = 0; back < rows; back += 1) {
    const value = valueAt(row - back)
    if (!Number.isNaN(value)) return value
  }
  return Number.NaN
}

/** How far a value is outside of what the curve passes through within `slackMs`: its corners are no sharper than its blocks. */
function away(curve: Curve, atMs: number, slackMs: number, value: number): number {
  const now = at(curve, atMs)
  if (!Number.isFinite(value) || Number.isNaN(now)) return Number.NaN
  if (slackMs <= 0) return value - now
  const before = at(curve, atMs - slackMs)
  const after = at(curve, atMs + slackMs)
  const high = Math.max(now, Number.isNaN(before) ? now : before, Number.isNaN(after) ? now : after)
  const low = Math.min(now, Number.isNaN(before) ? now : before, Number.isNaN(after) ? now : after)
  return value > high ? value - high : value < low ? value - low : 0
}
