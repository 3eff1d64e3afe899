import type { Peer } from './peer.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Constants of the published rules (grafana/promql-anomaly-detection, rules/adaptive.yml at 738e34ee). */
const DEVIATIONS = 2
const MARGIN = 0.5
const VARIABLE = 0.5
const SMOOTH_MS = 26 * HOUR_MS
const FOR_MS = 5 * MINUTE_MS
const LOOK_BACK_MS = [23.5 * HOUR_MS, 167.5 * HOUR_MS]
/** An hour of an hourly series is one sample, and nothing differs from its own mean: such a series gets so many samples instead. */
const LEAST_SAMPLES = 12

/**
 * The adaptive bands that anyone with Prometheus can have: the mean of an hour, plus and minus the widest of two smoothed deviations, half
 * of the mean, and the band of a day and a week ago. An alarm when the value has been outside for five minutes. Values of zero are no samples there.
 */
export const prometheusBands: Peer = {
  name: 'Prometheus adaptive bands',
  judge: ({ window, from }) => {
    const values = (window.columns[0]?.values ?? new Float64Array(0)).map((value) => (value > 0 ? value : Number.NaN))
    const rowsOf = (ms: number): number => Math.max(1, Math.round(ms / window.stepMs))
    const hour = Math.max(LEAST_SAMPLES, rowsOf(HOUR_MS))
    const mean = movingMean(values, hour)
    const deviation = movingDeviation(values, mean, hour)
    const filtered = deviation.map((one, row) => (one > VARIABLE * (mean[row] ?? Number.NaN) ? one : Number.NaN))
    const smooth = movingMean(filtered, rowsOf(SMOOTH_MS))
    const backs = LOOK_BACK_MS.map(rowsOf)
    const scores = values.map((value, row) => {
      const middle = mean[row] ?? Number.NaN
      const uppers = [middle + DEVIATIONS * (smooth[row] ?? Number.NaN), middle * (1 + MARGIN)]
      const lowers = [middle - DEVIATIONS * (smooth[row] ?? Number.NaN), middle * (1 - MARGIN)]
      for (const back of backs) {
        const then = mean[row - back] ?? Number.NaN
        uppers.push(then + DEVIATIONS * (deviation[row - back] ?? Number.NaN))
        lowers.push(then - DEVIATIONS * (deviation[row - back] ?? Number.NaN))
      }
      const upper = Math.max(...uppers.filter(Number.isFinite))
      const lower = Math.max(0, Math.min(...lowers.filter(Number.isFinite)))
      return value > middle ? (value - middle) / (upper - middle) : (middle - value) / (middle - lower)
    })
    const lasting = Math.floor(FOR_MS / window.stepMs) + 1
    let outside = 0
    const alarms = Uint8Array.from(scores, (score) => {
      outside = score > 1 ? outside + 1 : 0
      return outside >= lasting ? 1 : 0
    })
    return { scores: scores.slice(from), alarms: alarms.slice(from) }
  },
}

/** Mean of the newest `width` rows at each row, of those that are there. */
function movingMean(values: Float64Array, width: number): Float64Array {
  let count = 0
  let sum = 0
  return values.map((value, row) => {
    const gone = values[row - width] ?? Number.NaN
    if (Number.isFinite(value)) {
      count += 1
      sum += value
    }
    if (Number.isFinite(gone)) {
      count -= 1
      sum -= gone
    }
    return count === 0 ? Number.NaN : sum / count
  })
}

function movingDeviation(values: Float64Array, mean: Float64Array, width: number): Float64Array {
  return mean.map((middle, row) => {
    let count = 0
    let squares = 0
    for (let at = Math.max(0, row - width + 1); at <= row; at += 1) {
      const away = (values[at] ?? Number.NaN) - middle
      if (Number.isNaN(away)) continue
      count += 1
      squares += away * away
    }
    return count === 0 ? Number.NaN : Math.sqrt(squares / count)
  })
}
