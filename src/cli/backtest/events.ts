import type { Diagnosis, Edit, Proof, Reason, SignalId, Subject, Unknown } from '../../domain/index.ts'

/** What happened at one moment of the past, or would have. */
export type BacktestEvent = { readonly atMs: number; readonly subject: Subject } & (
  | {
      readonly event: 'finding'
      readonly failure: Diagnosis['failure']
      readonly confidence: number
      readonly sinceMs: number
      readonly summary: string
      readonly policy: string | undefined
    }
  | {
      readonly event: 'proposal'
      /** A first one, or the same one computed anew. */
      readonly anew: boolean
      readonly policy: string
      readonly mode: string
      readonly title: string
      readonly changes: Proof['changes']
      readonly edits: readonly Edit[]
    }
  /** Every gate that can be known was open: the bot would have merged it. */
  | { readonly event: 'would-merge' }
  | {
      readonly event: 'held' | 'noted'
      readonly reason: Reason
      readonly message: string | undefined
      readonly policy: string | undefined
      /** The gate that was shut, where a proposal was open. */
      readonly gate: string | undefined
    }
  /** Found by the models and told to nobody: a known event explains it, or a change of the workload that settles. */
  | {
      readonly event: 'silenced'
      readonly reason: Reason
      readonly message: string
    }
  /** The symptom went away by itself. */
  | { readonly event: 'withdrawn'; readonly reason: Reason }
)

/** The proposals and the reasons of one policy, or of what none covers. Each counts once in an episode. */
export type PolicyTotals = {
  readonly policy: string | undefined
  readonly episodes: number
  readonly proposals: number
  readonly wouldMerge: number
  readonly withdrawn: number
  readonly noted: Readonly<Record<string, number>>
  readonly held: Readonly<Record<string, number>>
  /** Those of `held` that only say "not again, not so much, not yet": the episode itself would have been proposed. */
  readonly suppressed: number
}

/** What could not be judged, and in how many looks. */
export type UnknownTotals = { readonly signal: SignalId; readonly why: Unknown['why']; readonly looks: number }

export type DayTotals = {
  /** UTC, `2026-03-02`. */
  readonly date: string
  readonly episodes: number
  readonly proposals: number
  readonly notes: number
  /** Of the models, explained by known events or by changes that settle. */
  readonly silenced: number
}
