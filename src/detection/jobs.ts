import { type Evidence, laneOf, type SignalAnswer, type Subject, sampleAt, signalInfo } from '../domain/index.ts'

/** Those with the most pods are named. */
const MOST_NAMED = 2

/**
 * Jobs of the same namespace that were at work when an alarm began. They may be what moved the metrics: that is told, and nothing is
 * concluded from it. `answer` is that of `job-active`.
 */
export function jobsAtWork(answer: SignalAnswer, subject: Subject, beganMs: number): readonly Evidence[] {
  const others = answer.series.filter(
    (series) =>
      series.subject.namespace === subject.namespace &&
      series.subject.cluster === subject.cluster &&
      laneOf(series.subject) !== laneOf(subject),
  )
  const atWork = others.map((series) => ({ subject: series.subject, pods: sampleAt(series, beganMs) }))
  return atWork
    .filter(({ pods }) => pods > 0)
    .sort((a, b) => b.pods - a.pods || (laneOf(a.subject) < laneOf(b.subject) ? -1 : 1))
    .slice(0, MOST_NAMED)
    .map(({ subject: job, pods }) => ({
      signal: answer.signal,
      subject: job,
      atMs: beganMs,
      value: pods,
      says: `${signalInfo(answer.signal).says}, in the same namespace when it began`,
      asked: answer.asked,
    }))
}
