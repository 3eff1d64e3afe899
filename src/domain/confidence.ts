declare const confidence: unique symbol
declare const voteShare: unique symbol

/** Probability, 0 to 1, that a finding is real. Made only by calibration: `betaMean` for rules, a reliability table for models. */
export type Confidence = number & { readonly [confidence]: true }

/** Share of the detectors present that voted "anomaly", 0 to 1. Not a probability. Made only by `voteShareOf`. */
export type VoteShare = number & { readonly [voteShare]: true }

/** Auto-merge never rests on models alone; a single configured model is capped here (DESIGN 5). */
export const SINGLE_MODEL_CEILING = 0.79

export function voteShareOf(yes: number, voters: number): VoteShare {
  if (!(voters > 0 && yes >= 0 && yes <= voters)) throw new RangeError(`${yes} of ${voters} votes`)
  return (yes / voters) as VoteShare // the one cast: this function is the door
}

/** Mean of Beta(real, unreal): the published prior of a rule, updated by verified and refuted outcomes. */
export function betaMean(real: number, unreal: number): Confidence {
  if (!(real >= 0 && unreal >= 0 && real + unreal > 0)) throw new RangeError(`Beta(${real}, ${unreal})`)
  return (real / (real + unreal)) as Confidence
}

/** What came of earlier findings. */
export type Outcomes = { readonly verified: number; readonly refuted: number }

/** A calibrated probability, and the outcomes that it was then adjusted by. */
export type Adjusted = Outcomes & { readonly calibrated: Confidence }

/** A probability that calibration has measured. Throws outside 0 to 1. */
export function measuredConfidence(probability: number): Confidence {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`${probability} is not a probability`)
  return probability as Confidence
}
