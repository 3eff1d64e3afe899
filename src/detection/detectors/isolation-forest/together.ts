import type { Column, Window } from '../../window.ts'
import { type Band, bandOf } from '../band.ts'
import { MOST, Together } from '../compared.ts'
import { Deviations } from '../deviations.ts'

/** Numbers that the forest sees of a row of several metrics. */
export const TOGETHER_WIDTH = 4
/** Which of them is the length of all deviations. */
const LENGTH = 2
/** A deviation is held against its mean over so many rows: few, so that a row is as usual soon after others were not. */
const ROLLING = 3

/** What is usual of each column in the rows [from, to) but for some; undefined for one that never moved there. */
export function bandsOf(
  window: Window,
  columns: readonly Column[],
  [from, to]: readonly [from: number, to: number],
  without: readonly [from: number, to: number],
  timeZone?: string,
): readonly (Band | undefined)[] {
  const startMs = window.startMs + from * window.stepMs
  return columns.map(({ values }) => {
    const kept = values.slice(from, to)
    kept.fill(Number.NaN, without[0] - from, without[1] - from)
    return bandOf({ values: kept, startMs, stepMs: window.stepMs, timeZone })
  })
}

/**
 * Of each row of [from, to), `TOGETHER_WIDTH` numbers: how far the two strangest metrics are from usual together, the same over the last rows, the
 * length of all deviations and the largest. A forest that chose among all metrics would hardly ever look at the sick one. NaN where none was judged.
 */
export function togetherRows(
  window: Window,
  columns: readonly (Column | undefined)[],
  bands: readonly (Band | undefined)[],
  [from, to]: readonly [from: number, to: number],
): Float64Array {
  const first = Math.max(0, from - ROLLING + 1)
  const away = new Deviations(window, [first, to])
  const now = new Together(to - from)
  const late = new Together(to - from)
  const cells = new Float64Array((to - from) * TOGETHER_WIDTH)
  for (const [at, column] of columns.entries()) {
    const band = bands[at]
    if (column === undefined || band === undefined) continue
    const deviations = away.of(band, column.values)
    for (let row = 0; row < to - from; row += 1) {
      const size = Math.min(MOST, Math.abs(deviations[row + from - first] ?? Number.NaN))
      if (Number.isNaN(size)) continue
      const cell = row * TOGETHER_WIDTH
      now.add(row, size)
      late.add(row, Math.abs(meanOf(deviations, row + from - first)))
      cells[cell + LENGTH] = Math.hypot(cells[cell + LENGTH] ?? 0, size)
      cells[cell + 3] = Math.max(cells[cell + 3] ?? 0, size)
    }
  }
  for (let row = 0; row < to - from; row += 1) {
    cells[row * TOGETHER_WIDTH] = now.score(row)
    cells[row * TOGETHER_WIDTH + 1] = late.score(row)
  }
  return cells
}

/** Mean of the known ones of the last rows. */
function meanOf(deviations: Float64Array, at: number): number {
  let sum = 0
  let seen = 0
  for (let row = Math.max(0, at - ROLLING + 1); row <= at; row += 1) {
    const one = deviations[row] ?? Number.NaN
    if (Number.isNaN(one)) continue
    sum += one
    seen += 1
  }
  return sum / seen
}

/** How far a row is from usual, by the logarithm: to a forest all that lies beyond what it has seen is alike, whether a little or far. */
export function reachAt(cells: Float64Array, offset: number): number {
  return Math.log1p(cells[offset + LENGTH] ?? Number.NaN)
}
