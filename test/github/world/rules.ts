/** Rules as REST's `rules/branches/{branch}` writes them, since every other form follows from that one. */
export type Pattern = {
  readonly name?: string
  readonly negate?: boolean
  readonly operator: 'starts_with' | 'ends_with' | 'contains' | 'regex'
  readonly pattern: string
}

export type RequiredCheck = { readonly context: string; readonly integration_id?: number }

export type MergeMethod = 'merge' | 'squash' | 'rebase'

export type PullRequestRule = {
  readonly required_approving_review_count: number
  readonly dismiss_stale_reviews_on_push: boolean
  readonly require_code_owner_review: boolean
  readonly require_last_push_approval: boolean
  readonly required_review_thread_resolution: boolean
  readonly allowed_merge_methods?: readonly MergeMethod[]
}

export type MergeQueueRule = {
  readonly check_response_timeout_minutes: number
  readonly grouping_strategy: 'ALLGREEN' | 'HEADGREEN'
  readonly max_entries_to_build: number
  readonly max_entries_to_merge: number
  readonly merge_method: 'MERGE' | 'SQUASH' | 'REBASE'
  readonly min_entries_to_merge: number
  readonly min_entries_to_merge_wait_minutes: number
}

type Plain = 'creation' | 'deletion' | 'required_linear_history' | 'required_signatures' | 'non_fast_forward'
type Patterned =
  | 'commit_message_pattern'
  | 'commit_author_email_pattern'
  | 'committer_email_pattern'
  | 'branch_name_pattern'

export type Rule =
  | { readonly [T in Plain]: { readonly type: T } }[Plain]
  | { readonly type: 'update'; readonly parameters?: { readonly update_allows_fetch_and_merge: boolean } }
  | { readonly [T in Patterned]: { readonly type: T; readonly parameters: Pattern } }[Patterned]
  | {
      readonly type: 'file_path_restriction'
      readonly parameters: { readonly restricted_file_paths: readonly string[] }
    }
  | { readonly type: 'pull_request'; readonly parameters: PullRequestRule }
  | {
      readonly type: 'required_status_checks'
      readonly parameters: {
        readonly required_status_checks: readonly RequiredCheck[]
        readonly strict_required_status_checks_policy: boolean
        readonly do_not_enforce_on_create?: boolean
      }
    }
  | { readonly type: 'merge_queue'; readonly parameters: MergeQueueRule }

export type RuleOf<T extends Rule['type']> = Extract<Rule, { readonly type: T }>

export type BypassActor =
  | { readonly type: 'Integration'; readonly appId: number }
  | { readonly type: 'RepositoryRole'; readonly role: 'write' | 'maintain' | 'admin' }

/** A ruleset, or (`classic`) a branch protection, which neither `rules/branches` nor `Ref.rules` shows. */
export type Ruleset = {
  readonly id: number
  readonly name: string
  /** `main`, `kintsugi/**`, `~DEFAULT_BRANCH` or `~ALL`. */
  readonly pattern: string
  readonly classic: boolean
  readonly rules: readonly Rule[]
  readonly bypass: readonly BypassActor[]
}
