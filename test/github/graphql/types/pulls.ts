import { diffFiles, log, mergeBase } from '../../world/git/history.ts'
import { resolveRef } from '../../world/git/refs.ts'
import { mergeabilityOf, mergeStateOf, reviewDecision } from '../../world/mergeability.ts'
import { latestOpinions, mayWrite } from '../../world/reviews.ts'
import { type Args, flag, maybeText, maybeTexts } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { type Context, maybeWhen, when } from '../context.ts'
import { need } from '../errors.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import {
  actorSource,
  commitSource,
  type PullSource,
  pullSource,
  type ReviewSource,
  refSource,
  type ThreadSource,
} from '../sources.ts'
import { queueSource } from './merge-queue.ts'
import { pullState } from './repository.ts'
import { threadFields, webOf } from './threads.ts'

/** Where a pull request branched off; renames and changes are counted from there. */
async function forkPoint({ repo, pull }: PullSource): Promise<string> {
  return (await mergeBase(repo.gitDir, pull.baseOid, pull.headOid)) ?? pull.baseOid
}

const filesOf = async (source: PullSource) =>
  diffFiles(source.repo.gitDir, await forkPoint(source), source.pull.headOid)
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

/** Commits that the base had not when the pull request was last touched, oldest first. */
async function commitsOf(source: PullSource) {
  return (await log(source.repo.gitDir, { from: source.pull.headOid, not: await forkPoint(source) })).reverse()
}

async function branch({ repo }: PullSource, name: string) {
  const ref = `refs/heads/${name}`
  const oid = await resolveRef(repo.gitDir, ref)
  return oid === undefined ? null : refSource(repo, ref, oid)
}

const MERGEABLE = { unknown: 'UNKNOWN', mergeable: 'MERGEABLE', conflicting: 'CONFLICTING' } as const
const CHANGES = { added: 'ADDED', removed: 'DELETED', modified: 'MODIFIED', renamed: 'RENAMED' } as const

export const pullRequest: Fields<PullSource> = {
  ...threadFields<PullSource>(({ pull }) => pull),
  id: field(({ repo, pull }) => nodeId('PullRequest', repo.id, pull.number)),
  url: field(({ repo, pull }, _, context) => `${webOf(context, repo)}/pull/${pull.number}`),
  permalink: field(({ repo, pull }, _, context) => `${webOf(context, repo)}/pull/${pull.number}`),
  state: field(({ pull }) => pullState(pull)),
  isDraft: field(({ pull }) => pull.isDraft),
  isCrossRepository: field(() => false),
  maintainerCanModify: field(() => false),
  merged: field(({ pull }) => pull.merged !== undefined),
  mergedAt: field(({ pull }) => maybeWhen(pull.merged?.at)),
  mergedBy: field(({ pull }, _, context) => actorSource(context, pull.merged?.by)),
  mergeCommit: field(({ repo, pull }) => (pull.merged ? commitSource(repo, pull.merged.commit) : null)),
  headRefName: field(({ pull }) => pull.headRef),
  headRefOid: field(({ pull }) => pull.headOid),
  headRef: field((source) => branch(source, source.pull.headRef)),
  headRepository: field(({ repo }) => ({ type: 'Repository', repo })),
  headRepositoryOwner: field(({ repo }, _, context) => actorSource(context, repo.owner)),
  baseRefName: field(({ pull }) => pull.baseRef),
  baseRefOid: field(({ pull }) => pull.baseOid),
  baseRef: field((source) => branch(source, source.pull.baseRef)),
  baseRepository: field(({ repo }) => ({ type: 'Repository', repo })),
  mergeable: field(({ repo, pull }, _, context) => MERGEABLE[mergeabilityOf(context.world, repo, pull).state]),
  mergeStateStatus: field(({ repo, pull }, _, context) => mergeStateOf(context.world, repo, pull)),
  reviewDecision: field(({ repo, pull }, _, context) => reviewDecision(context.world, repo, pull) ?? null),
  additions: field(async (source) => sum((await filesOf(source)).map((file) => file.additions))),
  deletions: field(async (source) => sum((await filesOf(source)).map((file) => file.deletions))),
  changedFiles: field(async (source) => (await filesOf(source)).length),
  files: fieldWith([...PAGING], async (source, args, _, name) =>
    connect(await filesOf(source), args, name, (file) => ({
      path: file.path,
      additions: file.additions,
      deletions: file.deletions,
      changeType: CHANGES[file.status],
    })),
  ),
  commits: fieldWith([...PAGING], async (source, args, _, name) =>
    connect(await commitsOf(source), args, name, (commit) => ({
      commit: { type: 'Commit', repo: source.repo, commit },
      pullRequest: source,
    })),
  ),
  statusCheckRollup: field(async ({ repo, pull }, _, context) => {
    need(context, repo, { checks: 'read', statuses: 'read' })
    const commit = await commitSource(repo, pull.headOid)
    return commit && { ...commit, type: 'StatusCheckRollup' }
  }),
  reviews: fieldWith(['states', 'author', ...PAGING], reviews),
  latestOpinionatedReviews: fieldWith(['writersOnly', ...PAGING], ({ repo, pull }, args, context, name) => {
    const found = latestOpinions(pull).filter(
      (review) => !flag(args, 'writersOnly') || mayWrite(context.world, repo, review.author),
    )
    return connect(found, args, name, (review): ReviewSource => ({ type: 'PullRequestReview', repo, pull, review }))
  }),
  latestReviews: fieldWith(['writersOnly', ...PAGING], ({ repo, pull }, args, _, name) => {
    const latest = [...new Map(pull.reviews.map((review) => [review.author, review])).values()]
    return connect(latest, args, name, (review): ReviewSource => ({ type: 'PullRequestReview', repo, pull, review }))
  }),
  reviewThreads: fieldWith([...PAGING], ({ repo, pull }, args, _, name) =>
    connect(
      pull.threads,
      args,
      name,
      (thread): ThreadSource => ({ type: 'PullRequestReviewThread', repo, pull, thread }),
    ),
  ),
  reviewRequests: fieldWith([...PAGING], reviewRequests),
  autoMergeRequest: field(({ repo, pull }, _, context) => {
    const armed = pull.autoMerge
    if (!armed) return null
    return {
      enabledAt: when(armed.enabledAt),
      enabledBy: () => actorSource(context, armed.enabledBy),
      mergeMethod: armed.method.toUpperCase(),
      commitHeadline: armed.headline ?? null,
      commitBody: armed.body ?? null,
      authorEmail: null,
      pullRequest: () => pullSource(repo, pull),
    }
  }),
  isInMergeQueue: field(({ repo, pull }) => repo.queue.some((entry) => entry.pull === pull.number)),
  isMergeQueueEnabled: field(({ repo, pull }) => queueSource(repo, pull.baseRef) !== null),
  mergeQueue: field(({ repo, pull }) => queueSource(repo, pull.baseRef)),
  mergeQueueEntry: field(({ repo, pull }) => {
    const entry = repo.queue.find((candidate) => candidate.pull === pull.number)
    return entry ? { type: 'MergeQueueEntry', repo, entry } : null
  }),
}

function reviews({ repo, pull }: PullSource, args: Args, _: Context, name: string) {
  const states = maybeTexts(args, 'states')
  const author = maybeText(args, 'author')
  const found = pull.reviews.filter(
    (review) =>
      (states === undefined || states.includes(review.state)) && (author === undefined || review.author === author),
  )
  return connect(found, args, name, (review): ReviewSource => ({ type: 'PullRequestReview', repo, pull, review }))
}

function reviewRequests({ pull }: PullSource, args: Args, context: Context, name: string) {
  const teams = [...pull.requestedTeams].flatMap((wanted) => {
    const [organisation = '', slug = ''] = wanted.split('/')
    const team = context.world.organisations.get(organisation)?.teams.get(slug)
    return team ? [{ type: 'Team' as const, team }] : []
  })
  const people = [...pull.requestedUsers].map((login) => actorSource(context, login))
  return connect([...people, ...teams], args, name, (requestedReviewer) => ({
    requestedReviewer,
    asCodeOwner: false,
  }))
}

export const review: Fields<ReviewSource> = {
  id: field(({ repo, review }) => nodeId('PullRequestReview', repo.id, review.id)),
  databaseId: field(({ review }) => review.id),
  fullDatabaseId: field(({ review }) => String(review.id)),
  state: field(({ review }) => review.state),
  body: field(({ review }) => review.body),
  author: field(({ review }, _, context) => actorSource(context, review.author)),
  authorAssociation: field(() => 'NONE'),
  authorCanPushToRepository: field(({ repo, review }, _, context) => mayWrite(context.world, repo, review.author)),
  commit: field(({ repo, review }) => commitSource(repo, review.commitOid)),
  submittedAt: field(({ review }) => when(review.submittedAt)),
  createdAt: field(({ review }) => when(review.submittedAt)),
  updatedAt: field(({ review }) => when(review.submittedAt)),
  includesCreatedEdit: field(() => false),
  reactionGroups: field(() => []),
  pullRequest: field(({ repo, pull }) => pullSource(repo, pull)),
  url: field(
    ({ repo, pull, review }, _, context) =>
      `${webOf(context, repo)}/pull/${pull.number}#pullrequestreview-${review.id}`,
  ),
}

export const reviewThread: Fields<ThreadSource> = {
  id: field(({ repo, thread }) => nodeId('PullRequestReviewThread', repo.id, thread.id)),
  isResolved: field(({ thread }) => thread.resolved),
  isOutdated: field(() => false),
  path: field(({ thread }) => thread.path),
  pullRequest: field(({ repo, pull }) => pullSource(repo, pull)),
}
