import { disableAutoMerge, enableAutoMerge } from '../../world/auto-merge.ts'
import { dequeue, enqueue } from '../../world/merge-queue.ts'
import { mergePull } from '../../world/merging.ts'
import { moverOf } from '../../world/permissions.ts'
import { changePull, createPull, endPull, reopenPull, setDraft } from '../../world/pulls.ts'
import { requestReview } from '../../world/review-requests.ts'
import { mayBeAsked, NOT_COLLABORATORS } from '../../world/reviewers.ts'
import type { MergeMethod } from '../../world/rules.ts'
import { revertPull, updatePullBranch } from '../../world/web-commits.ts'
import { type Args, flag, maybeText, text, texts } from '../args.ts'
import { type Context, viewer } from '../context.ts'
import { needToWrite, unprocessable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { findNode } from '../nodes.ts'
import { actorSource, pullSource } from '../sources.ts'
import { mutation, pullOf, repositoryOf } from './mutation.ts'

const PULLS = { pull_requests: 'write' } as const
const CONTENTS = { contents: 'write' } as const
const BOTH = { contents: 'write', pull_requests: 'write' } as const

async function createPullRequest(input: Args, context: Context) {
  const repo = repositoryOf(context, input)
  needToWrite(context, repo, PULLS)
  const made = await createPull(context.world, repo, viewer(context), {
    title: text(input, 'title'),
    body: maybeText(input, 'body') ?? '',
    head: text(input, 'headRefName'),
    base: text(input, 'baseRefName').replace(/^refs\/heads\//, ''),
    draft: flag(input, 'draft'),
  })
  if (made.ok) return { pullRequest: pullSource(repo, made.pull) }
  if (made.field === undefined) throw unprocessable(made.text)
  const [head, base] = [text(input, 'headRefName'), text(input, 'baseRefName')]
  throw unprocessable(
    `Head sha can't be blank, Base sha can't be blank, No commits between ${base} and ${head}, ${made.field === 'head' ? 'Head' : 'Base'} ref must be a branch`,
  )
}

async function updatePullRequest(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, PULLS)
  const title = maybeText(input, 'title')
  const body = maybeText(input, 'body')
  const base = maybeText(input, 'baseRefName')
  const refused = await changePull(context.world, repo, viewer(context), pull, {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(base === undefined ? {} : { base }),
  })
  if (refused) throw unprocessable(refused.text)
  const state = maybeText(input, 'state')
  if (state === 'CLOSED') endPull(context.world, repo, viewer(context), pull)
  if (state === 'OPEN') await reopen(context, repo, pull)
  return { pullRequest: pullSource(repo, pull), actor: actorSource(context, viewer(context).login) }
}

async function reopen(
  context: Context,
  repo: Parameters<typeof reopenPull>[1],
  pull: Parameters<typeof reopenPull>[3],
) {
  const refused = await reopenPull(context.world, repo, viewer(context), pull)
  if (refused) throw unprocessable(refused.text)
}

async function mergePullRequest(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, CONTENTS)
  const merged = await mergePull(context.world, repo, moverOf(context.world, context.actor), pull, {
    method: methodOf(input),
    sha: maybeText(input, 'expectedHeadOid'),
    title: maybeText(input, 'commitHeadline'),
    message: maybeText(input, 'commitBody'),
  })
  if (!merged.ok) throw unprocessable(merged.text)
  return { pullRequest: pullSource(repo, pull), actor: actorSource(context, viewer(context).login) }
}

function methodOf(input: Args): MergeMethod {
  const method = maybeText(input, 'mergeMethod') ?? 'MERGE'
  return method === 'SQUASH' ? 'squash' : method === 'REBASE' ? 'rebase' : 'merge'
}

async function enableAuto(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, BOTH)
  const armed = await enableAutoMerge(context.world, repo, viewer(context), pull, {
    method: methodOf(input),
    sha: maybeText(input, 'expectedHeadOid'),
    headline: maybeText(input, 'commitHeadline'),
    body: maybeText(input, 'commitBody'),
  })
  if (typeof armed === 'string') throw unprocessable(armed)
  return { pullRequest: pullSource(repo, pull), actor: actorSource(context, viewer(context).login) }
}

async function disableAuto(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, BOTH)
  if (!disableAutoMerge(context.world, repo, viewer(context), pull)) {
    throw unprocessable("Can't disable auto-merge for this pull request. Auto-merge is not enabled.")
  }
  return { pullRequest: pullSource(repo, pull), actor: actorSource(context, viewer(context).login) }
}

async function enqueuePullRequest(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, BOTH)
  const entry = await enqueue(context.world, repo, viewer(context), pull, maybeText(input, 'expectedHeadOid'))
  if (typeof entry === 'string') throw unprocessable(entry)
  return { mergeQueueEntry: { type: 'MergeQueueEntry', repo, entry } }
}

async function dequeuePullRequest(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input, 'id')
  needToWrite(context, repo, BOTH)
  const entry = repo.queue.find((candidate) => candidate.pull === pull.number)
  if (!entry) throw unprocessable('Pull request is not in the queue')
  await dequeue(context.world, repo, viewer(context), pull)
  return { mergeQueueEntry: { type: 'MergeQueueEntry', repo, entry } }
}

async function requestReviews(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, PULLS)
  const wanted = await Promise.all(
    [...texts(input, 'userIds'), ...texts(input, 'teamIds')].map((id) => reviewerOf(context, id)),
  )
  if (wanted.some((reviewer) => !mayBeAsked(context.world, repo, reviewer)))
    throw unprocessable(NOT_COLLABORATORS(repo))
  // Without `union` the ones asked before are replaced.
  if (!flag(input, 'union')) {
    pull.requestedUsers.clear()
    pull.requestedTeams.clear()
  }
  for (const reviewer of wanted) requestReview(context.world, repo, viewer(context), pull, reviewer)
  return { pullRequest: pullSource(repo, pull), actor: actorSource(context, viewer(context).login) }
}

async function reviewerOf(context: Context, id: string): Promise<string> {
  const node = await findNode(context, id)
  if (typeof node === 'object' && node !== null) {
    if ('account' in node) return (node as { account: { login: string } }).account.login
    if ('team' in node) {
      const { team } = node as { team: { organisation: string; slug: string } }
      return `${team.organisation}/${team.slug}`
    }
  }
  throw unprocessable(`Could not resolve to User node with the global id of '${id}'.`)
}

async function revert(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, BOTH)
  const made = await revertPull(context.world, repo, moverOf(context.world, context.actor), pull, {
    title: maybeText(input, 'title'),
    body: maybeText(input, 'body'),
    draft: flag(input, 'draft'),
  })
  if (typeof made === 'string') throw unprocessable(made)
  return { pullRequest: pullSource(repo, pull), revertPullRequest: pullSource(repo, made) }
}

async function updateBranch(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, BOTH)
  const method = maybeText(input, 'updateMethod') === 'REBASE' ? 'rebase' : 'merge'
  const mover = moverOf(context.world, context.actor)
  const refused = await updatePullBranch(context.world, repo, mover, pull, method, maybeText(input, 'expectedHeadOid'))
  if (refused !== undefined) throw unprocessable(refused)
  return { pullRequest: pullSource(repo, pull) }
}

async function close(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, PULLS)
  endPull(context.world, repo, viewer(context), pull)
  return { pullRequest: pullSource(repo, pull) }
}

async function open(input: Args, context: Context) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, PULLS)
  await reopen(context, repo, pull)
  return { pullRequest: pullSource(repo, pull) }
}

async function draft(input: Args, context: Context, on: boolean) {
  const { repo, pull } = pullOf(context, input)
  needToWrite(context, repo, PULLS)
  setDraft(context.world, repo, viewer(context), pull, on)
  return { pullRequest: pullSource(repo, pull) }
}

export const pullMutations: Fields<unknown> = {
  createPullRequest: mutation(
    ['repositoryId', 'title', 'body', 'headRefName', 'baseRefName', 'draft', 'maintainerCanModify', 'headRepositoryId'],
    createPullRequest,
  ),
  updatePullRequest: mutation(['pullRequestId', 'title', 'body', 'baseRefName', 'state'], updatePullRequest),
  closePullRequest: mutation(['pullRequestId'], close),
  reopenPullRequest: mutation(['pullRequestId'], open),
  convertPullRequestToDraft: mutation(['pullRequestId'], (input, context) => draft(input, context, true)),
  markPullRequestReadyForReview: mutation(['pullRequestId'], (input, context) => draft(input, context, false)),
  mergePullRequest: mutation(
    ['pullRequestId', 'expectedHeadOid', 'mergeMethod', 'commitHeadline', 'commitBody', 'authorEmail'],
    mergePullRequest,
  ),
  enablePullRequestAutoMerge: mutation(
    ['pullRequestId', 'expectedHeadOid', 'mergeMethod', 'commitHeadline', 'commitBody'],
    enableAuto,
  ),
  disablePullRequestAutoMerge: mutation(['pullRequestId'], disableAuto),
  enqueuePullRequest: mutation(['pullRequestId', 'expectedHeadOid', 'jump'], enqueuePullRequest),
  dequeuePullRequest: mutation(['id'], dequeuePullRequest),
  requestReviews: mutation(['pullRequestId', 'userIds', 'teamIds', 'union'], requestReviews),
  revertPullRequest: mutation(['pullRequestId', 'title', 'body', 'draft'], revert),
  updatePullRequestBranch: mutation(['pullRequestId', 'expectedHeadOid', 'updateMethod'], updateBranch),
}
