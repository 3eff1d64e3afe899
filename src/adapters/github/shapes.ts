import type { Account, BaseRules, CheckFact, ReviewFact } from '../../domain/index.ts'

/** What goes to GitHub and what comes from it, in the words of `api.ts`: plain values. */

/** Why GitHub would not. `text` is its own, and hostile. `withheld` was never sent: the caller's own last word was no. */
export type Refusal = {
  readonly kind:
    | 'exists'
    | 'stale'
    | 'no-commits'
    | 'not-found'
    | 'forbidden'
    | 'rules'
    | 'not-mergeable'
    | 'clean'
    | 'invalid'
    | 'archived'
    | 'withheld'
  readonly status: number
  readonly text: string
}

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }

export type RepositoryQuery = {
  readonly base: string
  /** First part of the names of our branches, without the slash. */
  readonly prefix: string
  /** Branches whose pull requests of any state are wanted: the last 50 of each. */
  readonly heads: readonly string[]
  /** Pull requests from branches below the prefix that ended since then are wanted. */
  readonly sinceMs: number
  /** Labels whose ids are wanted. */
  readonly labels: readonly string[]
  /** Label of our living issues; none are read where it is left out. */
  readonly issueLabel?: string
}

export type ApiRepository = {
  readonly id: string
  readonly visibility: 'public' | 'private' | 'internal'
  readonly archived: boolean
  readonly issues: boolean
  readonly defaultBranch: string
  /** Absent where there is no such branch: then there are no rules of it either. */
  readonly base?: { readonly branch: string; readonly oid: string; readonly tree: string }
  readonly rules: BaseRules
  /** How GitHub words a squash where it is not told. */
  readonly squash: { readonly title: string; readonly message: string }
  readonly deletesBranches: boolean
  /** Branches below the prefix, by name: what they show. */
  readonly branches: ReadonlyMap<string, string>
  /** Open pull requests from branches below the prefix, with facts and comments. */
  readonly open: readonly ApiPull[]
  /** Merged and closed ones since `sinceMs`, from branches below the prefix. */
  readonly ended: readonly ApiPull[]
  /** Of each asked head, newest first. */
  readonly ofHeads: ReadonlyMap<string, readonly ApiPull[]>
  readonly labels: ReadonlyMap<string, string>
  readonly livingIssues: readonly ApiIssue[]
  /** How many pull requests of ours were created since then, over all lanes; Infinity where it is not known. */
  createdSince(sinceMs: number): number
  /** Lists that were cut, by name: what they do not show may still be there. Absent where all of them are whole. */
  readonly incomplete?: readonly string[]
}

export type ApiPull = {
  readonly id: string
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly author: Account
  /** Who edited the body last; absent where nobody did. */
  readonly bodyEditor?: Account
  readonly endedBy?: Account
  readonly createdAtMs: number
  readonly endedAtMs?: number
  readonly title: string
  readonly body: string
  readonly branch: string
  readonly base: string
  readonly headOid: string
  /** From another repository: never ours. */
  readonly crossRepository: boolean
  readonly draft: boolean
  readonly mergeCommit?: string
  readonly files: readonly string[]
  /** Commits of the pull request, oldest first, at most 50 from its end. */
  readonly commits: readonly ApiCommit[]
  readonly labels: readonly string[]
  /** Oldest first; at most the newest 1,000, and then `incomplete` says so. */
  readonly comments: readonly ApiComment[]
  readonly mergeable: 'yes' | 'conflict' | 'unknown'
  /** GitHub's mergeStateStatus, lower case. */
  readonly mergeState: string
  readonly checks: readonly CheckFact[]
  readonly reviews: readonly ReviewFact[]
  readonly unresolvedConversations: number
  readonly autoMerge?: { readonly by: Account }
  readonly disarmedBy?: Account
  /** Who took it out of the merge queue, GitHub's own account where that did; absent where it is in there again, or never left. */
  readonly leftQueue?: { readonly by: Account; readonly atMs: number }
  readonly inMergeQueue: boolean
  /** Its entry in the merge queue. */
  readonly queued?: ApiQueued
  /** Lists that were cut, by name. An ended pull request shows its last 3 commits. Absent where all are whole. */
  readonly incomplete?: readonly string[]
}

export type ApiQueued = {
  readonly by: Account
  /** From 1. */
  readonly position: number
  /** What would become the base, with its first parent; absent until GitHub has built it. */
  readonly group?: { readonly oid: string; readonly parent: string }
}

export type ApiCommit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly atMs: number
  /** Account that GitHub shows as the author; absent where it knows none. */
  readonly author?: Account
  readonly committer?: Account
  /** Signed by GitHub itself and valid. */
  readonly verified: boolean
}

export type ApiComment = {
  readonly id: string
  readonly author: Account
  readonly editor?: Account
  readonly createdAtMs: number
  readonly editedAtMs?: number
  readonly body: string
}

export type ApiIssue = {
  readonly number: number
  readonly author: Account
  readonly editor?: Account
  readonly state: 'open' | 'closed'
  readonly title: string
  readonly body: string
  readonly createdAtMs: number
  readonly editedAtMs?: number
  readonly closedBy?: Account
  /** What whoever closed it said of it. */
  readonly closedAs?: 'completed' | 'not-planned'
}

export type ApiFile = { readonly path: string; readonly content: Uint8Array }

export type ApiComparison = {
  readonly status: 'identical' | 'ahead' | 'behind' | 'diverged'
  readonly mergeBase: string
  /** Changed files, at most 300; `complete` says whether these are all. */
  readonly files: readonly {
    readonly path: string
    readonly oid: string | undefined
    readonly status: string
    readonly previousPath?: string
  }[]
  readonly complete: boolean
}

export type ApiListing = {
  readonly tree: string
  readonly entries: readonly {
    readonly path: string
    readonly mode: string
    readonly oid: string
    readonly size?: number
  }[]
  readonly complete: boolean
}

export type WriteDocument = {
  /** Makes the branch at this commit. */
  readonly branch?: { readonly name: string; readonly oid: string }
  /** A Verified commit on the branch, only if the branch shows `expectedHead`. */
  readonly commit?: {
    readonly branch: string
    readonly expectedHead: string
    readonly message: string
    readonly files: readonly ApiFile[]
    readonly deletions?: readonly string[]
  }
  readonly pull?: {
    readonly branch: string
    readonly base: string
    readonly title: string
    readonly body: string
    readonly draft: boolean
  }
  /** A revert: it goes before other writes where GitHub's limits leave few. */
  readonly urgent?: true | undefined
}

/** One outcome for each part that was asked: a look at what there is now, where it is well. */
export type WriteAnswer = {
  readonly branch?: Outcome<null>
  /** As GitHub made it: its tree is held against the plan without another request. */
  readonly commit?: Outcome<ApiCommit>
  readonly pull?: Outcome<ApiPull>
}

export type AdornDocument = {
  readonly pull: { readonly id: string; readonly number: number }
  /** Names; those that do not exist in the repository are left out and named in the answer. */
  readonly labels: readonly string[]
  readonly reviewers: readonly string[]
  readonly check?: ApiCheckRun
}

/** What could not be given never blocks: it is said. */
export type AdornAnswer = {
  readonly check?: Outcome<{ readonly id: string }>
  readonly missing: readonly string[]
}

export type BranchChange = { readonly name: string; readonly from: string; readonly to: string | undefined }

export type ApiCheckRun = {
  readonly id?: string
  readonly sha: string
  readonly name: string
  readonly status: 'queued' | 'in_progress' | 'completed'
  readonly conclusion?: 'success' | 'neutral' | 'action_required' | 'failure' | 'cancelled'
  readonly title: string
  /** At most 65,535 characters each. */
  readonly summary: string
  readonly text?: string
  readonly externalId?: string
}

/** Commits at which somebody may wait for a check of ours: those of people and other apps, too. */
export type ApiAwaiting = {
  /** Heads of open pull requests into the base, the newest changed first. At most the first 1,000. */
  readonly pulls: readonly AwaitingPull[]
  /** What the merge queue has built, in its order. */
  readonly queue: readonly (AwaitingPull & { readonly group?: string })[]
}

export type AwaitingPull = Pick<ApiPull, 'number' | 'author' | 'branch' | 'crossRepository' | 'headOid'>
