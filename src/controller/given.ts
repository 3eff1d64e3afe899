import { type Attempt, houseRulesFor } from '../domain/index.ts'
import type { Forge } from '../ports/index.ts'
import { forgeOf } from './binding.ts'
import { reviewersOf } from './code-owners.ts'
import { policyOf } from './gates.ts'
import type { LaneView, Tick } from './lane.ts'
import { trim } from './memory.ts'
import { armedKey } from './merging.ts'

/**
 * Labels and reviewers that a crash kept from a pull request. They are given in one request with the first check run, and nobody can take that
 * away: where it is missing on the commit that was opened with, none of them was given. What people have taken away since stays away. At most
 * once in a process.
 */
export async function giveMissing(tick: Tick, forge: Forge, { seen, owner, history }: LaneView): Promise<void> {
  const { pending } = seen
  if (pending?.state !== 'open' || tick.paused || !owner.found || forge.give === undefined) return
  const { attempt } = pending
  const key = armedKey(forge, attempt.pull.number)
  if (!isMissing(attempt, history.remembered?.view.self) || tick.memory.given.has(key)) return
  tick.memory.given.set(key, true)
  trim(tick.memory.given)
  const { repository, tree } = owner.owner
  const house = houseRulesFor(forgeOf(tick.deps, repository), repository.forge.repository)
  const ofPolicy = attempt.record.kind === 'fix' ? (policyOf(tick, attempt)?.pullRequest.labels ?? []) : []
  await forge.give(attempt.pull.number, {
    labels: [...new Set([...ofPolicy, ...house.labels])],
    reviewers: reviewersOf(tick.memory, tree, attempt.pull.files),
  })
}

/** Whether the head is still the one that it was opened with, and our check run is not on it. */
function isMissing({ pull }: Attempt, self: { readonly app?: number; readonly check?: string } | undefined): boolean {
  const { facts } = pull
  if (!pull.headIsOurs || facts?.pushedAtMs === undefined || facts.pushedAtMs > pull.createdAtMs) return false
  return self?.app !== undefined && !facts.checks.some(({ app, name }) => app === self.app && name === self.check)
}
