import type { BaseRules, Gate, Policy, PullFacts, Self } from '../domain/index.ts'
import { foreignChecks, mayMerge } from './gates.ts'

export type NativeInput = {
  readonly gates: readonly Gate[]
  readonly policy: Policy
  readonly rules: BaseRules
  readonly self?: Self
  readonly facts: PullFacts | undefined
  /** Whether the operator lets the forge merge by itself. */
  readonly allowed: boolean
  /** Whether there is any source of freezes: the forge would not see one. */
  readonly freezes: boolean
}

/**
 * Whether the forge may be asked to merge by itself: every gate holds but checks that run and that it waits for too. It takes neutral and
 * skipped for green, so the policy has to as well; and a check that has never reported on this commit might come after its merge.
 */
export function mayArm({ gates, policy, rules, self, facts, allowed, freezes }: NativeInput): boolean {
  if (!allowed || freezes || !rules.known || !rules.autoMerge || rules.mergeQueue || facts === undefined) return false
  const { window, acceptConclusions } = policy.pullRequest
  if (window !== undefined || !acceptConclusions.includes('neutral') || !acceptConclusions.includes('skipped'))
    return false
  if (facts.disarmedByPerson || facts.draft) return false
  const reported = foreignChecks(rules, self).every((required) =>
    facts.checks.some(
      ({ name, app, sha }) =>
        sha === facts.sha && name === required.name && (required.app === undefined || app === required.app),
    ),
  )
  const others = gates.filter((gate) => !leftToForge(gate))
  return reported && others.length < gates.length && mayMerge(others) && gates.some(({ pass }) => !pass)
}

/** What the forge itself waits for. */
function leftToForge({ pass, reason }: Gate): boolean {
  return !pass && (reason === 'checks-pending' || reason === 'forge-blocked')
}
