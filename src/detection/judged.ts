import type { Vote, Voting } from '../domain/index.ts'
import { alarmsOf, barOf, decidingOf, KEEP } from './alarms.ts'
import { modelConfidence } from './calibration.ts'
import type { Detector } from './detectors/detector.ts'
import { jointTails } from './ensemble.ts'
import { recurringIn } from './recurring.ts'
import { type Track, type TrackInput, trackOf } from './track.ts'
import type { Window } from './window.ts'

/** What the models together say of the rows of a window from `from` on; every array has an entry per row. */
export type Judged = {
  readonly from: number
  readonly tracks: readonly Track[]
  /** The alarm rate above which the vote is carried, 0 to 1; NaN where too few models could judge the row. */
  readonly joint: Float64Array
  /** The tail below which a model votes for an anomaly. */
  readonly rate: number
  /** 1 in alarm, 0 not, NaN unknown. */
  readonly alarms: Float64Array
  /** The vote that was taken, where a policy has a word on it. */
  readonly voting?: Voting
  /** 1 for a row that no alarm comes from, since it is as rows at its time were before. */
  readonly recurring?: Uint8Array
}

/** Judges a window as the service does over time, row by row, with the detectors given and the vote of a policy; days and weeks go by a zone. */
export function judged(detectors: readonly Detector[], input: TrackInput, voting?: Voting, timeZone?: string): Judged {
  const tracks = detectors.map((detector) => trackOf(detector, input))
  return heard(verdictOf(tracks, input.from, input.window, voting), input.window, timeZone)
}

/** The same without alarms from rows that are as rows at their time were before, by what the window holds of them. */
export function heard(result: Judged, window: Window, timeZone?: string): Judged {
  const isRecurring = recurringIn(window, timeZone)
  if (isRecurring === undefined) return result
  const { from, tracks, joint, voting } = result
  const known = Uint8Array.from(joint, (tail, at) => (tail < KEEP.most && isRecurring(from + at) ? 1 : 0))
  return verdictOf(tracks, from, window, voting, known)
}

/**
 * The vote over tracks that begin at one row; each of them counts as configured, also where it abstains. No alarm comes from a row that is
 * `recurring`.
 */
export function verdictOf(
  tracks: readonly Track[],
  from: number,
  { stepMs, columns }: Pick<Window, 'stepMs' | 'columns'>,
  voting?: Voting,
  recurring?: Uint8Array,
): Judged {
  const joint = jointTails(tracks, tracks.length, voting)
  const bar = barOf(stepMs, decidingOf(tracks.length, voting), columns.length)
  const strange = joint.map((tail, at) => (recurring?.[at] === 1 && Number.isFinite(tail) ? 1 : tail))
  const alarms = alarmsOf(strange, stepMs, bar)
  const said = voting === undefined ? {} : { voting }
  return { from, tracks, joint, rate: bar.rate, alarms, ...said, ...(recurring === undefined ? {} : { recurring }) }
}

/** The votes of the models in one row. */
export function votesIn({ tracks, rate }: Judged, row: number): readonly Vote[] {
  return tracks.map((track) => {
    const tail = track.tails[row] ?? Number.NaN
    if (!Number.isFinite(tail)) return { model: track.model, absent: absence(track, row) }
    return { model: track.model, anomaly: tail < rate, score: track.scores[row] ?? Number.NaN, tail }
  })
}

function absence(track: Track, row: number) {
  const at = track.from + row
  return track.silent.find((stretch) => stretch.from <= at && at < stretch.to)?.why ?? 'too-little-data'
}

/**
 * Calibrated probability that the alarm which a row belongs to is real. Where a policy lets one model decide and no other agrees, it is no
 * surer than of one that is configured alone.
 */
export function confidenceIn(result: Judged, row: number) {
  const votes = votesIn(result, row)
  const alone = result.voting !== undefined && votes.filter((vote) => 'anomaly' in vote && vote.anomaly).length <= 1
  return modelConfidence(votes, result.joint[row] ?? Number.NaN, result.rate, alone ? 1 : result.tracks.length)
}
