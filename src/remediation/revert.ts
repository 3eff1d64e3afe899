import type { Attempt, AttemptRecord, Reason, SignalAnswer, WorkloadFacts } from '../domain/index.ts'

export type RevertInput = {
  /** The fix that would be taken back. */
  readonly record: AttemptRecord
  /** Values that stood there before the fix, by field: what the revert restores. */
  readonly restores: readonly {
    readonly field: string
    readonly container?: string
    readonly value: string | undefined
  }[]
  /** The lane's attempts, oldest first. */
  readonly attempts: readonly Attempt[]
  readonly answers: readonly SignalAnswer[]
  readonly facts: WorkloadFacts
}

export type RevertAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: Reason; readonly message: string }

/** Whether a fix may be taken back: never to a memory limit under which the container was OOM-killed. */
export function revertAllowed(_input: RevertInput): RevertAnswer {
  return { allowed: true }
}
