import { KINDS } from './features.ts'
import { middleOf } from './usual.ts'

/** Usual value and spread of each feature. A spread of 0 means that it never moved, and it counts for nothing. */
export type Scale = { readonly centre: Float64Array; readonly spread: Float64Array }

/** Numbers that the forest sees of a row. */
export const WIDTH = KINDS + 1
/** So many rows are enough for a median. */
const ENOUGH = 2000
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** Learns a scale from rows of `KINDS` features; NaN are left out. */
export function scaleOf(cells: Float64Array): Scale {
  const rows = cells.length / KINDS
  const every = Math.max(1, Math.floor(rows / ENOUGH))
  const scratch = new Float64Array(Math.ceil(rows / every))
  const centre = new Float64Array(KINDS)
  const spread = new Float64Array(KINDS)
  for (let feature = 0; feature < KINDS; feature += 1) {
    let length = 0
    for (let row = 0; row < rows; row += every) {
      const value = cells[row * KINDS + feature] ?? Number.NaN
      if (Number.isNaN(value)) continue
      scratch[length] = value
      length += 1
    }
    centre[feature] = middleOf(scratch, length)
    spread[feature] = spreadOf(scratch, length, centre[feature] ?? 0)
  }
  return { centre, spread }
}

/** The robust spread, unless more than half of the values are equal or nearly so: then the plain one. Rounding is no spread. */
function spreadOf(values: Float64Array, length: number, centre: number): number {
  let squares = 0
  for (let at = 0; at < length; at += 1) {
    const away = Math.abs((values[at] ?? 0) - centre)
    values[at] = away
    squares += away * away
  }
  const plain = Math.sqrt(squares / Math.max(1, length))
  if (!(plain > 1e-9 * Math.abs(centre))) return 0
  const robust = MAD_SCALE * middleOf(values, length)
  return robust > plain / 10 ? robust : plain
}

/**
 * What the forest sees of a row of one metric: the distance of each feature from its usual value, in spreads, and the length of them all, each by
 * its logarithm, so that one huge value does not make all others alike. False where nothing was judged.
 */
export function condense(
  cells: Float64Array,
  offset: number,
  { centre, spread }: Scale,
  target: Float64Array,
  at: number,
): boolean {
  let judged = false
  let squares = 0
  for (let kind = 0; kind < KINDS; kind += 1) {
    target[at + kind] = 0
    const value = cells[offset + kind] ?? Number.NaN
    if (Number.isNaN(value)) continue
    judged = true
    const width = spread[kind] ?? 0
    if (width === 0) continue
    const distance = Math.abs(value - (centre[kind] ?? 0)) / width
    if (distance > 0) target[at + kind] = distance
    squares += distance * distance
  }
  target[at + KINDS] = Math.sqrt(squares)
  for (let kind = 0; kind < WIDTH; kind += 1) target[at + kind] = Math.log1p(target[at + kind] ?? 0)
  return judged
}
