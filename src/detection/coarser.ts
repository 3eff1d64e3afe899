import { rowMs, type Window } from './window.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** So much before an ask every row of the grid is looked at; of what is older, one in each `COARSE_STEP_MS`: ADR 8. */
export const DENSE_MS = 14 * DAY_MS
export const COARSE_STEP_MS = 30 * MINUTE_MS

/** Whether a grid has rows that are left out of an older history. */
export function canBeCoarser(stepMs: number): boolean {
  return stepMs < COARSE_STEP_MS && COARSE_STEP_MS % stepMs === 0
}

/** A window of which the rows before a moment hold samples at multiples of `COARSE_STEP_MS` alone, whatever it held there. */
export function coarserBefore(window: Window, beforeMs: number): Window {
  const rows = Math.min(window.length, Math.ceil((beforeMs - window.startMs) / window.stepMs))
  if (rows <= 0 || !canBeCoarser(window.stepMs)) return window
  const columns = window.columns.map((column) => {
    const values = column.values.slice()
    for (let row = 0; row < rows; row += 1) if (rowMs(window, row) % COARSE_STEP_MS !== 0) values[row] = Number.NaN
    return { ...column, values }
  })
  return { ...window, columns }
}
