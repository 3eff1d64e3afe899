import { bytesQuantity, type PlanOutcome, parseQuantity, type Quantity, toBytes } from '../../domain/index.ts'
import { declaredOf } from '../effective.ts'
import { FREE_MEMORY_BYTES, isSizable, memoryWanted, scaleDown, stepBound } from '../sizing.ts'
import { containerOf, endedAs, type PlanInput, type Remedy, refused, smallest } from './remedy.ts'
import { ownedByAutoscaler, raise } from './resources.ts'

const MI = 1024 ** 2

/** Raises the memory limit of a container that was OOM-killed, and its request with it. */
export const raiseMemory: Remedy = {
  id: 'raise-memory',
  action: 'adjust-resources',
  answers: ['OOMKilled'],
  plan(input) {
    const limit = limitNow(input)
    return (
      ownedByAutoscaler(input) ??
      (limit === undefined || !isSizable(toBytes(limit))
        ? refused('no-evidence-for-sizing', 'the memory limit of the container is not known')
        : raiseFrom(input, limit))
    )
  },
}

/** The limit that runs: the next step starts from what is deployed, not from what an earlier plan hoped. */
function limitNow(input: PlanInput): Quantity | undefined {
  const container = containerOf(input)
  const declared = container === undefined ? undefined : declaredOf(container, 'memory').limit
  const observed = input.diagnosis.observed.memoryLimitBytes
  if (observed === undefined) return declared
  // The author's notation is kept where it says the same.
  return declared !== undefined && toBytes(declared) === Math.round(observed)
    ? declared
    : bytesQuantity(Math.round(observed))
}

function raiseFrom(input: PlanInput, limit: Quantity): PlanOutcome {
  const { observed } = input.diagnosis
  const now = toBytes(limit)
  const killedAt = Math.max(now, observed.oomLimitBytes ?? 0, ...triedLimits(input))
  const wanted = memoryWanted(killedAt, observed.memoryPeakBytes)
  const factor = Math.min(input.policy.limits.maxIncreaseFactor, input.ceiling.maxIncreaseFactor)
  const reachable = scaleDown(stepBound(now, factor, FREE_MEMORY_BYTES)) ?? now
  const to = Math.min(wanted.bytes, reachable)
  if (to <= killedAt) return refused('at-maximum', `the next step may not pass ${bytesQuantity(reachable).text}`)
  const most = maximum(input)
  if (to > most)
    return refused('at-maximum', `${bytesQuantity(to).text} is above the maximum of ${bytesQuantity(most).text}`)
  return raise(input, {
    resource: 'memory',
    from: limit,
    to: bytesQuantity(to),
    by: to < wanted.bytes ? 'as far as one step may go' : sizedBy(wanted.by),
    request: (declared) => bytesQuantity(Math.min(to, Math.ceil((toBytes(declared) * (to / now)) / MI) * MI)),
  })
}

function sizedBy(by: 'peak' | 'step'): string {
  return by === 'peak' ? '15 % above the highest working set that was seen' : 'at least twice what it was killed under'
}

/** Limits that late fixes set and under which the kills went on. */
function triedLimits(input: PlanInput): readonly number[] {
  const values = endedAs(input, ['insufficient']).flatMap(({ record }) =>
    record.changes.filter(({ field }) => field === 'resources.limits.memory').map(({ value }) => parseQuantity(value)),
  )
  return values.flatMap((value) => (value === undefined ? [] : [toBytes(value)]))
}

function maximum({ policy, ceiling, facts }: PlanInput): number {
  const { memoryMax } = policy.limits
  return smallest(
    memoryMax === undefined ? undefined : toBytes(memoryMax),
    ceiling.memoryMaxBytes,
    facts.limitRange?.memoryMaxBytes,
  )
}
