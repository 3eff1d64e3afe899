import { type Finding, type Lane, laneOf, type Subject } from '../domain/index.ts'
import { commonCauses } from './common-cause.ts'
import { decidingPolicy } from './deciding-policy.ts'
import type { ControllerDeps } from './deps.ts'
import { type Memories, remember } from './history.ts'
import type { Tick } from './lane.ts'
import type { Memory } from './memory.ts'
import type { Sight } from './observe.ts'
import { repositoriesWithoutSettings } from './onboarding.ts'
import { adjusted } from './outcomes.ts'
import { Trees } from './owner.ts'
import { readPolicies } from './policies.ts'
import { noteArmed } from './stand-down.ts'

/** One look at what is remembered and allowed, for what was seen. */
export type Look = Memories & { readonly tick: Tick; readonly problems: readonly string[] }

/** Findings of rules come with the confidence that earlier ones have left them; those of the models have theirs already. */
export async function look(deps: ControllerDeps, memory: Memory, seen: Sight): Promise<Look> {
  const trees = new Trees(deps)
  const memories = await remember(deps, lanesIn(seen.findings))
  noteArmed(memory, memories.remembered)
  await deps.audit?.look(memories.remembered)
  const unreachable = new Set(memories.unreachable.map(({ repository }) => repository))
  const { policies, problems, unread } = await readPolicies(deps, memory, trees, unreachable)
  const sight = await withOutcomes(seen, { deps, policies, applications: seen.applications }, memories)
  const common = commonCauses(sight.findings, sight.watched.size)
  const tick: Tick = {
    ...{ deps, memory, sight, trees, policies, unreadPolicies: unread, common, unreachable },
    paused: await deps.paused(),
    frozen: await deps.frozen(),
    epoch: await deps.epoch?.(),
    withoutSettings: await repositoriesWithoutSettings(deps, trees, memories.remembered),
    otherRules: new Map(),
  }
  return { tick, ...memories, problems }
}

async function withOutcomes(
  sight: Sight,
  input: Parameters<typeof decidingPolicy>[0],
  { remembered }: Memories,
): Promise<Sight> {
  const clusters = input.deps.config.clusters.map(({ name }) => name)
  const ofRules = sight.findings.filter(({ by }) => 'rule' in by)
  const others = sight.findings.filter(({ by }) => !('rule' in by))
  const found = await adjusted(ofRules, decidingPolicy(input), remembered, clusters, sight.nowMs)
  return { ...sight, findings: [...found, ...others] }
}

export function subjectsIn(findings: readonly Finding[]): readonly Subject[] {
  return findings.map((finding) => finding.subject)
}

export function lanesIn(findings: readonly Finding[]): readonly Lane[] {
  return [...new Set(subjectsIn(findings).map(laneOf))].sort()
}
