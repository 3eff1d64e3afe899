import type { Action, Attempt, Ceiling, Diagnosis, PlanOutcome, Policy, WorkloadFacts } from '../domain/index.ts'

export type PlanInput = {
  readonly diagnosis: Diagnosis
  /** What the policy asks for. */
  readonly action: Action
  readonly policy: Policy
  readonly ceiling: Ceiling
  readonly facts: WorkloadFacts
  /** The lane's attempts, oldest first. */
  readonly attempts: readonly Attempt[]
  readonly nowMs: number
}

/** What would help, by the action that the policy asks for, or the named reason why nothing does. */
export function planFor(_input: PlanInput): PlanOutcome {
  return { planned: false, reason: 'action-unfit', message: 'no action is known' }
}
