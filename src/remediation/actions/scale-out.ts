import { type PlanOutcome, workloadKey } from '../../domain/index.ts'
import { type PlanInput, planned, type Remedy, refused, smallest } from './remedy.ts'

/** More replicas are safe only where they are interchangeable. */
const INTERCHANGEABLE = ['Deployment', 'Rollout']

/** Adds half as many replicas again, one at least, to a workload that is short of CPU. */
export const scaleOut: Remedy = {
  id: 'scale-out',
  action: 'scale',
  answers: ['CPUThrottling'],
  plan(input) {
    const { autoscaler } = input.facts
    if (autoscaler !== undefined && autoscaler.kind !== 'VerticalPodAutoscaler')
      return refused('owned-by-autoscaler', `${autoscaler.kind} ${autoscaler.name} sets the replicas of this workload`)
    const { kind } = workloadKey(input.diagnosis.subject)
    if (!INTERCHANGEABLE.includes(kind)) return refused('action-unfit', `a ${kind} is not scaled by its replicas`)
    const replicas = input.diagnosis.observed.replicas
    if (replicas === undefined || replicas < 1)
      return refused('no-evidence-for-sizing', 'the number of replicas is not known')
    return scaleFrom(input, Math.round(replicas))
  },
}

function scaleFrom(input: PlanInput, replicas: number): PlanOutcome {
  const factor = Math.min(input.policy.limits.maxIncreaseFactor, input.ceiling.maxIncreaseFactor)
  const most = Math.floor(
    smallest(input.policy.limits.replicasMax, input.ceiling.replicasMax, Math.max(replicas + 1, replicas * factor)),
  )
  const to = Math.min(replicas + Math.ceil(replicas / 2), most)
  if (to <= replicas) return refused('at-maximum', `more than ${replicas} replicas are not allowed`)
  return planned(input, {
    changes: [{ field: 'replicas', value: String(to) }],
    title: `scale out ${replicas} -> ${to} replicas`,
    rationale: `Raise the replicas from ${replicas} to ${to}, half as many again within the limits.`,
  })
}
