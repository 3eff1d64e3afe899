import {
  type Confidence,
  isOutsideModel,
  measuredConfidence,
  SINGLE_MODEL_CEILING,
  type Vote,
} from '../domain/index.ts'
import { KEEP } from './alarms.ts'

/**
 * Log odds that an alarm met a labelled event, by bench/detection/calibrate.ts on the 271 alarms of the four models on 58 labelled series of
 * five families, each family counting alike. With one family left out at a time: ECE .07 (what chance alone shows, so few are they), Brier
 * .21 (of .25 by the base rate); of the 42 alarms at .8 or more, 95 % were real, which are too few to promise it.
 */
const WEIGHTS = { intercept: -1.026, margin: 0.392, votes: 0.518 } as const
/**
 * The same of a model that decides alone, by the 1,211 alarms that each of the four raises on those series alone: ECE .12, Brier .24. How much
 * such an alarm is worth differs more between families than between models.
 */
const ALONE = { intercept: -0.083, margin: 0.39 } as const
/** Powers of ten by which the joint tail lies below the alarm rate: what lies beyond was not seen. */
const MARGIN = { least: -3, most: 8 } as const

/**
 * Probability that an alarm of the models is real: never falls with more votes or a larger margin; capped where a single model decides.
 * How often a model outside is right was never measured, so its vote adds nothing to those of our own; alone it counts as one of them.
 */
export function modelConfidence(votes: readonly Vote[], joint: number, rate: number, configured: number): Confidence {
  const yes = votes.filter((vote) => 'anomaly' in vote && vote.anomaly)
  // A row that only keeps an alarm going has no votes; its tail still says something.
  if (yes.length === 0 && !(joint < KEEP.most)) return measuredConfidence(0)
  const own = yes.filter(({ model }) => !isOutsideModel(model)).length
  const margin = Number.isFinite(joint) ? Math.log10(rate / Math.max(joint, Number.MIN_VALUE)) : 0
  const held = Math.min(MARGIN.most, Math.max(MARGIN.least, margin))
  if (configured <= 1)
    return measuredConfidence(Math.min(SINGLE_MODEL_CEILING, logistic(ALONE.intercept + ALONE.margin * held)))
  return measuredConfidence(logistic(WEIGHTS.intercept + WEIGHTS.margin * held + WEIGHTS.votes * Math.max(own, 1)))
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds))
}
