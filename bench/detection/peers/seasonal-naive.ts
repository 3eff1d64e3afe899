import { mad, median } from 'simple-statistics'
import type { Labelled } from '../dataset.ts'
import { type Peer, thresholded } from './peer.ts'

const DAY_MS = 86_400_000
/** Days back whose values at the same time are the forecast; the week stands for the weekday. */
const LAGS = [1, 2, 3, 7]
/** Scales the median absolute deviation to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/** Distance from the median of the same time of earlier days and of the week before, in median absolute deviations of the prefix. */
export const seasonalNaive: Peer = {
  name: 'seasonal naive + MAD',
  judge: (series) => {
    const left = residuals(series)
    const known = Array.from(left.subarray(0, series.from)).filter(Number.isFinite)
    const spread = known.length === 0 ? 0 : MAD_SCALE * mad(known)
    const plain = known.length === 0 ? 0 : Math.max(...known.map(Math.abs)) / 10
    const scale = spread > 0 ? spread : plain > 0 ? plain : 1
    return thresholded(
      series,
      left.map((value) => Math.abs(value) / scale),
    )
  },
}

/** Where no day is far enough back, what is usual is the median of the prefix. */
function residuals({ window, from }: Labelled): Float64Array {
  const values = window.columns[0]?.values ?? new Float64Array(0)
  const prefix = Array.from(values.subarray(0, from)).filter(Number.isFinite)
  const usual = prefix.length === 0 ? 0 : median(prefix)
  const perDay = Math.round(DAY_MS / window.stepMs)
  return values.map((value, row) => {
    const earlier = LAGS.flatMap((days) => {
      const then = values[row - days * perDay]
      return then !== undefined && Number.isFinite(then) ? [then] : []
    })
    return value - (earlier.length === 0 ? usual : median(earlier))
  })
}
