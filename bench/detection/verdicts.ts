import { jointTails } from '../../src/detection/ensemble.ts'
import type { Track } from '../../src/detection/index.ts'
import { verdictOf } from '../../src/detection/judged.ts'
import type { Voting } from '../../src/domain/index.ts'
import type { Verdicts } from './peers/index.ts'

/** A model alone: in alarm in every row whose tail is below the rate. */
export function alone(track: Track, rate: number): Verdicts {
  return { scores: track.scores, alarms: below(track.tails, rate) }
}

/** The ways of voting, each row by itself: no persistence, no hysteresis. */
export const votings = {
  'vote: any': 'any',
  'vote: quorum of 2': undefined,
  'vote: majority': 'majority',
  'vote: all': 'all',
  'vote: weighted': 'weighted',
} as const satisfies Readonly<Record<string, Voting | undefined>>

/** In alarm in every row whose joint tail is below the rate; ranked by that tail. */
export function voted(tracks: readonly Track[], voting: Voting | undefined, rate: number): Verdicts {
  const joint = jointTails(tracks, tracks.length, voting)
  return { scores: powers(joint), alarms: below(joint, rate) }
}

/** What the service finds: the vote of the default quorum, and its rules on when an alarm begins and ends. */
export function finding(tracks: readonly Track[], stepMs: number): Verdicts {
  const { joint, alarms } = verdictOf(tracks, 0, stepMs)
  return { scores: powers(joint), alarms: Uint8Array.from(alarms, (alarm) => (alarm === 1 ? 1 : 0)) }
}

function below(tails: Float64Array, rate: number): Uint8Array {
  return Uint8Array.from(tails, (tail) => (tail < rate ? 1 : 0))
}

/** Powers of ten by which a tail lies below 1: they grow with strangeness. */
function powers(tails: Float64Array): Float64Array {
  return tails.map((tail) => -Math.log10(tail))
}
