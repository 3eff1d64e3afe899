import { type Peer, thresholded } from './peer.ts'

const WEIGHT = 0.05

/** Distance from an exponentially weighted mean of what is past, in deviations that are weighted alike. */
export const ewma: Peer = {
  name: `EWMA, a = ${WEIGHT}`,
  judge: (series) => {
    let mean = Number.NaN
    let variance = 0
    const values = series.window.columns[0]?.values ?? new Float64Array(0)
    const scores = values.map((value) => {
      if (!Number.isFinite(value)) return Number.NaN
      if (!Number.isFinite(mean)) mean = value
      const away = value - mean
      const score = variance > 0 ? Math.abs(away) / Math.sqrt(variance) : 0
      mean += WEIGHT * away
      variance = (1 - WEIGHT) * (variance + WEIGHT * away * away)
      return score
    })
    return thresholded(series, scores)
  },
}
