import { detectors, type Engines, type Judged, judged, learnedUnder } from '../../detection/index.ts'
import { digestOf } from '../../domain/index.ts'
import { Cost, type Summary } from './cost.ts'
import type { Samples } from './csv.ts'
import type { Gridded } from './grid.ts'
import type { Settings } from './settings.ts'

/** A series as it was judged. */
export type Verdict = {
  readonly samples: Samples
  readonly gridded: Gridded
  /** How many samples were only fitted on. */
  readonly fitted: number
  readonly result: Judged
  /** Present where the cost was asked for. */
  readonly summary?: Summary
}

/** Judges a series with every model; the first part of it is only fitted on. */
export function judgeSamples(
  samples: Samples,
  gridded: Gridded,
  engines: Engines,
  { fitFraction, voting, learning, summary }: Settings,
): Verdict {
  const fitted = Math.floor(samples.times.length * fitFraction)
  const from = gridded.rowOf[fitted] ?? gridded.window.length
  const cost = new Cost()
  const input = { window: gridded.window, from, seed: seedOf(gridded), engines, excluded: learning.excluded }
  const result = judged(
    learnedUnder(detectors, learning).map((detector) => cost.of(detector)),
    input,
    voting,
    learning.timeZone,
  )
  const costs = summary ? { summary: cost.summary(gridded.window.length - from) } : {}
  return { samples, gridded, fitted, result, ...costs }
}

/** The same samples, the same seed: whoever runs it again sees the same. */
function seedOf({ window }: Gridded): number {
  return Number.parseInt(digestOf({ startMs: window.startMs, stepMs: window.stepMs }).slice(0, 8), 16)
}
