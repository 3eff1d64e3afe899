import type { Account, BaseRules, CheckFact, MergeMethod, ReviewFact, Role, Tree } from '../../domain/index.ts'

/**
 * GitHub as the bot uses it: one method for each kind of outside request, about one repository. It knows nothing of lanes, proposals
 * or gates. `http/` speaks to GitHub; the tests have one in memory.
 *
 * Reads are retried where that is safe. A write is sent once: what GitHub refuses is a value (`Outcome`), what cannot be told is an
 * `AmbiguousWrite`, after which the caller looks before it writes again. Nothing else is thrown but KintsugiError.
 */
export interface GitHubApi {
  readonly owner: string
  readonly name: string
  /** Our own account: login without `[bot]`, and the id of the App, which our check runs carry. */
  readonly self: { readonly login: string; readonly appId: number }

  /** R: everything that one reconcile needs, one request when warm. Undefined where the repository is not to be seen. */
  repository(query: RepositoryQuery): Promise<ApiRepository | undefined>
  /** One pull request, read afresh. */
  pull(number: number): Promise<ApiPull | undefined>
  /** Pull requests of one head branch of this repository, newest first, at most `limit`. */
  pullsOf(branch: string, limit: number): Promise<readonly ApiPull[]>
  /** Commit that a branch shows; undefined where there is none. */
  branch(name: string): Promise<string | undefined>
  commit(oid: string): Promise<ApiCommit | undefined>
  compare(base: string, head: string): Promise<ApiComparison | undefined>
  /** Every leaf of a commit's tree. `complete` is false where GitHub cut the answer. */
  listing(revision: string): Promise<ApiListing | undefined>
  blob(oid: string): Promise<Uint8Array>
  /** The files of a commit as a .tar.gz, streamed. */
  archive(revision: string): Promise<AsyncIterable<Uint8Array>>
  /** Commits that touched a path, newest first. */
  commitsTouching(
    path: string,
    from: string,
    limit: number,
  ): Promise<readonly { readonly revision: string; readonly atMs: number; readonly by?: Account }[]>
  /** Every issue with this label, open and closed, oldest first: the look before one is written. */
  issues(label: string): Promise<readonly ApiIssue[]>
  role(login: string): Promise<Role>
  /** `unknown` where the App may not read members. */
  inTeam(organisation: string, team: string, login: string): Promise<boolean | 'unknown'>
  /** Check runs and statuses of a commit, with more pages than R carries. */
  checks(sha: string): Promise<readonly CheckFact[]>
  /** The newest check run of our own app with this name on a commit: the look before one is written. */
  checkOf(sha: string, name: string): Promise<(ApiCheckRun & { readonly id: string }) | undefined>

  /** W: branch, commit and pull request in one request, in this order; each part may be left out. A refused part does not stop the next. */
  write(document: WriteDocument): Promise<WriteAnswer>
  /** A: what a pull request is given once it is there, in one request. */
  adorn(document: AdornDocument): Promise<AdornAnswer>
  /** Moves (by force) or deletes (`to` undefined) branches, all or nothing, each only at the commit that was last seen. */
  moveBranches(changes: readonly BranchChange[]): Promise<Outcome<null>>
  updatePull(
    pull: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  ): Promise<Outcome<null>>
  createComment(issue: number, body: string): Promise<Outcome<ApiComment>>
  updateComment(id: string, body: string): Promise<Outcome<null>>
  react(comment: string, content: '+1' | '-1' | 'eyes' | 'confused'): Promise<Outcome<null>>
  /** Creates, or changes where `id` is given. */
  checkRun(run: ApiCheckRun): Promise<Outcome<{ readonly id: string }>>
  merge(
    pull: number,
    how: {
      readonly sha: string
      readonly method: MergeMethod
      readonly title?: string | undefined
      readonly message?: string | undefined
      /** Asked when nothing is left to wait for, neither a turn nor a token; false withholds it. */
      readonly last?: Last | undefined
    },
  ): Promise<Outcome<{ readonly commit: string }>>
  enqueue(pull: number, sha: string, last?: Last): Promise<Outcome<null>>
  /** Takes it out of the merge queue, whoever put it in. */
  dequeue(pull: number): Promise<Outcome<null>>
  arm(pull: number, sha: string, method: MergeMethod): Promise<Outcome<null>>
  disarm(pull: number): Promise<Outcome<null>>
  createIssue(issue: {
    readonly title: string
    readonly body: string
    readonly labels: readonly string[]
  }): Promise<Outcome<ApiIssue>>
  updateIssue(
    issue: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  ): Promise<Outcome<null>>
  /** A commit without parents on a new branch, for the audit. `exists` where the branch is there. */
  createOrphan(
    branch: string,
    message: string,
    files: readonly ApiFile[],
  ): Promise<Outcome<{ readonly commit: string }>>
}

/** Whether a write may still go out. */
export type Last = () => Promise<boolean>

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

/** A write of which it cannot be told whether it happened: 5xx, a reset or a time-out after it was sent. Look before writing again. */
export class AmbiguousWrite extends Error {
  override readonly name = 'AmbiguousWrite'
  readonly what: string

  constructor(what: string, cause?: unknown) {
    super(`it is not known whether ${what} happened`, cause === undefined ? undefined : { cause })
    this.what = what
  }
}

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

/** Files of commits, kept on disk by the id of their tree: disposable, and never stale. */
export interface Mirror {
  /** Throws KIN-4002 where there is no such commit. */
  tree(revision: string): Promise<Tree>
  /** Every leaf of the commit's tree, always complete. No request where the tree is here already. */
  listing(revision: string): Promise<ApiListing>
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
  /** `urgent`: a revert, which goes before other writes where GitHub's limits leave few; `background`: the audit, which goes last. */
  readonly priority?: 'urgent' | 'background'
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
