import { confidenceIn, type Judged, votesIn } from '../../detection/index.ts'

/** What `detect` prints of one sample. Null is "cannot say": no sample, or too little to judge it by. */
export type Point = {
  /** As in the file: seconds since the epoch. */
  readonly t: number
  readonly v: number | null
  /** 1 anomaly, 0 not, by model. */
  readonly votes: Readonly<Record<string, 0 | 1 | null>>
  /** Probability of a score at least as high on data that the model was not fitted on, by model. */
  readonly p: Readonly<Record<string, number | null>>
  /** -log10 of the alarm rate above which the vote is carried: higher is stranger. */
  readonly score: number | null
  /** Calibrated probability that the alarm is real; null where there is none. */
  readonly confidence: number | null
  readonly anomaly: boolean
}

/** The sample at `atMs` that lies in a judged row. */
export function pointOf(judged: Judged, row: number, atMs: number, value: number): Point {
  const votes = votesIn(judged, row)
  const known = Number.isFinite(value)
  const tail = known ? (judged.joint[row] ?? Number.NaN) : Number.NaN
  const anomaly = known && judged.alarms[row] === 1
  return {
    t: atMs / 1000,
    v: known ? value : null,
    votes: Object.fromEntries(
      votes.map((vote) => [vote.model, known && 'anomaly' in vote ? (vote.anomaly ? 1 : 0) : null]),
    ),
    p: Object.fromEntries(votes.map((vote) => [vote.model, known && 'anomaly' in vote ? rounded(vote.tail) : null])),
    score: Number.isFinite(tail) ? rounded(Math.abs(Math.log10(tail))) : null,
    confidence: anomaly ? rounded(confidenceIn(judged, row)) : null,
    anomaly,
  }
}

/** Six significant digits: more than the estimate holds. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
