import type { Voting } from '../domain/index.ts'
import type { Track } from './track.ts'

/**
 * The alarm rate above which the vote is carried: at any rate r, the models that are present carry the hard vote exactly where this is below
 * r. Without a policy's word the quorum is min(2, configured): one of two that happens to be there does not decide. A quorum of k is the
 * k-th smallest tail, so the vote stays as hard as it is and still gives a score that ranks; `weighted` is the geometric mean. NaN where too
 * few are present.
 * `tails` holds the `present` finite tails first; it is sorted in place.
 */
export function jointTail(tails: Float64Array, present: number, configured: number, voting?: Voting): number {
  if (present === 0) return Number.NaN
  if (voting === 'weighted') return geometricMean(tails, present)
  sortFirst(tails, present)
  return tails[needed(present, configured, voting) - 1] ?? Number.NaN
}

/** How many have to say yes; more than `present` where it cannot be carried. */
function needed(present: number, configured: number, voting: Voting | undefined): number {
  switch (voting) {
    case undefined: {
      const quorum = Math.min(2, configured)
      return quorum <= present ? quorum : Number.POSITIVE_INFINITY
    }
    case 'any':
      return 1
    case 'majority':
      return Math.floor(present / 2) + 1
    case 'all':
      return present
    case 'weighted':
      return present
    default:
      return voting satisfies never
  }
}

/** Joint tail of every row of tracks that begin at the same row. */
export function jointTails(tracks: readonly Track[], configured: number, voting?: Voting): Float64Array {
  const rows = Math.min(...tracks.map((track) => track.tails.length))
  const joint = new Float64Array(Number.isFinite(rows) ? rows : 0)
  const row = new Float64Array(tracks.length)
  for (let at = 0; at < joint.length; at += 1) {
    let present = 0
    for (const track of tracks) {
      const tail = track.tails[at] ?? Number.NaN
      if (!Number.isFinite(tail)) continue
      row[present] = tail
      present += 1
    }
    joint[at] = jointTail(row, present, configured, voting)
  }
  return joint
}

function geometricMean(tails: Float64Array, present: number): number {
  let sum = 0
  for (let at = 0; at < present; at += 1) sum += Math.log(tails[at] ?? 1)
  return Math.exp(sum / present)
}

/** Insertion sort of the first few: there are as many as models. */
function sortFirst(values: Float64Array, length: number): void {
  for (let at = 1; at < length; at += 1) {
    const value = values[at] ?? 0
    let hole = at
    for (; hole > 0 && (values[hole - 1] ?? 0) > value; hole -= 1) values[hole] = values[hole - 1] ?? 0
    values[hole] = value
  }
}
