import type { AnswerIndex, Evidence, Failure, SignalId, Subject } from '../../domain/index.ts'
import type { Run } from '../runs.ts'

/** One workload, or one container of it, as a rule sees it. */
export type View = { readonly index: AnswerIndex; readonly subject: Subject }

/**
 * What else was seen at the time of a run. `alone`: the rule asks for company and the samples contradict it, so nothing is found.
 * `unjudged`: it asks for company, and the signal that could give it has no samples.
 */
export type Company =
  | { readonly seen: readonly Evidence[] }
  | { readonly alone: true }
  | { readonly unjudged: SignalId }

/** A rule names a failure from one deciding signal that persists, and looks for other signals beside it. It owns all of this. */
export type SignalRule = {
  readonly id: string
  readonly failure: Failure
  /** Published prior as Beta counts: observed facts 19:1, inferred ones 8:2 (DESIGN 5). */
  readonly prior: { readonly real: number; readonly unreal: number }
  readonly decides: SignalId
  /** What `company` reads. */
  readonly helps: readonly SignalId[]
  /** The value that `exceeds` holds a sample against, in the signal's unit; shown to the reader. */
  readonly threshold: number
  exceeds(value: number): boolean
  /** A run counts once it has this many samples and has lasted this long. */
  readonly persistence: { readonly samples: number; readonly ms: number }
  company(view: View, run: Run): Company
}

export const OBSERVED = { real: 19, unreal: 1 } as const
export const INFERRED = { real: 8, unreal: 2 } as const

export function isFlagged(value: number): boolean {
  return value >= 1
}
