import type { ModelId, Stretch } from '../domain/index.ts'
import { occasions } from './detectors/clusters.ts'
import type { Detector, FitInput, Silence } from './detectors/detector.ts'
import { type Tail, tailOf, tailProbability } from './detectors/tail.ts'
import type { Engines } from './engines.ts'
import { rowMs, type Window } from './window.ts'

const DAY_MS = 86_400_000
/** The reference of a tail is taken anew when so much has been added to it: a day, or this many rows. */
const TAIL_ROWS = 100

/**
 * What one model says of the rows from `from` on. `tails[i]` is the probability of a score at least as high as `scores[i]` on data that the
 * model was not fitted on, 0 to 1. NaN where the row was not judged; `silent` says why where a whole fit refused.
 */
export type Track = {
  readonly model: ModelId
  readonly from: number
  readonly scores: Float64Array
  readonly tails: Float64Array
  readonly silent: readonly {
    readonly from: number
    readonly to: number
    /** `not-fitted`: its fit is not there yet; `no-answer`: a model outside gave none. */
    readonly why: Silence | 'not-fitted' | 'no-answer'
  }[]
}

export type TrackInput = {
  readonly window: Window
  /** The first row that is judged; those before it are the history. */
  readonly from: number
  readonly seed: number
  readonly engines: Engines
  /** Scores of these stretches are no reference for later ones. */
  readonly excluded?: readonly Stretch[]
}

/**
 * Walks over a window as the service does over time: fits on what is past, judges the rows that the fit serves, adds their scores to the
 * reference, and goes on. No row is judged by a model that saw it or anything later.
 */
export function trackOf(detector: Detector, { window, from, seed, engines, excluded }: TrackInput): Track {
  const rows = Math.max(0, window.length - from)
  const scores = new Float64Array(rows).fill(Number.NaN)
  const tails = new Float64Array(rows).fill(Number.NaN)
  const silent: { from: number; to: number; why: Silence }[] = []
  const reference = new Reference(window)
  const serves = Math.max(1, detector.serves(window.stepMs))
  for (let start = from; start < window.length; start += serves) {
    const end = Math.min(window.length, start + serves)
    const input: FitInput = { window, upTo: start, seed, engines }
    const outcome = detector.fit(input)
    if (!outcome.fitted) {
      silent.push({ from: start, to: end, why: outcome.why })
      continue
    }
    if (reference.empty) reference.add(detector.heldOut(input))
    const judged = detector.score(outcome.model, window, start, end)
    const tail = reference.tail()
    scores.set(judged, start - from)
    for (const [at, score] of judged.entries()) tails[start - from + at] = tailProbability(tail, score)
    reference.add(excluded === undefined ? judged : outside(judged, window, start, excluded))
  }
  return { model: detector.id, from, scores, tails, silent }
}

/** Scores of the rows from `from` on, but for those in the stretches. */
function outside(scores: Float64Array, window: Window, from: number, stretches: readonly Stretch[]): Float64Array {
  return scores.filter((_, at) => {
    const atMs = rowMs(window, from + at)
    return !stretches.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)
  })
}

/** Scores that were given out of sample so far, and the tail that they make. */
class Reference {
  readonly #scores: number[] = []
  readonly #window: Pick<Window, 'stepMs' | 'columns'>
  readonly #every: number
  #tail: Tail | undefined
  #at = 0

  constructor(window: Pick<Window, 'stepMs' | 'columns'>) {
    this.#window = window
    this.#every = Math.min(TAIL_ROWS, Math.ceil(DAY_MS / window.stepMs))
  }

  get empty(): boolean {
    return this.#scores.length === 0
  }

  add(scores: Float64Array): void {
    for (const score of scores) if (Number.isFinite(score)) this.#scores.push(score)
  }

  tail(): Tail {
    const { stepMs, columns } = this.#window
    if (this.#tail === undefined || this.#scores.length - this.#at >= this.#every) {
      this.#tail = tailOf(occasions(this.#scores, stepMs, columns.length))
      this.#at = this.#scores.length
    }
    return this.#tail
  }
}
