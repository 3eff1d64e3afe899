import { millicoresQuantity, type PlanOutcome, type Quantity, toMillicores } from '../../domain/index.ts'
import { declaredOf } from '../effective.ts'
import { cpuWanted, FREE_CPU_MILLICORES, isSizable, stepBound } from '../sizing.ts'
import { containerOf, type PlanInput, type Remedy, refused, smallest } from './remedy.ts'
import { ownedByAutoscaler, raise } from './resources.ts'

/** Raises the CPU limit of a container that is throttled; its request where it equals the limit or lies below what is used. */
export const raiseCpu: Remedy = {
  id: 'raise-cpu',
  action: 'adjust-resources',
  answers: ['CPUThrottling'],
  plan(input) {
    const limit = limitNow(input)
    return (
      ownedByAutoscaler(input) ??
      (limit === undefined || !isSizable(toMillicores(limit))
        ? refused('no-evidence-for-sizing', 'the CPU limit of the container is not known')
        : raiseFrom(input, limit))
    )
  },
}

function limitNow(input: PlanInput): Quantity | undefined {
  const container = containerOf(input)
  const declared = container === undefined ? undefined : declaredOf(container, 'cpu').limit
  const cores = input.diagnosis.observed.cpuLimitCores
  if (cores === undefined) return declared
  const observed = Math.round(cores * 1000)
  return declared !== undefined && toMillicores(declared) === observed ? declared : millicoresQuantity(observed)
}

function raiseFrom(input: PlanInput, limit: Quantity): PlanOutcome {
  const { cpuPeakCores, cpuP90Cores } = input.diagnosis.observed
  const now = toMillicores(limit)
  const wanted = cpuWanted(now, cpuPeakCores === undefined ? undefined : Math.ceil(cpuPeakCores * 1000))
  const factor = Math.min(input.policy.limits.maxIncreaseFactor, input.ceiling.maxIncreaseFactor)
  const to = Math.min(wanted, Math.floor(stepBound(now, factor, FREE_CPU_MILLICORES)))
  if (to <= now) return refused('at-maximum', 'the policy does not let the CPU limit grow')
  const most = maximum(input)
  if (to > most)
    return refused(
      'at-maximum',
      `${millicoresQuantity(to).text} is above the maximum of ${millicoresQuantity(most).text}`,
    )
  const used = Math.min(to, Math.ceil((cpuP90Cores ?? 0) * 1000))
  return raise(input, {
    resource: 'cpu',
    from: limit,
    to: millicoresQuantity(to),
    by:
      to < wanted
        ? 'as far as one step may go'
        : 'so that its peak needs at most 0.6 of it, or twice where the peak was cut off',
    request: () => millicoresQuantity(used),
  })
}

function maximum({ policy, ceiling, facts }: PlanInput): number {
  const { cpuMax } = policy.limits
  return smallest(
    cpuMax === undefined ? undefined : toMillicores(cpuMax),
    ceiling.cpuMaxMillicores,
    facts.limitRange?.cpuMaxMillicores,
  )
}
