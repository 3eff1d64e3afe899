import type { BaseRules, Gate, MergeMethod, Self } from '../../domain/index.ts'
import { brokenNameRule } from '../names.ts'
import { ownCheckAsked } from './checks.ts'
import { factsOfHead, type GateInput, gate, unreadRules, withoutFacts, withoutRules } from './input.ts'

/** Rules that the bot cannot meet or does not know, patterns for names and messages, and signatures. */
export function judgeRuleset(input: GateInput): Gate {
  const { rules, self, pull } = input
  const name = 'ruleset'
  if (!rules.known) return withoutRules(name, rules)
  if (rules.others.length > 0) return gate(name, false, rules.others.map((rule) => `ruleset:${rule}`).join(', '), name)
  const broken = brokenNameRule(rules, pull, self)
  if (broken !== undefined) return gate(name, false, `ruleset:${broken.rule}`, name)
  if (rules.signatures && factsOfHead(input)?.verified !== true)
    return gate(name, false, 'not verified', 'commits-unsigned')
  return gate(name, true, 'met', name)
}

/** Whether the repository and its rules let a pull request be merged this way. A rebase leaves commits that nobody signed. */
export function methodAllowed({ mergeMethods, signatures }: BaseRules, method: MergeMethod): boolean {
  return mergeMethods.includes(method) && !(signatures && method === 'rebase')
}

export function judgeMethod({ method, rules }: GateInput): Gate {
  const pass = rules.known && methodAllowed(rules, method)
  return gate('merge method', pass, method, rules.known ? 'merge-method' : unreadRules(rules))
}

/** Whether what the queue builds is held until the bot has proven it too: only its own required check does that. */
export function queueProven(rules: BaseRules, self: Self | undefined): boolean {
  return ownCheckAsked(rules, self)
}

export function judgeQueue(input: GateInput): Gate {
  const { rules, self } = input
  const name = 'merge queue'
  if (factsOfHead(input)?.inMergeQueue === true) return gate(name, false, 'queued', 'in-merge-queue')
  if (!rules.mergeQueue) return gate(name, true, 'none', 'merge-queue-unproven')
  if (wasPutOut(input)) return gate(name, false, 'put out by the queue', 'queue-removed')
  const proven = queueProven(rules, self)
  return gate(name, proven, proven ? 'asks for our check' : 'does not ask for our check', 'merge-queue-unproven')
}

/** Whether the queue put out the very commit that would be put in again: what failed there fails once more. */
function wasPutOut(input: GateInput): boolean {
  const facts = factsOfHead(input)
  return facts?.leftQueueAtMs !== undefined && facts.leftQueueAtMs >= (facts.pushedAtMs ?? 0)
}

/** What the forge says of the merge itself. It may be held by nothing but our own check, which is written right before a merge. */
export function judgeMergeable(input: GateInput): Gate {
  const { rules, self, forge, pull } = input
  const name = 'mergeable'
  const facts = factsOfHead(input)
  if (facts === undefined) return withoutFacts(name, forge)
  const { mergeable, state } = facts
  if (mergeable === 'conflict' || state === 'conflict') return gate(name, false, 'conflict', 'conflict')
  if (mergeable === 'unknown' || state === 'unknown') return gate(name, false, 'not told yet', 'mergeability-pending')
  if (state === 'behind') return gate(name, false, 'behind the base', 'base-moved')
  if (state !== 'blocked') return gate(name, true, state, 'forge-blocked')
  const own = facts.checks.some(
    ({ sha, app, state: end }) => sha === pull.headSha && app !== undefined && app === self?.app && end === 'green',
  )
  const waitsForUs = ownCheckAsked(rules, self) && !own
  return gate(name, waitsForUs, waitsForUs ? 'waits for our check' : 'blocked', 'forge-blocked')
}

export function judgeDraft(input: GateInput): Gate {
  const facts = factsOfHead(input)
  if (facts === undefined) return withoutFacts('draft', input.forge)
  return gate('draft', !facts.draft, facts.draft ? 'yes' : 'no', 'draft')
}
