import type { Account, App, Team } from '../world/accounts.ts'
import type { AppliedRule } from '../world/branch-rules.ts'
import type { CheckRun, CheckSuite, CommitStatus } from '../world/checks.ts'
import { type Commit, readCommit, WEB_FLOW } from '../world/git/commits.ts'
import { readObject } from '../world/git/object-reader.ts'
import type { Comment, Issue, Pull, Review, ReviewThread } from '../world/issues.ts'
import type { Label, QueueEntry, Repository } from '../world/repositories.ts'
import type { Context } from './context.ts'

/** Values that fields of a type are resolved from: each says its type, for interfaces and unions. */
export type RepositorySource = { readonly type: 'Repository'; readonly repo: Repository }
export type RefSource = { readonly type: 'Ref'; readonly repo: Repository; readonly ref: string; readonly oid: string }
export type CommitSource = { readonly type: 'Commit'; readonly repo: Repository; readonly commit: Commit }
export type TreeSource = { readonly type: 'Tree'; readonly repo: Repository; readonly oid: string }
export type BlobSource = {
  readonly type: 'Blob'
  readonly repo: Repository
  readonly oid: string
  readonly content: Buffer
}
export type PullSource = { readonly type: 'PullRequest'; readonly repo: Repository; readonly pull: Pull }
export type IssueSource = { readonly type: 'Issue'; readonly repo: Repository; readonly issue: Issue }
export type CommentSource = { readonly type: 'IssueComment'; readonly repo: Repository; readonly comment: Comment }
export type ReviewSource = {
  readonly type: 'PullRequestReview'
  readonly repo: Repository
  readonly pull: Pull
  readonly review: Review
}
export type ThreadSource = {
  readonly type: 'PullRequestReviewThread'
  readonly repo: Repository
  readonly pull: Pull
  readonly thread: ReviewThread
}
export type CheckRunSource = { readonly type: 'CheckRun'; readonly repo: Repository; readonly run: CheckRun }
export type CheckSuiteSource = { readonly type: 'CheckSuite'; readonly repo: Repository; readonly suite: CheckSuite }
export type StatusSource = { readonly type: 'StatusContext'; readonly repo: Repository; readonly status: CommitStatus }
export type LabelSource = { readonly type: 'Label'; readonly repo: Repository; readonly label: Label }
export type AccountSource = { readonly type: 'User' | 'Bot' | 'Organization'; readonly account: Account }
export type TeamSource = { readonly type: 'Team'; readonly team: Team }
export type AppSource = { readonly type: 'App'; readonly app: App }
export type RuleSource = { readonly type: 'RepositoryRule'; readonly repo: Repository; readonly applied: AppliedRule }
export type QueueEntrySource = {
  readonly type: 'MergeQueueEntry'
  readonly repo: Repository
  readonly entry: QueueEntry
}

export const pullSource = (repo: Repository, pull: Pull): PullSource => ({ type: 'PullRequest', repo, pull })
export const issueSource = (repo: Repository, issue: Issue): IssueSource => ({ type: 'Issue', repo, issue })
export const refSource = (repo: Repository, ref: string, oid: string): RefSource => ({ type: 'Ref', repo, ref, oid })
export const commentSource = (repo: Repository, comment: Comment): CommentSource => ({
  type: 'IssueComment',
  repo,
  comment,
})

export function threadSource(repo: Repository, thread: Issue | Pull): PullSource | IssueSource {
  return thread.kind === 'pull' ? pullSource(repo, thread) : issueSource(repo, thread)
}

export async function commitSource(repo: Repository, oid: string): Promise<CommitSource | null> {
  const commit = await readCommit(repo.gitDir, oid)
  return commit ? { type: 'Commit', repo, commit } : null
}

/** Commit, tree or blob by oid or `revision:path`; null where there is none. */
export async function objectSource(repo: Repository, name: string) {
  const object = await readObject(repo.gitDir, name)
  switch (object?.type) {
    case 'commit':
      return commitSource(repo, object.oid)
    case 'tree':
      return { type: 'Tree', repo, oid: object.oid } satisfies TreeSource
    case 'blob':
      return { type: 'Blob', repo, oid: object.oid, content: object.content } satisfies BlobSource
    default:
      return null
  }
}

/** Who wrote something; null for accounts that are gone. */
export function actorSource(context: Context, login: string | undefined): AccountSource | null {
  const account = login === undefined ? undefined : context.world.accounts.get(login)
  return account ? { type: account.kind, account } : null
}

/** The account of a commit's e-mail, as a User even where it is a bot: `GitActor.user` knows no other type. */
export function userByEmail(context: Context, email: string): AccountSource | null {
  const login = email === WEB_FLOW.email ? WEB_FLOW.login : undefined
  const account = [...context.world.accounts.values()].find((one) => one.email === email || one.login === login)
  return account ? { type: 'User', account } : null
}
