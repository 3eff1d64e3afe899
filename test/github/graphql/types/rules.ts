import { type AppliedRule, ruleOf, rulesFor } from '../../world/branch-rules.ts'
import type { Repository } from '../../world/repositories.ts'
import type { Pattern, Rule, Ruleset } from '../../world/rules.ts'
import { type Args, maybeTexts } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import type { RuleSource } from '../sources.ts'

/** Rulesets are shown to every reader; classic protection is not among them. */
const shown = (applied: readonly AppliedRule[]): AppliedRule[] => applied.filter(({ set }) => !set.classic)

export function branchRules(repo: Repository, branch: string, args: Args, name: string) {
  return connect(shown(rulesFor(repo, branch)), args, name, (applied) => ruleSource(repo, applied))
}

const ruleSource = (repo: Repository, applied: AppliedRule): RuleSource => ({ type: 'RepositoryRule', repo, applied })

export type RulesetSource = { readonly type: 'RepositoryRuleset'; readonly repo: Repository; readonly set: Ruleset }

export function rulesetsOf(repo: Repository, args: Args, name: string) {
  const targets = maybeTexts(args, 'targets') ?? ['BRANCH']
  const sets = targets.includes('BRANCH') ? repo.rulesets.filter((set) => !set.classic) : []
  return connect(sets, args, name, (set): RulesetSource => ({ type: 'RepositoryRuleset', repo, set }))
}

export const repositoryRule: Fields<RuleSource> = {
  id: field(({ repo, applied }) => nodeId('RepositoryRule', repo.id, applied.set.id, applied.rule.type)),
  type: field(({ applied }) => applied.rule.type.toUpperCase()),
  parameters: field(({ applied }) => parametersOf(applied.rule)),
  repositoryRuleset: field(
    ({ repo, applied }): RulesetSource => ({ type: 'RepositoryRuleset', repo, set: applied.set }),
  ),
}

export const repositoryRuleset: Fields<RulesetSource> = {
  id: field(({ repo, set }) => nodeId('RepositoryRuleset', repo.id, set.id)),
  databaseId: field(({ set }) => set.id),
  name: field(({ set }) => set.name),
  enforcement: field(() => 'ACTIVE'),
  target: field(() => 'BRANCH'),
  source: field(({ repo }) => ({ type: 'Repository', repo })),
  conditions: field(({ set }) => ({
    refName: { include: [includeOf(set.pattern)], exclude: [] },
    repositoryName: null,
  })),
  rules: fieldWith(['type', ...PAGING], ({ repo, set }, args, _, name) => {
    const type = args['type']
    const rules = set.rules.filter((rule) => typeof type !== 'string' || rule.type.toUpperCase() === type)
    return connect(rules, args, name, (rule) => ruleSource(repo, { rule, set }))
  }),
}

export function includeOf(pattern: string): string {
  return pattern.startsWith('~') || pattern.startsWith('refs/') ? pattern : `refs/heads/${pattern}`
}

const PATTERN_TYPES: Readonly<Record<string, string>> = {
  commit_message_pattern: 'CommitMessagePatternParameters',
  commit_author_email_pattern: 'CommitAuthorEmailPatternParameters',
  committer_email_pattern: 'CommitterEmailPatternParameters',
  branch_name_pattern: 'BranchNamePatternParameters',
}

/** Null for rules that have none. */
function parametersOf(rule: Rule): unknown {
  switch (rule.type) {
    case 'required_status_checks':
      return {
        type: 'RequiredStatusChecksParameters',
        strictRequiredStatusChecksPolicy: rule.parameters.strict_required_status_checks_policy,
        doNotEnforceOnCreate: rule.parameters.do_not_enforce_on_create ?? false,
        requiredStatusChecks: rule.parameters.required_status_checks.map((check) => ({
          context: check.context,
          integrationId: check.integration_id ?? null,
        })),
      }
    case 'pull_request':
      return {
        type: 'PullRequestParameters',
        allowedMergeMethods: rule.parameters.allowed_merge_methods ?? ['merge', 'squash', 'rebase'],
        dismissStaleReviewsOnPush: rule.parameters.dismiss_stale_reviews_on_push,
        requireCodeOwnerReview: rule.parameters.require_code_owner_review,
        requireLastPushApproval: rule.parameters.require_last_push_approval,
        requiredApprovingReviewCount: rule.parameters.required_approving_review_count,
        requiredReviewThreadResolution: rule.parameters.required_review_thread_resolution,
      }
    case 'merge_queue':
      return {
        type: 'MergeQueueParameters',
        checkResponseTimeoutMinutes: rule.parameters.check_response_timeout_minutes,
        groupingStrategy: rule.parameters.grouping_strategy,
        maxEntriesToBuild: rule.parameters.max_entries_to_build,
        maxEntriesToMerge: rule.parameters.max_entries_to_merge,
        mergeMethod: rule.parameters.merge_method,
        minEntriesToMerge: rule.parameters.min_entries_to_merge,
        minEntriesToMergeWaitMinutes: rule.parameters.min_entries_to_merge_wait_minutes,
      }
    case 'file_path_restriction':
      return { type: 'FilePathRestrictionParameters', restrictedFilePaths: rule.parameters.restricted_file_paths }
    case 'update':
      return {
        type: 'UpdateParameters',
        updateAllowsFetchAndMerge: rule.parameters?.update_allows_fetch_and_merge ?? false,
      }
    default:
      return 'parameters' in rule ? patternParameters(rule.type, rule.parameters) : null
  }
}

function patternParameters(type: string, pattern: Pattern): unknown {
  return {
    type: PATTERN_TYPES[type],
    name: pattern.name ?? null,
    operator: pattern.operator,
    pattern: pattern.pattern,
    negate: pattern.negate ?? false,
  }
}

/** What of a classic protection every writer may see; null where there is none. */
export function refUpdateRule(repo: Repository, branch: string): unknown {
  const classic = rulesFor(repo, branch).filter(({ set }) => set.classic)
  const set = classic[0]?.set
  if (!set) return null
  const pull = ruleOf(classic, 'pull_request')[0]?.rule.parameters
  const checks = ruleOf(classic, 'required_status_checks').flatMap(({ rule }) => rule.parameters.required_status_checks)
  return {
    pattern: set.pattern,
    allowsDeletions: ruleOf(classic, 'deletion').length === 0,
    allowsForcePushes: ruleOf(classic, 'non_fast_forward').length === 0,
    blocksCreations: ruleOf(classic, 'creation').length > 0,
    requiredApprovingReviewCount: pull?.required_approving_review_count ?? null,
    requiredStatusCheckContexts: checks.map((check) => check.context),
    requiresCodeOwnerReviews: pull?.require_code_owner_review ?? false,
    requiresConversationResolution: pull?.required_review_thread_resolution ?? false,
    requiresLinearHistory: ruleOf(classic, 'required_linear_history').length > 0,
    requiresSignatures: ruleOf(classic, 'required_signatures').length > 0,
    viewerAllowedToDismissReviews: false,
    viewerCanPush: !pull,
  }
}
