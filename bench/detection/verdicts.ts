import { jointTails } from '../../src/detection/ensemble.ts'
import type { Track, Window } from '../../src/detection/index.ts'
import { verdictOf } from '../../src/detection/judged.ts'
import type { Voting } from '../../src/domain/index.ts'
import type { Verdicts } from './peers/index.ts'

/** A model alone, as the service judges where it is the only one that is configured. */
export function alone(track: Track, window: Window): Verdicts {
  return { scores: track.scores, alarms: finding([track], window).alarms }
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
export function finding(tracks: readonly Track[], window: Window): Verdicts {
  const { joint, alarms } = verdictOf(tracks, 0, window)
  return { scores: powers(joint), alarms: Uint8Array.from(alarms, (alarm) => (alarm === 1 ? 1 : 0)) }
}

function below(tails: Float64Array, rate: number): Uint8Array {
  return Uint8Array.from(tails, (tail) => (tail < rate ? 1 : 0))
}

/** Powers of ten by which a tail lies below 1: they grow with strangeness. */
function powers(tails: Float64Array): Float64Array {
  return tails.map((tail) => -Math.log10(tail))
}
