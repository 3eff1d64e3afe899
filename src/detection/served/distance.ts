import { median } from 'simple-statistics'

/** Rows on each side, or so many twice before it, whose median is the level of a row. */
const AROUND = 6
/** Beyond it: so far above the upper quartile, in widths of the middle half (Tukey 1977). */
const OUTER = 3

/** What lies beyond it is far out among these values; infinite where there are none. NaN are left out. */
export function outerFence(values: Float64Array): number {
  const sorted = values.filter(Number.isFinite).sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.POSITIVE_INFINITY
  return at(0.75) + OUTER * (at(0.75) - at(0.25))
}

/** For each row, the largest distance of any column from the rows around it, in the column's own usual distances. Columns that never leave their level count for nothing. */
export function strangest(columns: readonly Float64Array[]): Float64Array {
  const away = columns.map((values) =>
    values.map((value, row) => Math.abs(value - levelOf(values, row - AROUND, row + AROUND + 1))),
  )
  return largest(away, away.map(usualDistance))
}

/** How far rows usually are from those before them, by column, and what is far out. */
export type Fence = { readonly usual: readonly number[]; readonly beyond: number }

export function fenceOf(columns: readonly Float64Array[]): Fence {
  const away = columns.map((values) => values.map((_, row) => distanceAt(values, row)))
  const usual = away.map(usualDistance)
  return { usual, beyond: outerFence(largest(away, usual)) }
}

/** Whether any column of a row is far out, against what lies before it. */
export function isFarOut({ usual, beyond }: Fence, columns: readonly Float64Array[], row: number): boolean {
  return columns.some((values, at) => {
    const width = usual[at] ?? 0
    return width > 0 && distanceAt(values, row) / width > beyond
  })
}

function distanceAt(values: Float64Array, row: number): number {
  return Math.abs((values[row] ?? Number.NaN) - levelOf(values, row - 2 * AROUND, row))
}

function levelOf(values: Float64Array, from: number, to: number): number {
  const seen = Array.from(values.subarray(Math.max(0, from), Math.max(0, to))).filter(Number.isFinite)
  return seen.length === 0 ? Number.NaN : median(seen)
}

/** The median distance; where more than half of the rows stand still, the mean one. */
function usualDistance(away: Float64Array): number {
  const seen = Array.from(away).filter(Number.isFinite)
  if (seen.length === 0) return 0
  const robust = median(seen)
  return robust > 0 ? robust : seen.reduce((sum, one) => sum + one, 0) / seen.length
}

function largest(away: readonly Float64Array[], usual: readonly number[]): Float64Array {
  const most = new Float64Array(away[0]?.length ?? 0)
  for (const [at, distances] of away.entries()) {
    const width = usual[at] ?? 0
    if (!(width > 0)) continue
    for (const [row, distance] of distances.entries())
      if (distance / width > (most[row] ?? 0)) most[row] = distance / width
  }
  return most
}
