import type { CheckFact, ReviewFact } from '../../../domain/index.ts'
import type { ApiComment, ApiCommit, ApiIssue, ApiPull } from '../api.ts'
import { actor, actorOr, editorOf, gitActor } from './accounts.ts'
import type { Node } from './json.ts'

/** GraphQL's answers as the words of `api.ts`. */

export function commitOf(node: Node): ApiCommit {
  const signature = node.nodeOr('signature')
  const verified = signature?.flag('isValid') === true && signature.flag('wasSignedByGitHub')
  const author = gitActor(node.nodeOr('author'), verified)
  const committer = gitActor(node.nodeOr('committer'), verified)
  return {
    oid: node.text('oid'),
    tree: node.node('tree').text('oid'),
    parents: node
      .node('parents')
      .list('nodes')
      .map((one) => one.text('oid')),
    message: node.text('message'),
    atMs: node.timeMs('committedDate'),
    ...(author === undefined ? {} : { author }),
    ...(committer === undefined ? {} : { committer }),
    verified,
  }
}

export function commentOf(node: Node): ApiComment {
  const editor = editorOf(node)
  const editedAtMs = node.timeMsOr('lastEditedAt')
  return {
    id: node.text('id'),
    author: actorOr(node.nodeOr('author')),
    ...(editor === undefined ? {} : { editor }),
    createdAtMs: node.timeMs('createdAt'),
    ...(editedAtMs === undefined ? {} : { editedAtMs }),
    body: node.text('body'),
  }
}

const CLOSED_AS: ReadonlyMap<string, NonNullable<ApiIssue['closedAs']>> = new Map([
  ['COMPLETED', 'completed'],
  ['NOT_PLANNED', 'not-planned'],
])

export function issueOf(node: Node): ApiIssue {
  const editor = editorOf(node)
  const editedAtMs = node.timeMsOr('lastEditedAt')
  const closed = node.text('state') === 'CLOSED'
  const closedBy = closed ? actor(node.nodeOr('timelineItems')?.listOr('nodes').at(-1)?.nodeOr('actor')) : undefined
  const closedAs = closed ? CLOSED_AS.get(node.textOr('stateReason') ?? '') : undefined
  return {
    number: node.number('number'),
    author: actorOr(node.nodeOr('author')),
    ...(editor === undefined ? {} : { editor }),
    ...(closedAs === undefined ? {} : { closedAs }),
    state: closed ? 'closed' : 'open',
    title: node.text('title'),
    body: node.text('body'),
    createdAtMs: node.timeMs('createdAt'),
    ...(editedAtMs === undefined ? {} : { editedAtMs }),
    ...(closedBy === undefined ? {} : { closedBy }),
  }
}

const CONCLUSIONS: ReadonlyMap<string, CheckFact['state']> = new Map([
  ['SUCCESS', 'green'],
  ['NEUTRAL', 'neutral'],
  ['SKIPPED', 'skipped'],
])
const STATUSES: ReadonlyMap<string, CheckFact['state']> = new Map([
  ['SUCCESS', 'green'],
  ['PENDING', 'running'],
  ['EXPECTED', 'queued'],
])

/** A check run or a commit status. Whatever is neither running nor known to be well is red. */
export function checkOf(node: Node, sha: string): CheckFact {
  if (node.textOr('__typename') === 'StatusContext') {
    const state = STATUSES.get(node.text('state')) ?? 'red'
    const completedAtMs = state === 'green' || state === 'red' ? node.timeMsOr('createdAt') : undefined
    return { name: node.text('context'), state, sha, ...(completedAtMs === undefined ? {} : { completedAtMs }) }
  }
  const app = node.nodeOr('checkSuite')?.nodeOr('app')?.numberOr('databaseId')
  const completedAtMs = node.timeMsOr('completedAt')
  return {
    name: node.text('name'),
    ...(app === undefined ? {} : { app }),
    state: stateOf(node.text('status'), node.textOr('conclusion')),
    sha,
    ...(completedAtMs === undefined ? {} : { completedAtMs }),
  }
}

function stateOf(status: string, conclusion: string | undefined): CheckFact['state'] {
  if (status === 'COMPLETED') return CONCLUSIONS.get(conclusion ?? '') ?? 'red'
  return status === 'IN_PROGRESS' ? 'running' : 'queued'
}

const OPINIONS: ReadonlyMap<string, ReviewFact['state']> = new Map([
  ['APPROVED', 'approved'],
  ['CHANGES_REQUESTED', 'changes-requested'],
  ['DISMISSED', 'dismissed'],
])

export function reviewsOf(nodes: readonly Node[]): readonly ReviewFact[] {
  return nodes.flatMap((node): ReviewFact[] => {
    const state = OPINIONS.get(node.text('state'))
    const atMs = node.timeMsOr('submittedAt')
    if (state === undefined || atMs === undefined) return []
    return [
      {
        by: actorOr(node.nodeOr('author')),
        state,
        sha: node.nodeOr('commit')?.textOr('oid') ?? '',
        atMs,
        counts: node.flag('authorCanPushToRepository'),
      },
    ]
  })
}

/** Lists of a pull request, as far as they were read. */
export type PullLists = {
  readonly commits: readonly Node[]
  readonly comments: readonly Node[]
  readonly files: readonly Node[]
  readonly reviews: readonly Node[]
  readonly threads: readonly Node[]
  readonly checks: readonly Node[]
  /** The commit that the checks speak of. */
  readonly checked: string
  readonly incomplete: readonly string[]
}

const MERGEABLE: ReadonlyMap<string, ApiPull['mergeable']> = new Map([
  ['MERGEABLE', 'yes'],
  ['CONFLICTING', 'conflict'],
])

export function pullOf(node: Node, lists: PullLists): ApiPull {
  const headOid = node.text('headRefOid')
  const mergeCommit = node.nodeOr('mergeCommit')?.text('oid')
  const autoMerge = node.nodeOr('autoMergeRequest')
  const endedAtMs = node.timeMsOr('mergedAt') ?? node.timeMsOr('closedAt')
  const state = node.text('state')
  return {
    id: node.text('id'),
    number: node.number('number'),
    url: node.text('url'),
    state: state === 'MERGED' ? 'merged' : state === 'CLOSED' ? 'closed' : 'open',
    author: actorOr(node.nodeOr('author')),
    ...whoDid(node, state),
    createdAtMs: node.timeMs('createdAt'),
    ...(endedAtMs === undefined || state === 'OPEN' ? {} : { endedAtMs }),
    title: node.text('title'),
    body: node.text('body'),
    branch: node.text('headRefName'),
    base: node.text('baseRefName'),
    headOid,
    crossRepository: node.flag('isCrossRepository'),
    draft: node.flag('isDraft'),
    ...(mergeCommit === undefined || state !== 'MERGED' ? {} : { mergeCommit }),
    files: lists.files.map((one) => one.text('path')),
    commits: lists.commits.map((one) => commitOf(one.node('commit'))).slice(-50),
    labels: (node.nodeOr('labels')?.listOr('nodes') ?? []).map((one) => one.text('name')),
    comments: lists.comments.map(commentOf),
    mergeable: MERGEABLE.get(node.textOr('mergeable') ?? '') ?? 'unknown',
    mergeState: (node.textOr('mergeStateStatus') ?? 'UNKNOWN').toLowerCase(),
    checks: lists.checks.map((one) => checkOf(one, lists.checked)),
    reviews: reviewsOf(lists.reviews),
    unresolvedConversations: lists.threads.filter((one) => !one.flag('isResolved')).length,
    ...(autoMerge === undefined ? {} : { autoMerge: { by: actorOr(autoMerge.nodeOr('enabledBy')) } }),
    inMergeQueue: node.flag('isInMergeQueue'),
    ...queuedOf(node.nodeOr('mergeQueueEntry')),
    ...(lists.incomplete.length === 0 ? {} : { incomplete: lists.incomplete }),
  }
}

function queuedOf(entry: Node | undefined): Pick<ApiPull, 'queued'> {
  if (entry === undefined) return {}
  const head = entry.nodeOr('headCommit')
  const parent = head?.node('parents').list('nodes').at(0)?.text('oid')
  const group = head === undefined || parent === undefined ? {} : { group: { oid: head.text('oid'), parent } }
  return { queued: { by: actorOr(entry.nodeOr('enqueuer')), position: entry.number('position'), ...group } }
}

function whoDid(node: Node, state: string): Pick<ApiPull, 'bodyEditor' | 'endedBy' | 'disarmedBy' | 'leftQueue'> {
  const events = node.nodeOr('timelineItems')?.listOr('nodes') ?? []
  const bodyEditor = editorOf(node)
  const closer = events.findLast((one) => one.textOr('__typename') === 'ClosedEvent')
  const endedBy =
    state === 'MERGED'
      ? actor(node.nodeOr('mergedBy'))
      : state === 'CLOSED'
        ? actor(closer?.nodeOr('actor'))
        : undefined
  const armed = events.findLast((one) => /^AutoMerge(?:Dis|En)abledEvent$/.test(one.textOr('__typename') ?? ''))
  const disarmedBy =
    armed?.textOr('__typename') === 'AutoMergeDisabledEvent' ? actorOr(armed.nodeOr('actor')) : undefined
  return {
    ...(bodyEditor === undefined ? {} : { bodyEditor }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(disarmedBy === undefined ? {} : { disarmedBy }),
    ...leftQueueOf(events),
  }
}

function leftQueueOf(events: readonly Node[]): Pick<ApiPull, 'leftQueue'> {
  const last = events.findLast((one) => /MergeQueueEvent$/.test(one.textOr('__typename') ?? ''))
  if (last?.textOr('__typename') !== 'RemovedFromMergeQueueEvent') return {}
  return { leftQueue: { by: actorOr(last.nodeOr('actor')), atMs: last.timeMs('createdAt') } }
}
