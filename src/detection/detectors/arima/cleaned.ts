import { median } from 'simple-statistics'
import { mediansBefore } from '../running-median.ts'

/** Neighbours on each side that a value is held against. */
const NEIGHBOURS = 12
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826
/** Spreads from the median of its neighbours that a value keeps at most (Hampel's filter, with one spread for the whole stretch). */
const MOST_SPREADS = 4
/** A gap of at most so many rows is bridged; the sides of a longer one are put together. */
export const SHORT_GAP = 12

/** The newest `most` values before `upTo` that a model is fitted on, and how many rows have been missing at the end. */
export type Stretch = { readonly values: Float64Array; readonly missing: number }

/**
 * Short gaps are interpolated and long ones closed, so that no model learns from what was not seen. It ends where samples are so far apart that most of it
 * would be made up. Empty where there are no samples, or all are as far apart.
 */
export function stretchBefore(values: Float64Array, upTo: number, most: number): Stretch {
  const newestFirst: number[] = []
  let later = -1
  let samples = 0
  let madeUp = 0
  for (let row = upTo - 1; row >= 0 && newestFirst.length < most; row -= 1) {
    const value = values[row] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    const gap = later < 0 ? 0 : later - row - 1
    madeUp += Math.min(gap, SHORT_GAP)
    if (madeUp > Math.max(SHORT_GAP, newestFirst.length / 2)) break
    if (gap > 0 && gap <= SHORT_GAP) bridge(newestFirst, value, gap)
    newestFirst.push(value)
    samples += 1
    later = row
  }
  const newest = lastSample(values, upTo)
  const mostlySeen = 2 * samples >= newestFirst.length
  return {
    values: mostlySeen ? Float64Array.from(newestFirst.slice(0, most).reverse()) : new Float64Array(0),
    missing: newest < 0 ? 0 : upTo - 1 - newest,
  }
}

function bridge(newestFirst: number[], earlier: number, gap: number): void {
  const later = newestFirst.at(-1) ?? earlier
  for (let at = 1; at <= gap; at += 1) newestFirst.push(later + ((earlier - later) * at) / (gap + 1))
}

function lastSample(values: Float64Array, upTo: number): number {
  for (let row = upTo - 1; row >= 0; row -= 1) if (Number.isFinite(values[row])) return row
  return -1
}

/** Values whose outliers are drawn in to a few spreads from their neighbours: an anomaly is neither learned nor does it blur what is. */
export function withoutOutliers(values: Float64Array): Float64Array {
  const ahead = NEIGHBOURS + 1
  const walk = { first: 0, from: ahead, to: values.length + ahead, every: 1, phase: 0 }
  const usual = mediansBefore((row) => values[row] ?? Number.NaN, walk, 2 * NEIGHBOURS + 1)
  const reach = MOST_SPREADS * MAD_SCALE * median(Array.from(values, (value, at) => Math.abs(value - (usual[at] ?? 0))))
  if (!(reach > 0)) return values.slice()
  return values.map((value, at) => {
    const near = usual[at] ?? value
    return Math.min(near + reach, Math.max(near - reach, value))
  })
}
