import type { Finding, ModelId, Voting } from '../domain/index.ts'
import type { FitOutcome, Scores, Silence } from './detectors/detector.ts'
import type { Window } from './window.ts'

/** What fitting one detector gave. Plain data: a fit may run in a worker. */
export type Fit = { readonly detector: ModelId; readonly outcome: FitOutcome<unknown> }

/** What one detector says of every judged row, or why it says nothing. */
export type Judgement =
  | { readonly model: ModelId; readonly scores: Scores }
  | { readonly model: ModelId; readonly absent: Silence | 'failed' }

/** Fits every detector on the rows up to `upToMs`. */
export function fitModels(_window: Window, _upToMs: number, _seed: number): readonly Fit[] {
  return []
}

/** Judges the rows from `fromMs` on with every fit. */
export function scoreModels(_fits: readonly Fit[], _window: Window, _fromMs: number): readonly Judgement[] {
  return []
}

export type ModelFindingInput = {
  readonly judgements: readonly Judgement[]
  readonly window: Window
  /** Of the policy; absent means a quorum of two, or of one where only one model is configured. */
  readonly voting?: Voting
  /** How many detectors are configured, present or not. */
  readonly configured: number
  /** Findings of one lane with gaps shorter than max(this, 6 h) are one episode. */
  readonly cooldownMs: number
  readonly nowMs: number
}

/** An `Anomaly` when the models vote for one now. */
export function modelFinding(_input: ModelFindingInput): Finding | undefined {
  return undefined
}
