import { type Gate, stricterMode } from '../domain/index.ts'
import { judgeChecks, judgeHead } from './gates/checks.ts'
import { judgeConfidence, judgeData, judgeLimits, judgeSignals } from './gates/evidence.ts'
import type { GateInput, Judge } from './gates/input.ts'
import {
  judgeBinding,
  judgeCeiling,
  judgeEnvironment,
  judgeMode,
  judgePolicy,
  judgePreChecks,
} from './gates/permission.ts'
import { judgeAssumptions, judgeBase, judgeCompanions, judgeIsolation, judgeMatch, judgeProof } from './gates/proof.ts'
import { judgeConversations, judgeOwners, judgeReviews } from './gates/reviews.ts'
import { judgeDraft, judgeMergeable, judgeMethod, judgeQueue, judgeRuleset } from './gates/ruleset.ts'
import { judgeBudget, judgeFreeze, judgeHold, judgePause, judgeWindow } from './gates/timing.ts'
import { judgeAudit, judgeBreaker, judgeDrift, judgeLeader, judgeTrackRecord } from './gates/trust.ts'

export { foreignChecks, ownCheckAsked } from './gates/checks.ts'
export type { GateInput, OwnersView } from './gates/input.ts'
export { barringEnvironment } from './gates/permission.ts'
export { approversOf, ownedBy } from './gates/reviews.ts'
export { methodAllowed, queueProven } from './gates/ruleset.ts'

/** In the order in which they are shown. */
const JUDGES: readonly (readonly [name: string, judge: Judge])[] = [
  ['mode', judgeMode],
  ['ceiling', judgeCeiling],
  ['policy', judgePolicy],
  ['pre-checks', judgePreChecks],
  ['binding', judgeBinding],
  ['confidence', judgeConfidence],
  ['independent signals', judgeSignals],
  ['limits', judgeLimits],
  ['proof', judgeProof],
  ['isolation', judgeIsolation],
  ['companions', judgeCompanions],
  ['cluster versions', judgeAssumptions],
  ['render match', judgeMatch],
  ['base inputs', judgeBase],
  ['head', judgeHead],
  ['required checks', judgeChecks],
  ['reviews', judgeReviews],
  ['code owners', judgeOwners],
  ['conversations', judgeConversations],
  ['ruleset', judgeRuleset],
  ['merge method', judgeMethod],
  ['merge queue', judgeQueue],
  ['mergeable', judgeMergeable],
  ['draft', judgeDraft],
  ['window', judgeWindow],
  ['freeze', judgeFreeze],
  ['hold', judgeHold],
  ['pause', judgePause],
  ['budget', judgeBudget],
  ['complete data', judgeData],
  ['breaker', judgeBreaker],
  ['track record', judgeTrackRecord],
  ['merge drift', judgeDrift],
  ['promotion', judgeEnvironment],
  ['leader', judgeLeader],
  ['audit', judgeAudit],
]

/** Every gate of a merge by the bot, always all of them and in this order, each with the value that it was judged on. */
export function gates(input: GateInput): readonly Gate[] {
  const { policy, config } = input
  const mode = [policy.pullRequest.mode, config.ceiling.mode].reduce(stricterMode, input.mode)
  return JUDGES.map(([, judge]) => judge({ ...input, mode }))
}

/** All gates where one thing is missing that the others would be judged on: that one first, the others shut and not judged. */
export function unjudged(first: Gate): readonly Gate[] {
  const rest = JUDGES.map(([name]) => name).filter((name) => name !== first.name)
  const reason = first.reason ?? 'data-missing'
  return [first, ...rest.map((name): Gate => ({ name, pass: false, value: 'not judged', reason }))]
}

/** The bot may merge only when every gate passes. */
export function mayMerge(all: readonly Gate[]): boolean {
  return all.length > 0 && all.every((one) => one.pass)
}
