import type { ApiIssue } from '../../src/adapters/github/api.ts'
import type { Account, MergeMethod, NameRule, RequiredCheck, Role } from '../../src/domain/index.ts'

/** Who calls. An app's login is without `[bot]`. */
export type Actor = Account & { readonly appId?: number }

export type CommentState = {
  readonly id: string
  readonly author: Account
  readonly editor?: Account
  readonly createdAtMs: number
  readonly editedAtMs?: number
  readonly body: string
  readonly reactions: readonly { readonly by: string; readonly content: string }[]
}

export type ReviewState = {
  readonly by: Account
  readonly state: 'approved' | 'changes-requested' | 'dismissed'
  readonly sha: string
  readonly atMs: number
}

/** What pull requests and issues share: they have one row of numbers. */
export type ThreadState = {
  readonly number: number
  readonly author: Account
  readonly title: string
  readonly body: string
  readonly bodyEditor?: Account
  readonly editedAtMs?: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly labels: readonly string[]
  readonly comments: readonly CommentState[]
}

export type PullState = ThreadState & {
  readonly state: 'open' | 'merged' | 'closed'
  readonly endedBy?: Account
  readonly endedAtMs?: number
  readonly branch: string
  readonly base: string
  readonly headOid: string
  /** Head of the base when it ended: its files and commits stay those of that moment. */
  readonly baseAtEnd?: string
  readonly crossRepository: boolean
  readonly draft: boolean
  readonly mergeCommit?: string
  readonly lastPusher: Account
  readonly pushedAtMs: number
  readonly requested: readonly string[]
  readonly reviews: readonly ReviewState[]
  readonly unresolved: number
  readonly autoMerge?: { readonly by: Account; readonly method: MergeMethod }
  readonly disarmedBy?: Account
  /** Who took it out of the merge queue last, where nobody has put it in since. */
  readonly leftQueue?: { readonly by: Account; readonly atMs: number }
  readonly queued?: { readonly group: string; readonly onto: string; readonly by: Account }
}

export type IssueState = ThreadState & {
  readonly state: 'open' | 'closed'
  readonly closedBy?: Account
  readonly closedAs?: ApiIssue['closedAs']
}

export type CheckState = {
  readonly id: string
  readonly name: string
  readonly sha: string
  /** Absent for a commit status. */
  readonly app?: number
  /** Integration that a commit status came from, where it was one. */
  readonly reporter: Actor
  readonly status: 'queued' | 'in_progress' | 'completed'
  readonly conclusion?: string
  readonly completedAtMs?: number
  readonly title: string
  readonly summary: string
  readonly text?: string
  readonly externalId?: string
}

export type Rules = {
  readonly known: boolean
  readonly requiredChecks: readonly RequiredCheck[]
  readonly upToDate: boolean
  readonly approvals: number
  readonly codeOwners: boolean
  readonly lastPushApproval: boolean
  readonly dismissStale: boolean
  readonly conversationsResolved: boolean
  readonly signatures: boolean
  readonly mergeQueue: boolean
  readonly mergeMethods: readonly MergeMethod[]
  readonly names: readonly NameRule[]
  readonly others: readonly string[]
}

export type Settings = {
  readonly visibility: 'public' | 'private' | 'internal'
  readonly archived: boolean
  readonly issues: boolean
  readonly defaultBranch: string
  readonly mergeMethods: readonly MergeMethod[]
  readonly autoMerge: boolean
  readonly deletesBranches: boolean
  readonly squashTitle: 'PR_TITLE' | 'COMMIT_OR_PR_TITLE'
  readonly squashMessage: 'PR_BODY' | 'COMMIT_MESSAGES' | 'BLANK'
}

/** Everything that changes, as one value: an earlier one answers a stale read. */
export type State = {
  readonly version: number
  readonly settings: Settings
  /** Branch names without `refs/heads/`. */
  readonly branches: ReadonlyMap<string, string>
  readonly pulls: ReadonlyMap<number, PullState>
  readonly issues: ReadonlyMap<number, IssueState>
  readonly checks: readonly CheckState[]
  /** Rules of a base branch. */
  readonly rules: ReadonlyMap<string, Rules>
  /** Ids by name. */
  readonly labels: ReadonlyMap<string, string>
  readonly roles: ReadonlyMap<string, Role>
  /** Logins by `organisation/team`. */
  readonly teams: ReadonlyMap<string, readonly string[]>
  readonly last: number
}

export const NO_BRANCH_RULES: Rules = {
  known: true,
  requiredChecks: [],
  upToDate: false,
  approvals: 0,
  codeOwners: false,
  lastPushApproval: false,
  dismissStale: false,
  conversationsResolved: false,
  signatures: false,
  mergeQueue: false,
  mergeMethods: ['squash', 'merge', 'rebase'],
  names: [],
  others: [],
}

export const FIRST_SETTINGS: Settings = {
  visibility: 'private',
  archived: false,
  issues: true,
  defaultBranch: 'main',
  mergeMethods: ['squash', 'merge', 'rebase'],
  autoMerge: false,
  deletesBranches: false,
  squashTitle: 'COMMIT_OR_PR_TITLE',
  squashMessage: 'COMMIT_MESSAGES',
}
