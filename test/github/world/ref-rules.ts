import type { Account } from './accounts.ts'
import { type AppliedRule, bindingRules } from './branch-rules.ts'
import { matchesGitPattern } from './codeowners.ts'
import { type Commit, isVerified } from './git/commits.ts'
import { isAncestor, log, touchedPaths } from './git/history.ts'
import { type RefChange, resolveRef } from './git/refs.ts'
import type { Repository } from './repositories.ts'
import type { Pattern, Rule } from './rules.ts'
import { checksMissing, pathRestricted, patternViolated, TEXTS } from './texts.ts'
import type { World } from './world.ts'

export type Violation = { readonly text: string; readonly classic: boolean }

/** A direct change of a branch, with what it brings. */
type Move = {
  readonly branch: string
  readonly change: RefChange
  readonly commits: readonly Commit[]
  readonly paths: readonly string[]
  readonly forced: boolean
}

/** What the rules of a branch have against this account changing it directly. */
export async function violations(world: World, repo: Repository, account: Account, change: RefChange) {
  const branch = change.ref.replace(/^refs\/heads\//, '')
  if (branch === change.ref) return []
  const rules = bindingRules(world, repo, branch, account)
  if (rules.length === 0) return []
  const move = await describeMove(repo, branch, change)
  return rules.flatMap((applied) => broken(world, applied, move))
}

async function describeMove(repo: Repository, branch: string, change: RefChange): Promise<Move> {
  const { before, after } = change
  if (after === undefined) return { branch, change, commits: [], paths: [], forced: false }
  const known = before ?? (await resolveRef(repo.gitDir, `refs/heads/${repo.defaultBranch}`))
  const commits = await log(repo.gitDir, { from: after, ...(known === undefined ? {} : { not: known }) })
  const paths = await touchedPaths(repo.gitDir, after, known === undefined ? [] : [known])
  const forced = before !== undefined && !(await isAncestor(repo.gitDir, before, after))
  return { branch, change, commits, paths, forced }
}

function broken(world: World, { rule, set }: AppliedRule, move: Move): Violation[] {
  const text = messageFor(world, rule, move)
  return text === undefined ? [] : [{ text, classic: set.classic }]
}

function messageFor(world: World, rule: Rule, move: Move): string | undefined {
  const { before, after } = move.change
  const moved = before !== undefined && after !== undefined
  switch (rule.type) {
    case 'creation':
      return before === undefined ? TEXTS.creation : undefined
    case 'update':
      return moved ? TEXTS.update : undefined
    case 'deletion':
      return after === undefined ? TEXTS.deletion : undefined
    case 'non_fast_forward':
      return move.forced ? TEXTS.forcePush : undefined
    case 'pull_request':
      return moved ? TEXTS.throughPull : undefined
    case 'merge_queue':
      return moved ? TEXTS.queue : undefined
    case 'required_status_checks':
      return moved && rule.parameters.required_status_checks.length > 0
        ? checksMissing(rule.parameters.required_status_checks.map((check) => check.context))
        : undefined
    default:
      return after === undefined ? undefined : aboutCommits(world, rule, move)
  }
}

type CommitRule = Exclude<
  Rule,
  {
    type:
      | 'creation'
      | 'update'
      | 'deletion'
      | 'non_fast_forward'
      | 'pull_request'
      | 'merge_queue'
      | 'required_status_checks'
  }
>

function aboutCommits(world: World, rule: CommitRule, move: Move): string | undefined {
  switch (rule.type) {
    case 'required_signatures':
      return move.commits.every((commit) => isVerified(world, commit)) ? undefined : TEXTS.signatures
    case 'required_linear_history':
      return move.commits.some((commit) => commit.parents.length > 1) ? TEXTS.linear : undefined
    case 'branch_name_pattern':
      return patternMessage('Branch name', rule.parameters, [move.branch])
    case 'commit_message_pattern':
      return patternMessage(
        'Commit message',
        rule.parameters,
        move.commits.map((commit) => commit.message.trimEnd()),
      )
    case 'commit_author_email_pattern':
      return patternMessage(
        'Commit author email',
        rule.parameters,
        move.commits.map((commit) => commit.author.email),
      )
    case 'committer_email_pattern':
      return patternMessage(
        'Committer email',
        rule.parameters,
        move.commits.map((commit) => commit.committer.email),
      )
    case 'file_path_restriction': {
      const restricted = rule.parameters.restricted_file_paths
      const path = move.paths.find((changed) => restricted.some((pattern) => matchesGitPattern(pattern, changed)))
      return path === undefined ? undefined : pathRestricted(path)
    }
    default:
      return rule satisfies never
  }
}

/** What a pattern rule says about texts; undefined where all obey. */
export function patternMessage(what: string, rule: Pattern, texts: readonly string[]): string | undefined {
  const obeys = texts.every((text) => matches(rule, text) !== (rule.negate ?? false))
  return obeys ? undefined : patternViolated(what, rule.pattern)
}

function matches(rule: Pattern, text: string): boolean {
  switch (rule.operator) {
    case 'starts_with':
      return text.startsWith(rule.pattern)
    case 'ends_with':
      return text.endsWith(rule.pattern)
    case 'contains':
      return text.includes(rule.pattern)
    case 'regex':
      return new RegExp(rule.pattern, 'm').test(text)
  }
}
