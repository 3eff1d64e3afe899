import type { ModelId } from '../../domain/index.ts'
import type { Window } from '../window.ts'

/** Why a model says nothing: too little history, or a history in which nothing ever moved. */
export type Silence = 'too-little-data' | 'flat'

export type FitOutcome<Model> =
  | { readonly fitted: true; readonly model: Model }
  | { readonly fitted: false; readonly why: Silence }

/**
 * Judgement of the rows from `startMs` on. `tails[i]` is the probability of a score at least as high as `scores[i]` on healthy
 * data that the model was not fitted on, over 0 to 1. NaN where a row could not be judged, for want of samples.
 */
export type Scores = {
  readonly startMs: number
  readonly stepMs: number
  readonly scores: Float64Array
  readonly tails: Float64Array
}

/**
 * A model behind one shape: pure, seeded, silent on flat data, able to say that it has too little of it.
 * `Model` is plain data that survives a structured clone, so that a fit may run in a worker and be cached.
 */
export interface Detector<Model = unknown> {
  readonly id: ModelId
  /** Fits on the rows at or before `upToMs`. Same window and seed, same model. */
  fit(window: Window, upToMs: number, seed: number): FitOutcome<Model>
  /** Judges the rows at or after `fromMs`, one by one. The window must reach back one day before `fromMs` for the daily residual. */
  score(model: Model, window: Window, fromMs: number): Scores
}
