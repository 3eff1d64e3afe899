import { mad, mean, median, standardDeviation } from 'simple-statistics'
import { PER_COLUMN } from './features.ts'

/** Usual value and spread of each feature. A spread of 0 means that it never moved, and it counts for nothing. */
export type Scale = { readonly centre: readonly number[]; readonly spread: readonly number[] }

/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** Learns a scale from rows without NaN, at least one. */
export function scaleOf(rows: readonly Float64Array[]): Scale {
  const columns = Array.from(rows[0] ?? [], (_, feature) => rows.map((row) => row[feature] ?? 0))
  return { centre: columns.map((values) => median(values)), spread: columns.map(spreadOf) }
}

/** The robust spread, unless more than half of the values are equal or nearly so: then the plain one. Rounding is no spread. */
function spreadOf(values: number[]): number {
  const robust = MAD_SCALE * mad(values)
  const plain = standardDeviation(values)
  if (plain <= 1e-9 * Math.abs(mean(values))) return 0
  return robust > plain / 10 ? robust : plain
}

/**
 * What the forest sees of a row: for each kind of feature the largest distance of any column from its usual value, in spreads, and the
 * length of them all. So one column out of ten is seen as well as one out of one: a forest that chose among all columns would hardly
 * ever look at it. One NaN for a row with NaN.
 */
export function condensed(row: Float64Array, scale: Scale): readonly number[] {
  if (!row.every(Number.isFinite)) return [Number.NaN]
  const largest = new Array<number>(PER_COLUMN).fill(0)
  let squares = 0
  for (const [feature, value] of row.entries()) {
    const spread = scale.spread[feature] ?? 0
    if (spread === 0) continue
    const distance = Math.abs(value - (scale.centre[feature] ?? 0)) / spread
    largest[feature % PER_COLUMN] = Math.max(largest[feature % PER_COLUMN] ?? 0, distance)
    squares += distance * distance
  }
  return [...largest, Math.sqrt(squares)]
}
