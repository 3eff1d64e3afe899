import { count } from '../../src/detection/ensemble.ts'
import type { Judgement, Track } from '../../src/detection/index.ts'
import { votesAt } from '../../src/detection/models.ts'
import { rowMs, type Window } from '../../src/detection/window.ts'
import type { Vote, Voting } from '../../src/domain/index.ts'
import type { Verdicts } from './peers/index.ts'

/** A model alone: in alarm in every row whose tail is below the rate. */
export function alone(track: Track, rate: number): Verdicts {
  return { scores: track.scores, alarms: Uint8Array.from(track.tails, (tail) => (tail < rate ? 1 : 0)) }
}

/** The ways of voting, each row by itself: no persistence, no joining. */
export const votings = {
  'vote: any': 'any',
  'vote: quorum of 2': undefined,
  'vote: majority': 'majority',
  'vote: all': 'all',
  'vote: weighted': 'weighted',
} as const satisfies Readonly<Record<string, Voting | undefined>>

/** `score` of a row: powers of ten by which the tail lies below 1 that so many votes reach, or their mean where all are weighed. */
export function voted(tracks: readonly Track[], voting: Voting | undefined, rate: number): Verdicts {
  const rows = tracks[0]?.tails.length ?? 0
  const scores = new Float64Array(rows).fill(Number.NaN)
  const alarms = new Uint8Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const votes = tracks.map((track) => voteAt(track, row, rate))
    alarms[row] = count(votes, tracks.length, voting).anomaly ? 1 : 0
    scores[row] = strangeness(votes, voting)
  }
  return { scores, alarms }
}

function voteAt({ model, scores, tails }: Track, row: number, rate: number): Vote {
  const tail = tails[row] ?? Number.NaN
  if (!Number.isFinite(tail)) return { model, absent: 'too-little-data' }
  return { model, anomaly: tail < rate, score: scores[row] ?? Number.NaN, tail }
}

/** The margin of the vote that decides: of three of which two must agree, the second largest. */
function strangeness(votes: readonly Vote[], voting: Voting | undefined): number {
  const powers = votes.flatMap((vote) => ('tail' in vote ? [-Math.log10(vote.tail)] : [])).sort((a, b) => b - a)
  if (powers.length === 0) return Number.NaN
  if (voting === 'weighted') return powers.reduce((sum, one) => sum + one, 0) / powers.length
  const needed = {
    any: 1,
    majority: Math.floor(powers.length / 2) + 1,
    all: powers.length,
    two: Math.min(2, votes.length),
  }
  return powers[needed[voting ?? 'two'] - 1] ?? 0
}

/** What the service finds: the vote after its rules on time, in the order of the service. */
export function finding(tracks: readonly Track[], window: Window): Verdicts {
  const judgements = tracks.map(({ model, from, scores, tails }): Judgement => {
    return { model, scores: { startMs: rowMs(window, from), stepMs: window.stepMs, scores, tails } }
  })
  const from = tracks[0]?.from ?? window.length
  const rows = Math.max(0, window.length - from)
  const scores = new Float64Array(rows).fill(Number.NaN)
  const alarms = new Uint8Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const votes = votesAt(judgements, rowMs(window, from + row))
    alarms[row] = count(votes, tracks.length).anomaly ? 1 : 0
    scores[row] = strangeness(votes, undefined)
  }
  return { scores, alarms }
}
