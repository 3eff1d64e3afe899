import type { Adjusted, Confidence, VoteShare } from './confidence.ts'
import type { Failure } from './failure.ts'
import type { SignalId } from './signal.ts'
import type { Subject } from './subject.ts'

/** One observed fact, quoted for the reader. Values are already in the signal's unit. */
export type Evidence = {
  readonly signal: SignalId
  readonly subject: Subject
  /** When the value was true. */
  readonly atMs: number
  readonly value: number
  /** What the value is held against, in the same unit. */
  readonly threshold?: number
  /** One sentence, in fixed words; data only as numbers and subject names. */
  readonly says: string
  /** The query, as it was asked. */
  readonly asked: string
}

/** A model of ours, whose tails are measured, or one that runs outside and gives labels alone. */
export const OWN_MODELS = ['isolation-forest', 'arima', 'prophet', 'lstm'] as const
export type OwnModelId = (typeof OWN_MODELS)[number]
export type ModelId = OwnModelId | OutsideModelId
export type OutsideModelId = `kserve/${string}`

export function isOutsideModel(model: ModelId): model is OutsideModelId {
  return model.startsWith('kserve/')
}

/** What one model said of one window. `tail` is the probability of a score at least this high on data that the model was not fitted on. */
export type Vote =
  | { readonly model: ModelId; readonly anomaly: boolean; readonly score: number; readonly tail: number }
  | { readonly model: ModelId; readonly absent: 'too-little-data' | 'flat' | 'not-fitted' | 'failed' | 'no-answer' }

/**
 * Something is wrong with a subject. A rule names the failure; models never do (`Anomaly`).
 * `startMs` is the first moment of the unbroken run that lasts until `lastMs`, found by range queries alone.
 */
export type Finding = {
  readonly subject: Subject
  readonly failure: Failure
  readonly by: { readonly rule: string } | { readonly votes: readonly Vote[]; readonly share: VoteShare }
  readonly confidence: Confidence
  /** How the confidence came about, where outcomes of earlier findings have changed it. */
  readonly adjusted?: Adjusted
  readonly startMs: number
  readonly lastMs: number
  readonly evidence: readonly Evidence[]
  /** `partial` when a deciding answer was: shown to people, never merged by the bot. */
  readonly data: 'complete' | 'partial'
}

/** What could not be judged, and why. Never health, never an anomaly. `subject` is absent when a whole signal has no answer. */
export type Unknown = {
  readonly signal: SignalId
  readonly subject?: Subject
  readonly why: 'query-failed' | 'data-partial' | 'too-few-samples' | 'stale'
  readonly problem?: string
}
