import type { BaseRules, CheckFact, Gate, Policy, RequiredCheck, Self } from '../../domain/index.ts'
import { factsOfHead, type GateInput, gate, withoutFacts, withoutRules } from './input.ts'

/** How long after a push a required check may stay silent (PROTOCOL 5). */
export const SILENT_MS = 30 * 60_000

export function judgeHead({ pull: { headIsOurs, unsettled } }: GateInput): Gate {
  if (headIsOurs && unsettled === true) return gate('head', false, 'to be recomputed', 'base-moved')
  return gate('head', headIsOurs, headIsOurs ? 'ours' : 'of another writer', 'head-not-ours')
}

/** Checks that the rules ask of others: the bot's own word is no second opinion. */
export function foreignChecks(rules: BaseRules, self: Self | undefined): readonly RequiredCheck[] {
  return rules.requiredChecks.filter((check) => !isOwn(check, self))
}

/** Whether the rules ask for the bot's own check: a merge queue needs it, and then everybody waits for it. */
export function ownCheckAsked(rules: BaseRules, self: Self | undefined): boolean {
  return rules.requiredChecks.some((check) => isOwn(check, self))
}

function isOwn({ name, app }: RequiredCheck, self: Self | undefined): boolean {
  if (self === undefined) return false
  return app === undefined ? name === self.check : app === self.app
}

export type CheckState = 'green' | 'waiting' | 'silent' | 'red'

/**
 * What the reports on this commit say of one required check. All of them have to be green: of two with one name the forge does not tell
 * which one it means. Where the rule names an integration, only what that one reported counts, and no commit status.
 */
export function stateOfCheck(
  required: RequiredCheck,
  reports: readonly CheckFact[],
  { sha, self, accept }: Judged,
): CheckState {
  const meant = reports.filter(
    (report) =>
      report.sha === sha &&
      report.name === required.name &&
      (required.app === undefined || report.app === required.app) &&
      (self?.app === undefined || report.app !== self.app),
  )
  if (meant.length === 0) return 'silent'
  if (meant.some(({ state }) => state === 'red')) return 'red'
  if (meant.some(({ state }) => state === 'queued' || state === 'running')) return 'waiting'
  return meant.every(({ state }) => state === 'green' || accept.some((one) => one === state)) ? 'green' : 'red'
}

type Judged = {
  readonly sha: string
  readonly self: Self | undefined
  readonly accept: Policy['pullRequest']['acceptConclusions']
}

/** Enough checks of other apps are required, and each of them is green on this commit. */
export function judgeChecks(input: GateInput): Gate {
  const { policy, rules, self, forge, pull } = input
  const name = 'required checks'
  const asked = policy.pullRequest.requiredChecks
  if (forge === 'local') return gate(name, asked === 0, asked === 0 ? 'none asked' : 'none here', 'no-required-check')
  if (!rules.known) return withoutRules(name, rules)
  // Without our own integration our check could pass for somebody else's.
  if (self?.app === undefined) return gate(name, false, 'own integration not known', 'forge-unread')
  const required = foreignChecks(rules, self)
  const least = Math.max(1, asked)
  if (required.length < least)
    return gate(name, false, `${required.length} required, ${least} asked`, 'no-required-check')
  const facts = factsOfHead(input)
  if (facts === undefined) return withoutFacts(name, forge)
  const accept = policy.pullRequest.acceptConclusions
  const states = required.map((check) => ({
    name: check.name,
    state: stateOfCheck(check, facts.checks, { sha: pull.headSha, self, accept }),
  }))
  const silentSince = facts.pushedAtMs ?? pull.createdAtMs
  return sayChecks(states, input.nowMs - silentSince >= SILENT_MS)
}

function sayChecks(states: readonly { readonly name: string; readonly state: CheckState }[], late: boolean): Gate {
  const name = 'required checks'
  const inState = (state: CheckState) => states.find((one) => one.state === state)?.name
  const red = inState('red')
  if (red !== undefined) return gate(name, false, `${red} is not green`, 'check-failed')
  const silent = inState('silent')
  if (silent !== undefined && late) return gate(name, false, `${silent} never reported`, 'check-never-reported')
  const waiting = silent ?? inState('waiting')
  if (waiting !== undefined) return gate(name, false, `${waiting} is awaited`, 'checks-pending')
  return gate(name, true, `${states.length} of ${states.length} green`, 'checks-pending')
}
