import { betaMean, type Confidence, measuredConfidence, type Outcomes, SINGLE_MODEL_CEILING } from '../domain/index.ts'
import { signalRules } from './signals/index.ts'

/**
 * So many outcomes of its own outweigh what was measured elsewhere. It is what the published priors of rules give to a fact that is inferred
 * (8:2), and what a model finds is not more than that.
 */
const PRIOR_OUTCOMES = 10

/**
 * The confidence of a finding of the models after what came of earlier ones under the same policy: the mean of Beta(10 p + verified,
 * 10 (1 - p) + refuted), where p is what was calibrated. Outcomes lift it to no more than one model may have alone, or to p where that is
 * higher.
 */
export function afterOutcomes(calibrated: Confidence, { verified, refuted }: Outcomes): Confidence {
  const mean = betaMean(PRIOR_OUTCOMES * calibrated + verified, PRIOR_OUTCOMES * (1 - calibrated) + refuted)
  return measuredConfidence(Math.min(mean, Math.max(calibrated, SINGLE_MODEL_CEILING)))
}

/** The confidence of a finding of a rule after what came of earlier ones under the same policy: its published prior, updated by them. */
export function ruleAfterOutcomes(id: string, { verified, refuted }: Outcomes): Confidence | undefined {
  const prior = signalRules.find((rule) => rule.id === id)?.prior
  return prior && betaMean(prior.real + verified, prior.unreal + refuted)
}
