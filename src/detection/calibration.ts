import {
  type Confidence,
  isOutsideModel,
  measuredConfidence,
  SINGLE_MODEL_CEILING,
  type Vote,
} from '../domain/index.ts'
import { ALARM } from './alarms.ts'

/** `votes` and `margin` are the least that a row needs. Margin: powers of ten by which the rarest tail lies below the alarm rate. */
type Row = { readonly votes: number; readonly margin: number; readonly probability: number }

/**
 * Share of the alarms that met a labelled event: 238 alarms of the Isolation Forest alone on 39 labelled series of production metrics,
 * five families pooled, neighbouring classes merged where the share fell. A new kind of data may do worse: no family was left out.
 */
const TABLE: readonly Row[] = [
  { votes: 1, margin: 0, probability: 0.31 },
  { votes: 1, margin: 0.25, probability: 0.36 },
  { votes: 1, margin: 0.5, probability: 0.41 },
]

/**
 * Probability that an alarm of the models is real: never falls with more votes or a larger margin; capped where a single model is configured.
 * How often a model outside is right was never measured, so its vote adds nothing to those of our own; alone it counts as the least of them.
 */
export function modelConfidence(votes: readonly Vote[], configured: number): Confidence {
  const yes = votes.flatMap((vote) => ('anomaly' in vote && vote.anomaly ? [vote] : []))
  const margin = Math.max(0, ...yes.map((vote) => Math.log10(ALARM.rate / vote.tail)))
  const measured = yes.filter(({ model }) => !isOutsideModel(model)).length
  const counted = Math.max(measured, Math.min(1, yes.length))
  const reached = TABLE.filter((row) => row.votes <= counted && row.margin <= margin)
  const probability = Math.max(0, ...reached.map((row) => row.probability))
  return measuredConfidence(configured <= 1 ? Math.min(probability, SINGLE_MODEL_CEILING) : probability)
}
