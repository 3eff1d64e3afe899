import type { Attempt, Gate, Pull } from '../domain/index.ts'
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
  /** Whether the rules ask for the newest base, which the head lacks, and it is this one's turn: only the next in line is refreshed. */
  readonly refresh: boolean
}

/** The way of an open attempt; `gates` are its own, judged now. */
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
  return { native, queue: sameBase && rules.mergeQueue, refresh: isNext(pull, view.open, gates, tick.sight.nowMs) }
}

/** How long a head that has the newest base keeps the others waiting: as long as a required check may stay silent. */
const TURN_MS = 30 * 60_000

/**
 * Whether a pull request is the next in line for the newest base: nothing but that holds it, and no other one has just got it and runs its
 * checks there. So each merge is followed by one refresh, whatever is open, and what waits for people keeps nobody from its turn.
 */
export function isNext(pull: Pull, open: readonly Pull[], gates: readonly Gate[], nowMs: number): boolean {
  if (pull.facts?.state !== 'behind' || pull.facts.inMergeQueue) return false
  if (gates.length === 0 || gates.some(({ pass, reason }) => !pass && reason !== 'base-moved')) return false
  return !open.some(({ number, base, headIsOurs, facts }) => {
    if (number === pull.number || base !== pull.base || !headIsOurs || facts === undefined) return false
    const waits = facts.state === 'behind' || facts.state === 'conflict'
    return !waits && (facts.pushedAtMs ?? 0) > nowMs - TURN_MS
  })
}

/**
 * Whether a proposal whose inputs moved lets another one go first: one that reads some of the same files, and was just computed on what they
 * are now. So a merge is followed by one refresh and not by one for each that reads them. What conflicts, what is unsettled and a revert wait for nobody.
 * @param asItIs whether the inputs of an attempt are what the base holds
 */
export function letsPass(
  { pull, record }: Attempt,
  others: readonly Attempt[],
  asItIs: (other: Attempt) => boolean,
  nowMs: number,
): boolean {
  if (record.kind === 'revert' || pull.unsettled === true || pull.facts?.mergeable === 'conflict') return false
  return others.some((other) => {
    const { number, state, base, headIsOurs, unsettled, facts } = other.pull
    if (number === pull.number || state !== 'open' || base !== pull.base || !headIsOurs || unsettled === true)
      return false
    const recent = (facts?.pushedAtMs ?? 0) > nowMs - TURN_MS && facts?.mergeable !== 'conflict'
    return (
      recent && Object.keys(other.record.inputs).some((path) => Object.hasOwn(record.inputs, path)) && asItIs(other)
    )
  })
}
