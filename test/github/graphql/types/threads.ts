import type { Comment, Issue, Pull, Reaction, ReactionContent, TimelineEvent } from '../../world/issues.ts'
import type { Repository } from '../../world/repositories.ts'
import { type Args, maybeTexts } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { type Context, maybeWhen, viewer, when } from '../context.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import { actorSource, type CommentSource, commentSource, type LabelSource, threadSource } from '../sources.ts'

export const CONTENTS: Readonly<Record<ReactionContent, string>> = {
  '+1': 'THUMBS_UP',
  '-1': 'THUMBS_DOWN',
  laugh: 'LAUGH',
  confused: 'CONFUSED',
  heart: 'HEART',
  hooray: 'HOORAY',
  rocket: 'ROCKET',
  eyes: 'EYES',
}

export const webOf = (context: Context, repo: Repository): string => `${context.webRoot}/${repo.owner}/${repo.name}`

type HasThread = { readonly repo: Repository }

/** Fields that issues and pull requests share. `threadOf` finds the thread of a source. */
export function threadFields<Source extends HasThread>(threadOf: (source: Source) => Issue | Pull): Fields<Source> {
  const of = (resolve: (thread: Issue | Pull, context: Context, source: Source) => unknown) =>
    field<Source>((source, _, context) => resolve(threadOf(source), context, source))
  return {
    databaseId: of((thread) => thread.id),
    fullDatabaseId: of((thread) => String(thread.id)),
    number: of((thread) => thread.number),
    title: of((thread) => thread.title),
    body: of((thread) => thread.body),
    bodyText: of((thread) => thread.body),
    createdAt: of((thread) => when(thread.createdAt)),
    updatedAt: of((thread) => when(thread.updatedAt)),
    publishedAt: of((thread) => when(thread.createdAt)),
    closedAt: of((thread) => maybeWhen(thread.closedAt)),
    closed: of((thread) => thread.state === 'closed'),
    locked: of(() => false),
    lastEditedAt: of((thread) => maybeWhen(thread.lastEditedAt)),
    author: of((thread, context) => actorSource(context, thread.author)),
    editor: of((thread, context) => actorSource(context, thread.editor)),
    authorAssociation: of(() => 'NONE'),
    viewerDidAuthor: of((thread, context) => viewer(context).login === thread.author),
    milestone: of(() => null),
    repository: of((_, __, { repo }) => ({ type: 'Repository', repo })),
    reactionGroups: of((thread) => reactionGroups(thread.reactions)),
    labels: fieldWith(['orderBy', ...PAGING], (source, args, _, name) =>
      labelList(source.repo, threadOf(source), args, name),
    ),
    assignees: fieldWith([...PAGING], (source, args, context, name) =>
      connect([...threadOf(source).assignees], args, name, (login) => actorSource(context, login)),
    ),
    comments: fieldWith(['orderBy', ...PAGING], (source, args, _, name) =>
      connect(threadOf(source).comments, args, name, (comment) => commentSource(source.repo, comment)),
    ),
    // Classic projects are no more; clients of that time still ask.
    projectCards: fieldWith(['archivedStates', ...PAGING], (_, args, __, name) => connect([], args, name, () => null)),
    timelineItems: fieldWith(['itemTypes', 'since', ...PAGING], (source, args, _, name) =>
      timeline(source.repo, threadOf(source), args, name),
    ),
    reactions: fieldWith(['content', 'orderBy', ...PAGING], (source, args, context, name) =>
      reactionList(context, threadOf(source).reactions, args, name),
    ),
  }
}

function labelList(repo: Repository, thread: Issue | Pull, args: Args, name: string) {
  const labels = [...thread.labels].flatMap((label) => repo.labels.get(label) ?? [])
  return connect(labels, args, name, (label): LabelSource => ({ type: 'Label', repo, label }))
}

function reactionList(context: Context, reactions: readonly Reaction[], args: Args, name: string) {
  const content = args['content']
  const found = reactions.filter((reaction) => typeof content !== 'string' || CONTENTS[reaction.content] === content)
  return connect(found, args, name, (reaction) => reactionNode(context, reaction))
}

export function reactionNode(context: Context, reaction: Reaction) {
  const account = actorSource(context, reaction.login)
  return {
    id: nodeId('Reaction', reaction.id),
    databaseId: reaction.id,
    content: CONTENTS[reaction.content],
    createdAt: when(reaction.createdAt),
    // A reaction of an App is by a User here too, for want of another type.
    user: account && { ...account, type: 'User' },
  }
}

export function reactionGroups(reactions: readonly Reaction[]) {
  return Object.entries(CONTENTS).map(([content, name]) => {
    const count = reactions.filter((reaction) => reaction.content === content).length
    return { content: name, users: () => ({ totalCount: count }), reactors: () => ({ totalCount: count }) }
  })
}

/** Name in the schema of what happened; kinds that have no type yet are left out of no list: they have one. */
const EVENT_TYPES: Readonly<Record<TimelineEvent['kind'], string>> = {
  closed: 'ClosedEvent',
  reopened: 'ReopenedEvent',
  merged: 'MergedEvent',
  labeled: 'LabeledEvent',
  unlabeled: 'UnlabeledEvent',
  head_ref_deleted: 'HeadRefDeletedEvent',
  head_ref_force_pushed: 'HeadRefForcePushedEvent',
  auto_merge_enabled: 'AutoMergeEnabledEvent',
  auto_merge_disabled: 'AutoMergeDisabledEvent',
  added_to_merge_queue: 'AddedToMergeQueueEvent',
  removed_from_merge_queue: 'RemovedFromMergeQueueEvent',
}

type EventSource = {
  readonly type: string
  readonly repo: Repository
  readonly thread: Issue | Pull
  readonly event: TimelineEvent
}

function timeline(repo: Repository, thread: Issue | Pull, args: Args, name: string) {
  const wanted = maybeTexts(args, 'itemTypes')
  const since = typeof args['since'] === 'string' ? Date.parse(args['since']) : 0
  const events = thread.timeline.filter(
    (event) => event.at >= since && (wanted === undefined || wanted.includes(itemType(event.kind))),
  )
  return connect(events, args, name, (event): EventSource => ({ type: EVENT_TYPES[event.kind], repo, thread, event }))
}

const itemType = (kind: TimelineEvent['kind']): string => `${kind.toUpperCase()}_EVENT`

const eventFields: Fields<EventSource> = {
  id: field(({ event }) => nodeId('Event', event.id)),
  actor: field(({ event }, _, context) => actorSource(context, event.actor)),
  createdAt: field(({ event }) => when(event.at)),
  closable: field(({ repo, thread }) => threadSource(repo, thread)),
  labelable: field(({ repo, thread }) => threadSource(repo, thread)),
  closer: field(() => null),
  pullRequest: field(({ repo, thread }) => threadSource(repo, thread)),
  label: field(({ repo, event }) => ({ type: 'Label', repo, label: repo.labels.get(event.label ?? '') })),
  reason: field(() => null),
  reasonCode: field(() => null),
}

export const eventTables = Object.fromEntries(Object.values(EVENT_TYPES).map((type) => [type, eventFields]))

export const label: Fields<LabelSource> = {
  id: field(({ repo, label }) => nodeId('Label', repo.id, label.id)),
  name: field(({ label }) => label.name),
  color: field(({ label }) => label.color),
  description: field(({ label }) => label.description ?? null),
  isDefault: field(() => false),
}

const commentOf = (resolve: (comment: Comment, context: Context, source: CommentSource) => unknown) =>
  field<CommentSource>((source, _, context) => resolve(source.comment, context, source))

export const issueComment: Fields<CommentSource> = {
  id: commentOf((comment, _, { repo }) => nodeId('IssueComment', repo.id, comment.id)),
  databaseId: commentOf((comment) => comment.id),
  fullDatabaseId: commentOf((comment) => String(comment.id)),
  body: commentOf((comment) => comment.body),
  bodyText: commentOf((comment) => comment.body),
  createdAt: commentOf((comment) => when(comment.createdAt)),
  updatedAt: commentOf((comment) => when(comment.updatedAt)),
  publishedAt: commentOf((comment) => when(comment.createdAt)),
  lastEditedAt: commentOf((comment) => maybeWhen(comment.lastEditedAt)),
  includesCreatedEdit: commentOf((comment) => comment.lastEditedAt !== undefined),
  author: commentOf((comment, context) => actorSource(context, comment.author)),
  editor: commentOf((comment, context) => actorSource(context, comment.editor)),
  authorAssociation: commentOf(() => 'NONE'),
  viewerDidAuthor: commentOf((comment, context) => viewer(context).login === comment.author),
  isMinimized: commentOf((comment) => comment.minimized !== undefined),
  minimizedReason: commentOf((comment) => comment.minimized ?? null),
  url: commentOf(
    (comment, context, { repo }) => `${webOf(context, repo)}/issues/${comment.number}#issuecomment-${comment.id}`,
  ),
  reactionGroups: commentOf((comment) => reactionGroups(comment.reactions)),
  reactions: fieldWith(['content', 'orderBy', ...PAGING], ({ comment }, args, context, name) =>
    reactionList(context, comment.reactions, args, name),
  ),
  issue: commentOf((comment, _, { repo }) => {
    const thread = repo.threads.get(comment.number)
    return thread ? threadSource(repo, thread) : null
  }),
}
