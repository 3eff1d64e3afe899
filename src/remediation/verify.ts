import type { AttemptRecord, Finding, SignalAnswer, Verdict } from '../domain/index.ts'

export type VerifyInput = {
  readonly record: AttemptRecord
  /** Answers that reach back to the sync at least. Series of other workloads may be among them. */
  readonly answers: readonly SignalAnswer[]
  /** What the rules found on this workload now. */
  readonly findings: readonly Finding[]
  /** When Argo CD had put a revision that contains the fix into the cluster. */
  readonly syncedAtMs: number
  /** The window was extended once already. */
  readonly extended: boolean
  readonly nowMs: number
}

/** What came of a merged fix (PROTOCOL 6). */
export function verify(input: VerifyInput): Verdict {
  return { verdict: 'waiting', untilMs: input.syncedAtMs + input.record.verify.windowMs }
}
