import { mad, medianSorted } from 'simple-statistics'
import type { Window } from '../../src/detection/index.ts'
import { PER_DAY } from './calendar.ts'

/** Distance from the median of the day before, in deviations of the history, from which a row is in alarm: as the seeds' set was judged by it. */
const FAR = 7
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** What anyone could have without a model: in alarm where any metric is far from the median of its last day. */
export function rollingMedian(window: Window, from: number, rows: number): Uint8Array {
  const alarms = new Uint8Array(rows)
  for (const { values } of window.columns) {
    const left = Float64Array.from(
      { length: from + rows },
      (_, row) => (values[row] ?? Number.NaN) - dayBefore(values, row),
    )
    const usual = Array.from(left.subarray(0, from)).filter(Number.isFinite)
    const spread = MAD_SCALE * mad(usual)
    for (let at = 0; at < rows; at += 1) if (Math.abs(left[from + at] ?? 0) > FAR * spread && spread > 0) alarms[at] = 1
  }
  return alarms
}

function dayBefore(values: Float64Array, row: number): number {
  const day = values
    .slice(Math.max(0, row - PER_DAY), row)
    .filter(Number.isFinite)
    .sort()
  return day.length === 0 ? Number.NaN : medianSorted(Array.from(day))
}
