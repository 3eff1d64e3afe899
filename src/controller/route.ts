import type { Attempt, Gate } from '../domain/index.ts'
import { mayArm } from '../policy/index.ts'
import { forgeOf } from './binding.ts'
import { policyOf } from './gates.ts'
import type { LaneHistory } from './history.ts'
import type { Tick } from './lane.ts'

/** By which way an open pull request would be merged, as far as that can be told from its repository. */
export type Route = {
  /** Whether the forge may be asked to merge by itself now. */
  readonly native: boolean
  readonly queue: boolean
  /** Whether the rules ask for the newest base, which the head lacks, and this one is the next in line: only that is refreshed. */
  readonly refresh: boolean
}

export function routeOf(tick: Tick, attempt: Attempt, history: LaneHistory, gates: readonly Gate[]): Route {
  const { pull } = attempt
  const remembered = history.remembered
  const policy = policyOf(tick, attempt)
  if (remembered === undefined || policy === undefined) return { native: false, queue: false, refresh: false }
  const { view, repository } = remembered
  const { rules, self } = view
  const sameBase = view.base.branch === pull.base
  const native = mayArm({
    gates,
    policy,
    rules,
    ...(self && { self }),
    facts: pull.facts,
    allowed:
      sameBase &&
      attempt.record.mode === 'automerge' &&
      forgeOf(tick.deps, repository)?.github?.nativeAutoMerge === true,
    freezes: tick.deps.config.freezes.length > 0,
  })
  const first = Math.min(
    ...view.open.filter(({ base, headIsOurs }) => base === pull.base && headIsOurs).map((one) => one.number),
  )
  const refresh = pull.facts?.state === 'behind' && pull.facts.inMergeQueue === false && pull.number === first
  return { native, queue: sameBase && rules.mergeQueue, refresh }
}
