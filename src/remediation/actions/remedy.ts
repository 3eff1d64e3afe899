import type {
  Action,
  Attempt,
  Ceiling,
  Conclusion,
  Diagnosis,
  Failure,
  Plan,
  PlanOutcome,
  Policy,
  Reason,
  WorkloadFacts,
} from '../../domain/index.ts'
import type { DeclaredContainer } from '../effective.ts'

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

/** One way to mend. It owns its guards, its sizes and its words. */
export type Remedy = {
  readonly id: string
  readonly action: Action
  /** The failures that it answers. */
  readonly answers: readonly Failure[]
  plan(input: PlanInput): PlanOutcome
}

export function refused(reason: Reason, message: string): PlanOutcome {
  return { planned: false, reason, message }
}

/** A plan for the diagnosed subject that is judged by the diagnosed signals. */
export function planned(
  input: PlanInput,
  rest: Pick<Plan, 'changes' | 'rationale' | 'title'> & { readonly restores?: string },
): PlanOutcome {
  const { subject, watch } = input.diagnosis
  return { planned: true, plan: { subject, action: input.action, watch, ...rest } }
}

/** The declared container that the failure is about, or the only one. */
export function containerOf(input: PlanInput): DeclaredContainer | undefined {
  const { containers = [] } = input.facts
  const { container } = input.diagnosis.subject
  if (container === undefined) return containers.length === 1 ? containers[0] : undefined
  return containers.find((one) => one.name === container)
}

/** The start of an episode moves with the range of the queries where that is shorter, so what was tried counts as long as retries do. */
const TRIED_MS = 7 * 24 * 3_600_000

/** Fixes of this failure since seven days before the episode that ended so. */
export function endedAs(
  { attempts, diagnosis }: PlanInput,
  verdicts: readonly Conclusion['verdict'][],
): readonly Attempt[] {
  return attempts.filter(
    ({ record, conclusion }) =>
      record.kind === 'fix' &&
      record.failure === diagnosis.failure &&
      record.decidedAtMs >= diagnosis.startMs - TRIED_MS &&
      conclusion !== undefined &&
      verdicts.includes(conclusion.verdict),
  )
}

export function smallest(...bounds: readonly (number | undefined)[]): number {
  return Math.min(...bounds.map((bound) => bound ?? Number.POSITIVE_INFINITY))
}
