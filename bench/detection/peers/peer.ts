import type { Labelled } from '../dataset.ts'

/** A rule that needs no model: what it says of each row from `from` on. NaN scores where it cannot judge. */
export type Verdicts = { readonly scores: Float64Array; readonly alarms: Uint8Array }

/** Something that a user could have without us. It may read the rows before the judged ones, and of those only what is past. */
export type Peer = { readonly name: string; readonly judge: (series: Labelled, seed: number) => Verdicts }

/** Share of healthy rows that may pass a threshold, as the reference figures were made. */
const RARE = 0.003

/** Alarms where a score exceeds what 99.7 % of the later half of the prefix stay below. `all`: scores from the first row of the window on. */
export function thresholded(series: Labelled, all: Float64Array): Verdicts {
  const calibration = all
    .slice(Math.floor(series.from / 2), series.from)
    .filter(Number.isFinite)
    .sort()
  const threshold = quantile(calibration, 1 - RARE)
  const scores = all.slice(series.from)
  return { scores, alarms: Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0)) }
}

/** Linear between ranks; infinite of nothing, so that nothing passes. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)]
  const high = sorted[Math.ceil(at)]
  return low === undefined || high === undefined ? Number.POSITIVE_INFINITY : low + (high - low) * (at - Math.floor(at))
}
