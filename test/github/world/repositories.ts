import type { Role } from './accounts.ts'
import type { CheckRun, CheckSuite, CommitStatus } from './checks.ts'
import type { Issue, Pull } from './issues.ts'
import type { Ruleset } from './rules.ts'

/** Named as REST names them. */
export type RepositorySettings = {
  has_issues: boolean
  allow_merge_commit: boolean
  allow_squash_merge: boolean
  allow_rebase_merge: boolean
  allow_auto_merge: boolean
  allow_update_branch: boolean
  delete_branch_on_merge: boolean
  squash_merge_commit_title: 'PR_TITLE' | 'COMMIT_OR_PR_TITLE'
  squash_merge_commit_message: 'PR_BODY' | 'COMMIT_MESSAGES' | 'BLANK'
  merge_commit_title: 'PR_TITLE' | 'MERGE_MESSAGE'
  merge_commit_message: 'PR_BODY' | 'PR_TITLE' | 'BLANK'
  web_commit_signoff_required: boolean
}

export type Label = { readonly id: number; name: string; color: string; description: string | undefined }

/** A pull request in the queue of its base branch. */
export type QueueEntry = {
  readonly id: number
  readonly pull: number
  readonly baseRef: string
  readonly enqueuedBy: string
  readonly enqueuedAt: number
  /** Once built: the branch and commit that the required checks must report on, and what it stands on. */
  group: { readonly ref: string; readonly head: string; readonly base: string } | undefined
}

export type Repository = {
  readonly id: number
  readonly owner: string
  readonly name: string
  /** The bare repository. */
  readonly gitDir: string
  private: boolean
  archived: boolean
  defaultBranch: string
  description: string | undefined
  readonly createdAt: number
  pushedAt: number
  readonly settings: RepositorySettings
  /** Roles given to people here; organisation admins are admins without it. */
  readonly roles: Map<string, Role>
  /** Roles of teams by slug. */
  readonly teamRoles: Map<string, Role>
  readonly threads: Map<number, Issue | Pull>
  nextNumber: number
  readonly labels: Map<string, Label>
  rulesets: Ruleset[]
  readonly suites: CheckSuite[]
  readonly checkRuns: CheckRun[]
  readonly statuses: CommitStatus[]
  queue: QueueEntry[]
}
