import type { Account } from './accounts.ts'
import { atLeast, roleOf } from './permissions.ts'
import type { Repository } from './repositories.ts'
import type { Rule, RuleOf, Ruleset } from './rules.ts'
import type { World } from './world.ts'

export type AppliedRule<R extends Rule = Rule> = { readonly rule: R; readonly set: Ruleset }

/** Rules for a branch, in the order of their rulesets. */
export function rulesFor(repo: Repository, branch: string): AppliedRule[] {
  return repo.rulesets
    .filter((set) => matchesBranch(repo, set.pattern, branch))
    .flatMap((set) => set.rules.map((rule) => ({ rule, set })))
}

export function ruleOf<T extends Rule['type']>(rules: readonly AppliedRule[], type: T): AppliedRule<RuleOf<T>>[] {
  return rules.filter((applied): applied is AppliedRule<RuleOf<T>> => applied.rule.type === type)
}

/** Rules that this account can't go past. */
export function bindingRules(world: World, repo: Repository, branch: string, account: Account): AppliedRule[] {
  return rulesFor(repo, branch).filter(({ set }) => !bypasses(world, repo, set, account))
}

function bypasses(world: World, repo: Repository, set: Ruleset, account: Account): boolean {
  return set.bypass.some((actor) =>
    actor.type === 'Integration'
      ? actor.appId === account.appId
      : atLeast(roleOf(world, repo, account.login), actor.role),
  )
}

export function matchesBranch(repo: Repository, pattern: string, branch: string): boolean {
  if (pattern === '~ALL') return true
  if (pattern === '~DEFAULT_BRANCH') return branch === repo.defaultBranch
  return globMatches(pattern.replace(/^refs\/heads\//, ''), branch)
}

/** `*` stays within a segment, `**` does not, as Ruby's File.fnmatch with FNM_PATHNAME has it. */
export function globMatches(glob: string, text: string): boolean {
  const expression = glob
    .split(/(\*\*\/?|\*|\?)/)
    .map((part) => {
      if (part.startsWith('**')) return part.endsWith('/') ? '(?:[^/]+/)*' : '.*'
      if (part === '*') return '[^/]*'
      return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${expression}$`, 's').test(text)
}
