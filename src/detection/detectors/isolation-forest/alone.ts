import type { Column, Window } from '../../window.ts'
import { condense, type Scale, scaleOf, WIDTH } from './condense.ts'
import { columnFeatures, KINDS, type Readings } from './features.ts'
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
 * Of each row of [from, to), the `WIDTH` numbers of `condense`, by both readings of what a gap before it hid. The first is NaN where it was not judged, and
 * for `whole` ones also where any feature is missing.
 */
export function aloneRows(
  window: Window,
  column: Column | undefined,
  { usual, scale }: Alone,
  [from, to]: readonly [from: number, to: number],
  whole = false,
): Readings {
  if (column === undefined) return { onLines: condensed(new Float64Array((to - from) * KINDS).fill(Number.NaN), scale) }
  const { onLines, asUsual } = columnFeatures(window, column.values, usual, [from, to])
  const rows = condensed(onLines, scale)
  if (whole)
    for (let row = 0; row < to - from; row += 1) if (!complete(onLines, row * KINDS)) rows[row * WIDTH] = Number.NaN
  return asUsual === undefined ? { onLines: rows } : { onLines: rows, asUsual: condensed(asUsual, scale) }
}

function condensed(cells: Float64Array, scale: Scale): Float64Array {
  const rows = new Float64Array((cells.length / KINDS) * WIDTH)
  for (let row = 0; row * WIDTH < rows.length; row += 1)
    if (!condense(cells, row * KINDS, scale, rows, row * WIDTH)) rows[row * WIDTH] = Number.NaN
  return rows
}

function complete(cells: Float64Array, offset: number): boolean {
  for (let at = 0; at < KINDS; at += 1) if (Number.isNaN(cells[offset + at] ?? Number.NaN)) return false
  return true
}
