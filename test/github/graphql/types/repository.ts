import { listRefs, resolveRef } from '../../world/git/refs.ts'
import type { Issue, Pull } from '../../world/issues.ts'
import { roleOf } from '../../world/permissions.ts'
import { allPulls, findPull } from '../../world/pulls.ts'
import type { Repository } from '../../world/repositories.ts'
import { findLabel } from '../../world/threads.ts'
import { type Args, maybeObject, maybeText, maybeTexts, number, object, text, texts } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { type Context, when } from '../context.ts'
import { GitHubError, need, notFound, StandInGap } from '../errors.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import {
  actorSource,
  issueSource,
  type LabelSource,
  objectSource,
  pullSource,
  type RepositorySource,
  refSource,
  threadSource,
} from '../sources.ts'
import { queueSource } from './merge-queue.ts'
import { rulesetsOf } from './rules.ts'

const CONTENTS = { contents: 'read' } as const
const PULLS = { pull_requests: 'read' } as const
const ISSUES = { issues: 'read' } as const

export const repository: Fields<RepositorySource> = {
  id: field(({ repo }) => nodeId('Repository', repo.id)),
  databaseId: field(({ repo }) => repo.id),
  name: field(({ repo }) => repo.name),
  nameWithOwner: field(({ repo }) => `${repo.owner}/${repo.name}`),
  owner: field(({ repo }, _, context) => actorSource(context, repo.owner)),
  description: field(({ repo }) => repo.description ?? null),
  url: field(({ repo }, _, context) => `${context.webRoot}/${repo.owner}/${repo.name}`),
  sshUrl: field(({ repo }) => `git@localhost:${repo.owner}/${repo.name}.git`),
  isPrivate: field(({ repo }) => repo.private),
  isFork: field(() => false),
  isEmpty: field(async ({ repo }) => (await listRefs(repo.gitDir, 'refs/heads/')).length === 0),
  isInOrganization: field(({ repo }, _, context) => context.world.organisations.has(repo.owner)),
  parent: field(() => null),
  visibility: field(({ repo }) => (repo.private ? 'PRIVATE' : 'PUBLIC')),
  isArchived: field(({ repo }) => repo.archived),
  isDisabled: field(() => false),
  hasIssuesEnabled: field(({ repo }) => repo.settings.has_issues),
  hasProjectsEnabled: field(() => false),
  hasWikiEnabled: field(() => false),
  hasDiscussionsEnabled: field(() => false),
  createdAt: field(({ repo }) => when(repo.createdAt)),
  pushedAt: field(({ repo }) => when(repo.pushedAt)),
  updatedAt: field(({ repo }) => when(repo.pushedAt)),
  mergeCommitAllowed: field(({ repo }) => repo.settings.allow_merge_commit),
  squashMergeAllowed: field(({ repo }) => repo.settings.allow_squash_merge),
  rebaseMergeAllowed: field(({ repo }) => repo.settings.allow_rebase_merge),
  autoMergeAllowed: field(({ repo }) => repo.settings.allow_auto_merge),
  allowUpdateBranch: field(({ repo }) => repo.settings.allow_update_branch),
  deleteBranchOnMerge: field(({ repo }) => repo.settings.delete_branch_on_merge),
  squashMergeCommitTitle: field(({ repo }) => repo.settings.squash_merge_commit_title),
  squashMergeCommitMessage: field(({ repo }) => repo.settings.squash_merge_commit_message),
  mergeCommitTitle: field(({ repo }) => repo.settings.merge_commit_title),
  mergeCommitMessage: field(({ repo }) => repo.settings.merge_commit_message),
  webCommitSignoffRequired: field(({ repo }) => repo.settings.web_commit_signoff_required),
  viewerDefaultMergeMethod: field(() => 'MERGE'),
  viewerPermission: field(({ repo }, _, context) => viewerPermission(context, repo)),
  viewerCanAdminister: field(({ repo }, _, context) => viewerPermission(context, repo) === 'ADMIN'),
  defaultBranchRef: field(({ repo }, _, context) => defaultBranch(context, repo)),
  ref: fieldWith(['qualifiedName'], ({ repo }, args, context) => oneRef(context, repo, text(args, 'qualifiedName'))),
  refs: fieldWith(['refPrefix', 'query', 'orderBy', 'direction', ...PAGING], ({ repo }, args, context, name) =>
    manyRefs(context, repo, args, name),
  ),
  object: fieldWith(['oid', 'expression'], ({ repo }, args, context) => {
    need(context, repo, CONTENTS)
    return objectSource(repo, expressionOf(args))
  }),
  pullRequest: fieldWith(['number'], ({ repo }, args, context) => {
    need(context, repo, PULLS)
    const pull = findPull(repo, number(args, 'number'))
    if (!pull) throw notFound(`Could not resolve to a PullRequest with the number of ${number(args, 'number')}.`)
    return pullSource(repo, pull)
  }),
  pullRequests: fieldWith(['states', 'labels', 'headRefName', 'baseRefName', 'orderBy', ...PAGING], pullRequests),
  issue: fieldWith(['number'], ({ repo }, args, context) => {
    need(context, repo, ISSUES)
    const issue = repo.threads.get(number(args, 'number'))
    if (issue?.kind !== 'issue') {
      throw notFound(`Could not resolve to an Issue with the number of ${number(args, 'number')}.`)
    }
    return issueSource(repo, issue)
  }),
  issueOrPullRequest: fieldWith(['number'], ({ repo }, args, context) => {
    need(context, repo, ISSUES, PULLS)
    const thread = repo.threads.get(number(args, 'number'))
    if (!thread)
      throw notFound(`Could not resolve to an issue or pull request with the number of ${number(args, 'number')}.`)
    return threadSource(repo, thread)
  }),
  issues: fieldWith(['states', 'labels', 'filterBy', 'orderBy', ...PAGING], issues),
  label: fieldWith(['name'], ({ repo }, args) => {
    const label = findLabel(repo, text(args, 'name'))
    return label ? ({ type: 'Label', repo, label } satisfies LabelSource) : null
  }),
  labels: fieldWith(['query', 'orderBy', ...PAGING], ({ repo }, args, _, name) => {
    const wanted = maybeText(args, 'query') ?? ''
    const labels = [...repo.labels.values()].filter((label) => label.name.includes(wanted))
    return connect(labels, args, name, (label) => ({ type: 'Label', repo, label }))
  }),
  rulesets: fieldWith(['includeParents', 'targets', ...PAGING], ({ repo }, args, _, name) =>
    rulesetsOf(repo, args, name),
  ),
  mergeQueue: fieldWith(['branch'], ({ repo }, args, context) => {
    need(context, repo, { merge_queues: 'read' })
    return queueSource(repo, maybeText(args, 'branch') ?? repo.defaultBranch)
  }),
}

function viewerPermission(context: Context, repo: Repository): string | null {
  const { actor } = context
  if (actor.kind === 'user') {
    const role = roleOf(context.world, repo, actor.login)
    return role === 'none' ? null : role.toUpperCase()
  }
  if (actor.kind !== 'installation') return null
  return actor.permissions['contents'] === 'write' ? 'WRITE' : 'READ'
}

async function defaultBranch(context: Context, repo: Repository) {
  need(context, repo, CONTENTS, { metadata: 'read' })
  const ref = `refs/heads/${repo.defaultBranch}`
  const oid = await resolveRef(repo.gitDir, ref)
  return oid === undefined ? null : refSource(repo, ref, oid)
}

/** A branch may be named with or without `refs/heads/`. */
async function oneRef(context: Context, repo: Repository, name: string) {
  need(context, repo, CONTENTS)
  for (const ref of [name, `refs/heads/${name}`, `refs/tags/${name}`]) {
    const oid = await resolveRef(repo.gitDir, ref)
    if (oid !== undefined) return refSource(repo, ref, oid)
  }
  return null
}

async function manyRefs(context: Context, repo: Repository, args: Args, name: string) {
  need(context, repo, CONTENTS)
  const prefix = text(args, 'refPrefix')
  if (!prefix.endsWith('/')) throw new GitHubError('UNPROCESSABLE', 'refPrefix must end with a slash')
  const wanted = maybeText(args, 'query') ?? ''
  const refs = (await listRefs(repo.gitDir, prefix)).filter(({ ref }) => ref.slice(prefix.length).includes(wanted))
  return connect(refs, args, name, ({ ref, oid }) => refSource(repo, ref, oid))
}

function expressionOf(args: Args): string {
  const oid = maybeText(args, 'oid')
  if (oid !== undefined) return oid
  const expression = maybeText(args, 'expression')
  if (expression === undefined) throw new GitHubError(undefined, 'You must provide an `oid` or an `expression`.')
  return expression
}

function pullRequests({ repo }: RepositorySource, args: Args, context: Context, name: string) {
  need(context, repo, PULLS)
  return pullList(repo, allPulls(repo), args, name)
}

export function pullList(repo: Repository, pulls: readonly Pull[], args: Args, name: string) {
  const states = maybeTexts(args, 'states')
  const labels = maybeTexts(args, 'labels')
  const head = maybeText(args, 'headRefName')
  const base = maybeText(args, 'baseRefName')
  const found = pulls.filter(
    (pull) =>
      (states === undefined || states.includes(pullState(pull))) &&
      (labels === undefined || labels.some((label) => pull.labels.has(label))) &&
      (head === undefined || pull.headRef === head) &&
      (base === undefined || pull.baseRef === base),
  )
  return connect(sorted(found, args), args, name, (pull) => pullSource(repo, pull))
}

export function pullState(pull: Pull): 'OPEN' | 'CLOSED' | 'MERGED' {
  if (pull.merged) return 'MERGED'
  return pull.state === 'open' ? 'OPEN' : 'CLOSED'
}

const ORDERS: Readonly<Record<string, (thread: Issue | Pull) => number>> = {
  CREATED_AT: (thread) => thread.createdAt,
  UPDATED_AT: (thread) => thread.updatedAt,
  COMMENTS: (thread) => thread.comments.length,
}

function sorted<T extends Issue | Pull>(threads: readonly T[], args: Args): T[] {
  const order = maybeObject(args, 'orderBy') ?? { field: 'CREATED_AT', direction: 'ASC' }
  const key = ORDERS[text(order, 'field')] ?? ((thread) => thread.number)
  const ascending = [...threads].sort((a, b) => key(a) - key(b) || a.number - b.number)
  return text(order, 'direction') === 'DESC' ? ascending.reverse() : ascending
}

function issues({ repo }: RepositorySource, args: Args, context: Context, name: string) {
  need(context, repo, ISSUES)
  const filter = object(args, 'filterBy')
  // The schema fills in `viewerSubscribed: false`.
  const unknown = Object.keys(filter).find(
    (key) => !['labels', 'states', 'createdBy', 'since'].includes(key) && filter[key] !== false,
  )
  if (unknown !== undefined) throw new StandInGap(`filterBy.${unknown} of Repository.issues`)
  const states = [...texts(args, 'states'), ...texts(filter, 'states')]
  const labels = [...texts(args, 'labels'), ...texts(filter, 'labels')]
  const createdBy = maybeText(filter, 'createdBy')
  const since = maybeText(filter, 'since')
  const found = [...repo.threads.values()].filter(
    (thread): thread is Issue =>
      thread.kind === 'issue' &&
      (states.length === 0 || states.includes(thread.state.toUpperCase())) &&
      (labels.length === 0 || labels.some((label) => thread.labels.has(label))) &&
      (createdBy === undefined || [createdBy, `${createdBy}[bot]`].includes(thread.author)) &&
      (since === undefined || thread.updatedAt >= Date.parse(since)),
  )
  return connect(sorted(found, args), args, name, (issue) => issueSource(repo, issue))
}
