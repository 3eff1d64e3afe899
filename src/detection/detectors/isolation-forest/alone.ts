import type { Column, Window } from '../../window.ts'
import { condense, type Scale, scaleOf, WIDTH } from './condense.ts'
import { columnFeatures, KINDS } from './features.ts'
import { type Usual, usualOf } from './usual.ts'

/** How one metric is read: what is usual for it, and the scale of its features. */
export type Alone = { readonly usual: Usual | undefined; readonly scale: Scale }

/** Learns it from the rows [from, to) but for some. */
export function aloneOf(
  window: Window,
  { values }: Column,
  [from, to]: readonly [from: number, to: number],
  without: readonly [from: number, to: number],
  timeZone?: string,
): Alone {
  const kept = values.slice(from, to)
  kept.fill(Number.NaN, without[0] - from, without[1] - from)
  const startMs = window.startMs + from * window.stepMs
  const usual = usualOf({ values: kept, startMs, stepMs: window.stepMs, timeZone })
  const cells = columnFeatures(window, values, usual, [from, to]).onLines
  cells.fill(Number.NaN, (without[0] - from) * KINDS, (without[1] - from) * KINDS)
  return { usual, scale: scaleOf(cells) }
}

/**
 * Of each row of [from, to), the `WIDTH` numbers of `condense`. The first is NaN where it was not judged, and for `whole` ones also where any feature is
 * missing. What a gap before a row hid may have lain on a line or been as usual: the row is read in the way that makes it the more usual one, since a mean
 * of lines strays further than one of samples.
 */
export function aloneRows(
  window: Window,
  column: Column | undefined,
  { usual, scale }: Alone,
  [from, to]: readonly [from: number, to: number],
  whole = false,
): Float64Array {
  const rows = new Float64Array((to - from) * WIDTH).fill(Number.NaN)
  if (column === undefined) return rows
  const { onLines, asUsual } = columnFeatures(window, column.values, usual, [from, to])
  const other = new Float64Array(WIDTH)
  for (let row = 0; row < to - from; row += 1) {
    const offset = row * KINDS
    if (whole && !complete(onLines, offset)) continue
    if (!condense(onLines, offset, scale, rows, row * WIDTH)) rows[row * WIDTH] = Number.NaN
    if (asUsual === undefined || !condense(asUsual, offset, scale, other, 0)) continue
    if ((other[WIDTH - 1] ?? 0) < (rows[(row + 1) * WIDTH - 1] ?? 0)) rows.set(other, row * WIDTH)
  }
  return rows
}

function complete(cells: Float64Array, offset: number): boolean {
  for (let at = 0; at < KINDS; at += 1) if (Number.isNaN(cells[offset + at] ?? Number.NaN)) return false
  return true
}
