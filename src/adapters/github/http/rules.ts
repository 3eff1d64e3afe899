import {
  type BaseRules,
  MERGE_METHODS,
  type MergeMethod,
  type NameRule,
  NO_RULES,
  type RequiredCheck,
} from '../../../domain/index.ts'
import type { Node } from './json.ts'

/** Rules of types that never stand in the way of a merge by pull request. */
const HARMLESS: ReadonlySet<string> = new Set([
  'CREATION',
  'DELETION',
  'NON_FAST_FORWARD',
  'TAG',
  'TAG_NAME_PATTERN',
  'MAX_REF_UPDATES',
  'MERGE_QUEUE_LOCKED_REF',
])

const NAMED: ReadonlyMap<string, NameRule['of']> = new Map([
  ['BRANCH_NAME_PATTERN', 'branch'],
  ['COMMIT_MESSAGE_PATTERN', 'message'],
  ['COMMIT_AUTHOR_EMAIL_PATTERN', 'author-email'],
  ['COMMITTER_EMAIL_PATTERN', 'committer-email'],
])

const OPERATORS: ReadonlyMap<string, NameRule['operator']> = new Map([
  ['starts_with', 'starts-with'],
  ['ends_with', 'ends-with'],
  ['contains', 'contains'],
  ['regex', 'regex'],
])

type Draft = { -readonly [Key in keyof BaseRules]: BaseRules[Key] }

/**
 * What GitHub asks of a merge into the base: rulesets, and classic branch protection. Classic protection is shown in full to administrators alone;
 * where there is one that we do not see, `known` is false. `ours` is the name of a branch of ours, for the rules of names.
 */
export function baseRules(repository: Node, base: Node | undefined, ours: string, defaultBranch: string): BaseRules {
  if (base === undefined) return { ...NO_RULES, known: false, mergeMethods: allowed(repository), autoMerge: false }
  const rules: Draft = {
    ...NO_RULES,
    mergeMethods: allowed(repository),
    autoMerge: repository.flag('autoMergeAllowed'),
    mergeQueue: repository.has('mergeQueue'),
  }
  const listed = base.nodeOr('rules')
  if (!isWhole(listed)) rules.known = false
  for (const rule of listed?.listOr('nodes') ?? []) take(rules, rule)
  classic(rules, base)
  names(rules, repository, `refs/heads/${ours}`, `refs/heads/${defaultBranch}`)
  return rules
}

/** Whether all of a list is shown: one that is missing may hold anything. */
function isWhole(list: Node | undefined): boolean {
  return list !== undefined && list.nodeOr('pageInfo')?.flag('hasNextPage') !== true
}

function allowed(repository: Node): readonly MergeMethod[] {
  const flags = { squash: 'squashMergeAllowed', merge: 'mergeCommitAllowed', rebase: 'rebaseMergeAllowed' } as const
  return MERGE_METHODS.filter((method) => repository.flag(flags[method]))
}

function take(rules: Draft, rule: Node): void {
  const type = rule.text('type')
  const set = rule.nodeOr('parameters')
  if (HARMLESS.has(type) || NAMED.has(type)) {
    if (type !== 'BRANCH_NAME_PATTERN' && NAMED.has(type)) name(rules, rule)
    return
  }
  if (type === 'REQUIRED_SIGNATURES') rules.signatures = true
  else if (type === 'REQUIRED_LINEAR_HISTORY')
    rules.mergeMethods = rules.mergeMethods.filter((method) => method !== 'merge')
  else if (type === 'MERGE_QUEUE') rules.mergeQueue = true
  else if (type === 'REQUIRED_REVIEW_THREAD_RESOLUTION') rules.conversationsResolved = true
  else if (type === 'REQUIRED_STATUS_CHECKS' && set !== undefined) checks(rules, set)
  else if (type === 'PULL_REQUEST' && set !== undefined) reviews(rules, set)
  else rules.others = [...rules.others, label(rule)]
}

function label(rule: Node): string {
  const ruleset = rule.nodeOr('repositoryRuleset')?.textOr('name')
  const type = rule.text('type').toLowerCase()
  return ruleset === undefined ? type : `${ruleset}: ${type}`
}

function checks(rules: Draft, set: Node): void {
  if (set.flag('strictRequiredStatusChecksPolicy')) rules.upToDate = true
  for (const one of set.listOr('requiredStatusChecks'))
    require(rules, one.text('context'), one.numberOr('integrationId'))
}

function require(rules: Draft, context: string, app: number | undefined): void {
  const asked: RequiredCheck = app === undefined ? { name: context } : { name: context, app }
  if (!rules.requiredChecks.some((one) => one.name === asked.name && one.app === asked.app))
    rules.requiredChecks = [...rules.requiredChecks, asked]
}

function reviews(rules: Draft, set: Node): void {
  rules.approvals = Math.max(rules.approvals, set.numberOr('requiredApprovingReviewCount') ?? 0)
  if (set.flag('requireCodeOwnerReview')) rules.codeOwners = true
  if (set.flag('requireLastPushApproval')) rules.lastPushApproval = true
  if (set.flag('requiredReviewThreadResolution')) rules.conversationsResolved = true
  const methods = set.texts('allowedMergeMethods').map((one) => one.toLowerCase())
  if (methods.length > 0) rules.mergeMethods = rules.mergeMethods.filter((method) => methods.includes(method))
}

function classic(rules: Draft, base: Node): void {
  const full = base.nodeOr('branchProtectionRule')
  if (full === undefined) {
    const part = base.nodeOr('refUpdateRule')
    if (part === undefined) return
    // Something protects the branch. Where rulesets say nothing, it is a classic rule of which only this much is shown.
    if ((base.nodeOr('rules')?.listOr('nodes') ?? []).length === 0) {
      rules.known = false
      rules.unread = 'classic-protection'
    }
    for (const context of part.texts('requiredStatusCheckContexts'))
      if (!rules.requiredChecks.some((one) => one.name === context)) require(rules, context, undefined)
    protect(rules, part, part.flag('requiresSignatures'))
    return
  }
  if (full.flag('requiresStatusChecks')) {
    if (full.flag('requiresStrictStatusChecks')) rules.upToDate = true
    for (const one of full.listOr('requiredStatusChecks'))
      require(rules, one.text('context'), one.nodeOr('app')?.numberOr('databaseId'))
  }
  if (full.flag('requireLastPushApproval')) rules.lastPushApproval = true
  for (const other of ['requiresDeployments', 'lockBranch', 'restrictsPushes'])
    if (full.flag(other)) rules.others = [...rules.others, `branch protection: ${other}`]
  protect(rules, full, full.flag('requiresCommitSignatures'))
}

function protect(rules: Draft, rule: Node, signatures: boolean): void {
  rules.approvals = Math.max(rules.approvals, rule.numberOr('requiredApprovingReviewCount') ?? 0)
  if (rule.flag('requiresCodeOwnerReviews')) rules.codeOwners = true
  if (rule.flag('requiresConversationResolution')) rules.conversationsResolved = true
  if (signatures) rules.signatures = true
  if (rule.flag('requiresLinearHistory')) rules.mergeMethods = rules.mergeMethods.filter((method) => method !== 'merge')
}

/** Rules of names apply to branches that are not there yet, so they are read from the rulesets, whose conditions we hold against the name. */
function names(rules: Draft, repository: Node, ref: string, defaultRef: string): void {
  const sets = repository.nodeOr('rulesets')
  if (!isWhole(sets)) rules.known = false
  for (const set of sets?.listOr('nodes') ?? []) {
    if (set.text('enforcement') !== 'ACTIVE' || !covers(set.nodeOr('conditions')?.nodeOr('refName'), ref, defaultRef))
      continue
    const listed = set.nodeOr('rules')
    if (!isWhole(listed)) rules.known = false
    for (const rule of listed?.listOr('nodes') ?? []) if (NAMED.has(rule.text('type'))) name(rules, rule)
  }
}

function name(rules: Draft, rule: Node): void {
  const set = rule.nodeOr('parameters')
  const of = NAMED.get(rule.text('type'))
  const operator = OPERATORS.get(set?.textOr('operator') ?? '')
  if (of === undefined) return
  if (set === undefined || operator === undefined) {
    rules.others = [...rules.others, label(rule)]
    return
  }
  const made: NameRule = {
    rule: set.textOr('name') || (rule.nodeOr('repositoryRuleset')?.textOr('name') ?? rule.text('type').toLowerCase()),
    of,
    operator,
    pattern: set.text('pattern'),
    negate: set.flag('negate'),
  }
  const same = (one: NameRule): boolean => JSON.stringify(one) === JSON.stringify(made)
  if (!rules.names.some(same)) rules.names = [...rules.names, made]
}

function covers(condition: Node | undefined, ref: string, defaultRef: string): boolean {
  if (condition === undefined) return true
  const hit = (pattern: string): boolean =>
    pattern === '~ALL' || (pattern === '~DEFAULT_BRANCH' ? ref === defaultRef : matches(pattern, ref))
  return condition.texts('include').some(hit) && !condition.texts('exclude').some(hit)
}

/** GitHub's patterns are those of Ruby's fnmatch with FNM_PATHNAME: `*` stays within a part, `**` followed by a slash takes any parts. Linear in both. */
export function matches(pattern: string, ref: string): boolean {
  return parts(pattern.split('/'), ref.split('/'))
}

function parts(pattern: readonly string[], ref: readonly string[]): boolean {
  // Which prefixes of the ref the pattern so far can take.
  let reach = new Set([0])
  for (const [at, part] of pattern.entries()) {
    const next = new Set<number>()
    for (const from of reach) {
      if (part === '**' && at < pattern.length - 1) for (let to = from; to <= ref.length; to += 1) next.add(to)
      else if (from < ref.length && within(part, ref[from] ?? '')) next.add(from + 1)
    }
    reach = next
  }
  return reach.has(ref.length)
}

function within(pattern: string, text: string): boolean {
  let reach = new Set([0])
  for (const sign of pattern.slice(0, 1000)) {
    const next = new Set<number>()
    for (const from of reach) {
      if (sign === '*') for (let to = from; to <= text.length; to += 1) next.add(to)
      else if (from < text.length && (sign === '?' || sign === text[from])) next.add(from + 1)
    }
    reach = next
  }
  return reach.has(text.length)
}
