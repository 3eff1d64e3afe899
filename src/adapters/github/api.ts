import type { Account, MergeMethod, Role, Tree } from '../../domain/index.ts'
import type {
  AdornAnswer,
  AdornDocument,
  ApiAwaiting,
  ApiCheckRun,
  ApiComment,
  ApiCommit,
  ApiComparison,
  ApiFile,
  ApiIssue,
  ApiListing,
  ApiPull,
  ApiRepository,
  BranchChange,
  Outcome,
  RepositoryQuery,
  WriteAnswer,
  WriteDocument,
} from './shapes.ts'

export type * from './shapes.ts'

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
  /** The newest check run of our own app with this name on a commit: the look before one is written. */
  checkOf(sha: string, name: string): Promise<(ApiCheckRun & { readonly id: string }) | undefined>
  /** Whoever has something open on a base, or in its merge queue: where our check is a required one, all of them wait for it. */
  awaiting(base: string): Promise<ApiAwaiting>

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

/** A write of which it cannot be told whether it happened: 5xx, a reset or a time-out after it was sent. Look before writing again. */
export class AmbiguousWrite extends Error {
  override readonly name = 'AmbiguousWrite'
  readonly what: string

  constructor(what: string, cause?: unknown) {
    super(`it is not known whether ${what} happened`, cause === undefined ? undefined : { cause })
    this.what = what
  }
}

/** Files of commits, kept on disk by the id of their tree: disposable, and never stale. */
export interface Mirror {
  /** Throws KIN-4002 where there is no such commit. */
  tree(revision: string): Promise<Tree>
  /** Every leaf of the commit's tree, always complete. No request where the tree is here already. */
  listing(revision: string): Promise<ApiListing>
}
