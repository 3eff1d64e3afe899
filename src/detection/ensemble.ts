import { type Vote, type VoteShare, type Voting, voteShareOf } from '../domain/index.ts'

/** A row is an anomaly for a model when healthy data have its score this rarely (reference: a fixed rate is as good as a tuned one). */
export const ALARM_TAIL = 0.003
/** A model votes "anomaly" when that holds in this many of so many rows. */
export const PERSISTENCE = { rows: 5, least: 3 } as const

export type Ballot = { readonly anomaly: boolean; readonly yes: number; readonly share: VoteShare | undefined }

type Present = Extract<Vote, { readonly anomaly: boolean }>

/**
 * Hard vote of the models that are present. Without a policy's word the quorum is min(2, configured): one of two that happens to be
 * there does not decide. `weighted` is the geometric mean of the tail probabilities held against the alarm rate.
 */
export function count(votes: readonly Vote[], configured: number, voting?: Voting): Ballot {
  const present = votes.filter((vote): vote is Present => 'anomaly' in vote)
  const yes = present.filter((vote) => vote.anomaly).length
  const share = present.length === 0 ? undefined : voteShareOf(yes, present.length)
  return { anomaly: yes > 0 && carried(present, yes, configured, voting), yes, share }
}

function carried(present: readonly Present[], yes: number, configured: number, voting: Voting | undefined): boolean {
  switch (voting) {
    case undefined:
      return yes >= Math.min(2, configured)
    case 'any':
      return true
    case 'majority':
      return yes > present.length / 2
    case 'all':
      return yes === present.length
    case 'weighted':
      return meanLog(present) <= Math.log(ALARM_TAIL)
    default:
      return voting satisfies never
  }
}

function meanLog(present: readonly Present[]): number {
  return present.reduce((sum, vote) => sum + Math.log(vote.tail), 0) / present.length
}
