import type { ModelId } from '../../domain/index.ts'
import type { Engines } from '../engines.ts'
import type { Window } from '../window.ts'

/** Why a model says nothing: too little history, a history in which nothing ever moved, or a library that came to no usable fit. */
export type Silence = 'too-little-data' | 'flat' | 'failed'

export type FitOutcome<Model> =
  | { readonly fitted: true; readonly model: Model }
  | { readonly fitted: false; readonly why: Silence }

export type FitInput = {
  readonly window: Window
  /** Rows before this one may be read, later ones never. */
  readonly upTo: number
  readonly seed: number
  readonly engines: Engines
}

/**
 * A model behind one shape: pure, seeded, silent on flat data, able to say that it has too little of it.
 * `Model` is plain data that survives a structured clone, so that a fit may run in a worker and be cached.
 * A score is any number that grows with strangeness; what it is worth is learned from `heldOut` and from the scores that follow.
 */
export interface Detector<Model = unknown> {
  readonly id: ModelId
  /** So many rows one fit serves at this step: fits stand that far apart. At least 1. */
  serves(stepMs: number): number
  /** What its fits up to a moment are made under beside the samples, where that is not the usual: one that was made under something else is another. */
  under?(upToMs: number): string | undefined
  /** The same of events that come again, which no detector learns by itself. */
  lessonsUnder?(upToMs: number): string | undefined
  /** Same input, same model. Reads a bounded stretch of rows before `upTo`. */
  fit(input: FitInput): FitOutcome<Model>
  /**
   * Scores of rows before `upTo`, each by a model that was not fitted on it: the first reference for what healthy scores look like.
   * Length `upTo`, NaN where a row was not judged; empty where nothing can be fitted.
   */
  heldOut(input: FitInput): Float64Array
  /**
   * Scores of the rows [from, to); `from` is not before the row that the model was fitted up to. No score looks at later rows. NaN where a row
   * could not be judged, for want of samples.
   */
  score(model: Model, window: Window, from: number, to: number): Float64Array
}
