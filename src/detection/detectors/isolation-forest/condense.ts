import { MOST, Together, unitOf } from '../compared.ts'
import { KINDS } from './features.ts'
import { middleOf } from './usual.ts'

/** Usual value and spread of each feature of each column. A spread of 0 means that it never moved, and it counts for nothing. */
export type Scale = { readonly centre: Float64Array; readonly spread: Float64Array }

/** Numbers that the forest sees of a row. */
export const WIDTH = KINDS + 1
/** So many rows are enough for a median. */
const ENOUGH = 2000
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** Learns a scale from rows of `stride` features; NaN are left out. */
export function scaleOf(cells: Float64Array, stride: number): Scale {
  const rows = cells.length / stride
  const every = Math.max(1, Math.floor(rows / ENOUGH))
  const scratch = new Float64Array(Math.ceil(rows / every))
  const centre = new Float64Array(stride)
  const spread = new Float64Array(stride)
  for (let feature = 0; feature < stride; feature += 1) {
    let length = 0
    for (let row = 0; row < rows; row += every) {
      const value = cells[row * stride + feature] ?? Number.NaN
      if (Number.isNaN(value)) continue
      scratch[length] = value
      length += 1
    }
    centre[feature] = middleOf(scratch, length)
    spread[feature] = spreadOf(scratch, length, centre[feature] ?? 0)
    // The sizes of the deviations are in the scratch now.
    if (stride > KINDS && (spread[feature] ?? 0) > 0) spread[feature] = unitOf(scratch.subarray(0, length)) ?? 0
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
 * What the forest sees of a row: for each kind of feature the largest distance of any column from its usual value, in spreads, and the
 * length of them all, each by its logarithm, so that one huge value does not make all others alike. So one column out of ten is seen as well as one out of one: a forest that
 * chose among all columns would hardly ever look at it. False where no column was judged.
 */
export function condense(
  cells: Float64Array,
  offset: number,
  { centre, spread }: Scale,
  target: Float64Array,
  at: number,
): boolean {
  if (spread.length > KINDS) return condenseTogether(cells, offset, { centre, spread }, target, at)
  let judged = false
  let squares = 0
  for (let kind = 0; kind < WIDTH; kind += 1) target[at + kind] = 0
  for (let feature = 0; feature < spread.length; feature += 1) {
    const value = cells[offset + feature] ?? Number.NaN
    if (Number.isNaN(value)) continue
    judged = true
    const width = spread[feature] ?? 0
    if (width === 0) continue
    const distance = Math.abs(value - (centre[feature] ?? 0)) / width
    const kind = at + (feature % KINDS)
    if (distance > (target[kind] ?? 0)) target[kind] = distance
    squares += distance * distance
  }
  target[at + KINDS] = Math.sqrt(squares)
  for (let kind = 0; kind < WIDTH; kind += 1) target[at + kind] = Math.log1p(target[at + kind] ?? 0)
  return judged
}

/** The same of several columns, whose deviations are counted `Together`: by kind, and as the length of all that count. */
function condenseTogether(
  cells: Float64Array,
  offset: number,
  { centre, spread }: Scale,
  target: Float64Array,
  at: number,
): boolean {
  const together = new Together(KINDS)
  let squares = 0
  for (let feature = 0; feature < spread.length; feature += 1) {
    const value = cells[offset + feature] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const width = spread[feature] ?? 0
    const deviation = width === 0 ? 0 : Math.abs(value - (centre[feature] ?? 0)) / width
    together.add(feature % KINDS, deviation)
    squares += Math.min(MOST, deviation) ** 2
  }
  for (let kind = 0; kind < KINDS; kind += 1) target[at + kind] = Math.log1p(together.score(kind))
  target[at + KINDS] = Math.log1p(Math.sqrt(squares))
  return !Number.isNaN(together.score(0))
}
