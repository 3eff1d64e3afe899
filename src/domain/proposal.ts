import type { Edit, FileChange, Proof } from './edit.ts'
import type { Action, Failure } from './failure.ts'
import type { CommandFact, PullFacts } from './forge.ts'
import type { FieldChange } from './plan.ts'
import type { Mode } from './policy.ts'
import type { Reason } from './reason.ts'
import type { SignalId } from './signal.ts'
import type { Lane, Subject } from './subject.ts'

/**
 * What a pull request remembers of the incident: written into its machine block, read back by `proposal/read`.
 * The only memory there is of an attempt; everything else is recomputed.
 */
export type AttemptRecord = {
  readonly schema: 1
  readonly kind: 'fix' | 'revert'
  readonly lane: Lane
  readonly subject: Subject
  /** lane/failure/episode start: PROTOCOL 1. */
  readonly incident: string
  readonly failure: Failure
  readonly action: Action
  readonly episodeStartMs: number
  readonly decidedAtMs: number
  /** Commit that the edits were computed on, and the branch that it was the head of. */
  readonly base: { readonly branch: string; readonly revision: string }
  readonly application: { readonly namespace: string; readonly name: string }
  readonly policy: { readonly name: string; readonly digest: string }
  readonly mode: Mode
  readonly changes: readonly FieldChange[]
  /** `file:line` of each edit: two lanes never have an open change of one line. */
  readonly lines: readonly string[]
  readonly watch: readonly SignalId[]
  /** Verification window and time-out as the policy had them. */
  readonly verify: { readonly windowMs: number; readonly syncTimeoutMs: number; readonly onHarm: 'revert' | 'notify' }
  /** Digest of the proof: trees before and after, changes. */
  readonly proof: string
  readonly inputs: Readonly<Record<string, string>>
  readonly confidence: number
  readonly mechanisms: number
  /** For a revert: the pull request that it takes back. */
  readonly reverts?: number
  /** `rem-20261121-003`: how people name the incident. */
  readonly publicId?: string
  /** Head of the audit journal when this was written, as `formatAuditHead` has it: what the journal held by then cannot be cut unseen. */
  readonly audit?: string
  /** Failures that were present on this workload when it was decided: they cannot count as harm. */
  readonly present: readonly Failure[]
}

/** The same field of the same workload in another environment, which a proposal does not change: for a person to see. */
export type Sibling = {
  /** Application of that environment. */
  readonly application: string
  readonly file: string
  readonly line: number
  /** The text that stands there. */
  readonly value: string
}

/** A pull request as data, before anything is sent. Everything in it is deterministic. */
export type Proposal = {
  readonly branch: string
  readonly base: { readonly branch: string; readonly revision: string }
  readonly title: string
  readonly body: string
  readonly commitMessage: string
  readonly labels: readonly string[]
  readonly files: readonly FileChange[]
  readonly edits: readonly Edit[]
  readonly proof: Proof
  readonly record: AttemptRecord
  /** Opened as a draft, where the house wants it so. */
  readonly draft?: boolean
  /** Logins, and teams as `organisation/team`, that are asked to review: owners of the touched files. Missing ones never block. */
  readonly reviewers?: readonly string[]
}

export type Conclusion = {
  readonly verdict:
    | 'resolved'
    | 'insufficient'
    | 'harmful'
    | 'indeterminate'
    | 'superseded'
    | 'no-longer-needed'
    | 'conflict'
  readonly atMs: number
  readonly because: string
}

/** A pull request of ours as the forge shows it. `record` is absent when what is written there cannot be believed (`tampered`) or is not ours. */
export type Pull = {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'merged' | 'closed'
  /** Who ended it: ourselves, or a person. */
  readonly endedBy?: 'bot' | 'person'
  readonly branch: string
  readonly base: string
  readonly headSha: string
  /** Whether the head is a commit that we made for this proposal. */
  readonly headIsOurs: boolean
  /**
   * What stands there is ours, but not one commit with the text of the same proposal: a refresh was cut, or the forge merged the base into the
   * branch. It is refreshed before anything else, and not merged as it is.
   */
  readonly unsettled?: true
  /** Why nothing that stands there is believed, though nobody has changed it: the forge does not show all of it. */
  readonly unread?: Reason
  readonly mergeCommit?: string
  readonly title: string
  readonly body: string
  readonly createdAtMs: number
  readonly endedAtMs?: number
  readonly files: readonly string[]
  readonly commitMessage: string
  /** Our living comment, where there is one and nobody else has edited it. */
  readonly comment?: string
  /** Present on open ones of a forge that has checks and reviews. */
  readonly facts?: PullFacts
  /** Comments that speak to the bot, oldest first. */
  readonly commands?: readonly CommandFact[]
  /** People whose approval stood when it was merged; they are asked to review a revert. */
  readonly approvers?: readonly string[]
  /** Our own answers to commands, oldest first: those that nobody else has edited. They are the state of holds and snoozes. */
  readonly answers?: readonly string[]
}

/** A pull request with what `proposal/read` believes of it. */
export type Attempt = {
  readonly pull: Pull
  readonly record: AttemptRecord
  readonly conclusion?: Conclusion
}

export type ReadAttempt =
  | { readonly read: true; readonly attempt: Attempt }
  | { readonly read: false; readonly reason: Reason }

/** One gate of PROTOCOL 5, with the value that it was judged on. */
export type Gate = { readonly name: string; readonly pass: boolean; readonly value: string; readonly reason?: Reason }

const CONCLUSION_BLOCK = /<!-- kintsugi:conclusion v1 [^\n]* -->/

/** A new text for a living comment that keeps the conclusion which the old one held: a verdict is never lost by a later word. */
export function keepConclusion(old: string | undefined, text: string): string {
  const block = CONCLUSION_BLOCK.exec(old ?? '')?.[0]
  return block === undefined || CONCLUSION_BLOCK.test(text) ? text : `${text}\n\n${block}`
}
