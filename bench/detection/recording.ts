import {
  type Detector,
  type Engines,
  type FitInput,
  type FitOutcome,
  NO_ENGINES,
  type Silence,
  type Track,
  trackOf,
  type Window,
} from '../../src/detection/index.ts'
import { busyMs } from './busy-time.ts'

/** What is recorded: a window, and its first row that is judged. */
export type Series = { readonly window: Window; readonly from: number }

/** All that a model said of one series, before anything was made of it, and how long that took. Plain data. */
export type Recording = {
  readonly serves: number
  /** By the row that was fitted up to. */
  readonly fits: ReadonlyMap<number, Silence | 'fitted'>
  readonly held: ReadonlyMap<number, Float64Array>
  /** By the first row that was judged. */
  readonly scores: ReadonlyMap<number, Float64Array>
  readonly fitMs: number
  readonly heldMs: number
  readonly scoreMs: number
  /** Rows that were scored. */
  readonly scored: number
}

/** Walks over a series with a model and keeps what it says. */
export function record(detector: Detector, series: Series, seed: number, engines: Engines): Recording {
  const fits = new Map<number, Silence | 'fitted'>()
  const held = new Map<number, Float64Array>()
  const scores = new Map<number, Float64Array>()
  const spent = { fitMs: 0, heldMs: 0, scoreMs: 0, scored: 0 }
  const timed = <T>(what: 'fitMs' | 'heldMs' | 'scoreMs', job: () => T): T => {
    const begun = busyMs()
    const result = job()
    spent[what] += busyMs() - begun
    return result
  }
  const watched: Detector = {
    id: detector.id,
    serves: detector.serves,
    fit: (input) => {
      const outcome = timed('fitMs', () => detector.fit(input))
      fits.set(input.upTo, outcome.fitted ? 'fitted' : outcome.why)
      return outcome
    },
    heldOut: (input) => {
      const given = timed('heldMs', () => detector.heldOut(input))
      held.set(input.upTo, given)
      return given
    },
    score: (model, window, from, to) => {
      const given = timed('scoreMs', () => detector.score(model, window, from, to))
      scores.set(from, given)
      spent.scored += to - from
      return given
    },
  }
  trackOf(watched, { window: series.window, from: series.from, seed, engines })
  return { serves: detector.serves(series.window.stepMs), fits, held, scores, ...spent }
}

/** The track that today's rules make of what was recorded: research on tails and votes need not fit anything again. Undefined where those rules ask for more. */
export function replay(detector: Detector, recording: Recording, series: Series): Track | undefined {
  let complete = true
  const missing = <T>(otherwise: T): T => {
    complete = false
    return otherwise
  }
  const played: Detector = {
    id: detector.id,
    serves: () => recording.serves,
    fit: ({ upTo }: FitInput): FitOutcome<unknown> => {
      const said = recording.fits.get(upTo) ?? missing('failed' as const)
      return said === 'fitted' ? { fitted: true, model: undefined } : { fitted: false, why: said }
    },
    heldOut: ({ upTo }) => recording.held.get(upTo) ?? missing(new Float64Array(upTo)),
    score: (_, __, from, to) => {
      const said = recording.scores.get(from)
      return said?.length === to - from ? said : missing(new Float64Array(to - from))
    },
  }
  const track = trackOf(played, { window: series.window, from: series.from, seed: 0, engines: NO_ENGINES })
  return complete ? track : undefined
}
