import type { Vote, Voting } from '../domain/index.ts'
import { ALARM, alarmsOf } from './alarms.ts'
import { modelConfidence } from './calibration.ts'
import type { Detector } from './detectors/detector.ts'
import { jointTails } from './ensemble.ts'
import { type Track, type TrackInput, trackOf } from './track.ts'

/** What the models together say of the rows of a window from `from` on; every array has an entry per row. */
export type Judged = {
  readonly from: number
  readonly tracks: readonly Track[]
  /** The alarm rate above which the vote is carried, 0 to 1; NaN where too few models could judge the row. */
  readonly joint: Float64Array
  /** 1 in alarm, 0 not, NaN unknown. */
  readonly alarms: Float64Array
}

/** Judges a window as the service does over time, row by row, with the detectors given and the vote of a policy. */
export function judged(detectors: readonly Detector[], input: TrackInput, voting?: Voting): Judged {
  const tracks = detectors.map((detector) => trackOf(detector, input))
  const joint = jointTails(tracks, detectors.length, voting)
  return { from: input.from, tracks, joint, alarms: alarmsOf(joint, input.window.stepMs) }
}

/** The votes of the models in one row. */
export function votesIn({ tracks }: Judged, row: number): readonly Vote[] {
  return tracks.map((track) => {
    const tail = track.tails[row] ?? Number.NaN
    if (!Number.isFinite(tail)) return { model: track.model, absent: absence(track, row) }
    return { model: track.model, anomaly: tail < ALARM.rate, score: track.scores[row] ?? Number.NaN, tail }
  })
}

function absence(track: Track, row: number) {
  const at = track.from + row
  return track.silent.find((stretch) => stretch.from <= at && at < stretch.to)?.why ?? 'too-little-data'
}

/** Calibrated probability that the alarm which a row belongs to is real. */
export function confidenceIn(result: Judged, row: number) {
  return modelConfidence(votesIn(result, row), result.tracks.length)
}
