import type { BaseRules, Mode, Reason, Self } from '../domain/index.ts'
import { foreignChecks, methodAllowed, queueProven } from './gates.ts'

/** Whether a mode can ever come to a merge in a repository, as its rules are. */
export type PossibleMode =
  | { readonly mode: Mode; readonly possible: true }
  | { readonly mode: Mode; readonly possible: false; readonly because: Reason; readonly says: string }

/**
 * What a repository lets the bot do at most, mode by mode: an app can open, and merge what others have checked and approved; it can neither
 * own nor approve. For the offer of settings.
 */
export function possibleModes(rules: BaseRules, self: Self | undefined): readonly PossibleMode[] {
  const merge = againstMerging(rules, self)
  const alone = merge ?? againstMergingAlone(rules)
  return [
    { mode: 'comment', possible: true },
    { mode: 'propose', possible: true },
    said('merge-on-approval', merge),
    said('automerge', alone),
  ]
}

type Against = { readonly because: Reason; readonly says: string }

function said(mode: Mode, against: Against | undefined): PossibleMode {
  return against === undefined ? { mode, possible: true } : { mode, possible: false, ...against }
}

function againstMerging(rules: BaseRules, self: Self | undefined): Against | undefined {
  if (rules.unread === 'classic-protection')
    return {
      because: rules.unread,
      says: 'the base branch has a classic protection rule, which GitHub shows to administrators alone; a ruleset can be read',
    }
  if (!rules.known) return { because: 'forge-unread', says: 'the rules of the base branch cannot be read' }
  const [other] = rules.others
  if (other !== undefined) return { because: 'ruleset', says: `ruleset:${other}` }
  if (!rules.mergeMethods.some((method) => methodAllowed(rules, method)))
    return { because: 'merge-method', says: 'no merge method is allowed that leaves what the rules ask for' }
  if (foreignChecks(rules, self).length === 0)
    return { because: 'no-required-check', says: 'no check of another app is required on the base branch' }
  if (rules.mergeQueue && !queueProven(rules, self))
    return { because: 'merge-queue-unproven', says: 'the merge queue does not ask for the check of the bot' }
  return undefined
}

function againstMergingAlone(rules: BaseRules): Against | undefined {
  if (rules.codeOwners)
    return { because: 'awaiting-owner', says: 'code owners have to approve, and an app owns nothing' }
  if (rules.approvals === 0) return undefined
  const approvals = rules.approvals === 1 ? 'an approval is' : `${rules.approvals} approvals are`
  return { because: 'awaiting-approval', says: `${approvals} required, and an app cannot approve` }
}
