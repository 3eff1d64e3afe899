import { refusal } from '../../answers.ts'
import type { Answer, Route } from '../../exchange.ts'
import { maybeText, maybeTexts, text } from '../../graphql/args.ts'
import { changeIssue, createIssue } from '../../world/issue-life.ts'
import { type Comment, type Issue, type Pull, REACTIONS, type Reaction } from '../../world/issues.ts'
import { mayIn } from '../../world/permissions.ts'
import { changePull, endPull, reopenPull } from '../../world/pulls.ts'
import {
  addComment,
  createLabel,
  deleteComment,
  editComment,
  findComment,
  findLabel,
  react,
  setLabel,
} from '../../world/threads.ts'
import {
  type Asked,
  actorOf,
  created,
  invalid,
  NO_CONTENT,
  needsOfThread,
  notFound,
  ok,
  READ_ISSUES,
  Refusal,
  reads,
  WRITE_ISSUES,
  writes,
} from '../answering.ts'
import { commentForm, issueForm, reactionForm } from '../forms/threads.ts'
import { paged } from '../paging.ts'
import { labelNames } from './labels.ts'

export function threadOf(asked: Asked, level: 'read' | 'write'): Issue | Pull {
  const thread = asked.repo.threads.get(Number(asked.params['issue_number']))
  if (!thread) throw notFound()
  needsOfThread(asked, thread, level)
  return thread
}

/** Pull requests are listed among the issues, as far as the caller may read them. */
function listIssues(asked: Asked): Promise<Answer> {
  const { world, repo, query, exchange } = asked
  const state = query.get('state') ?? 'open'
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '')
  const creator = query.get('creator')
  const since = query.get('since')
  const readable = {
    issue: mayIn(world, exchange.actor, repo, { issues: 'read' }),
    pull: mayIn(world, exchange.actor, repo, { pull_requests: 'read' }),
  }
  const found = [...repo.threads.values()].filter(
    (thread) =>
      readable[thread.kind] &&
      (state === 'all' || thread.state === state) &&
      labels.every((name) => thread.labels.has(name)) &&
      (creator === null || thread.author === creator) &&
      (since === null || thread.updatedAt >= Date.parse(since)),
  )
  const key = (thread: Issue | Pull) => (query.get('sort') === 'updated' ? thread.updatedAt : thread.createdAt)
  const ascending = found.sort((a, b) => key(a) - key(b) || a.number - b.number)
  return paged(asked, query.get('direction') === 'asc' ? ascending : ascending.reverse(), (one) =>
    issueForm(asked, one),
  )
}

async function create(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  if (!repo.settings.has_issues) throw new Refusal(refusal(410, 'Issues has been disabled in this repository.'))
  const issue = createIssue(world, repo, actorOf(asked), text(body, 'title'), maybeText(body, 'body') ?? '')
  for (const name of labelNames(body)) {
    // A label that is not there yet is made.
    setLabel(world, repo, actorOf(asked), issue, findLabel(repo, name) ?? createLabel(world, repo, name), true)
  }
  return created(issueForm(asked, issue))
}

async function update(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const thread = threadOf(asked, 'write')
  const [title, words, state] = [maybeText(body, 'title'), maybeText(body, 'body'), maybeText(body, 'state')]
  const change = { ...(title === undefined ? {} : { title }), ...(words === undefined ? {} : { body: words }) }
  if (thread.kind === 'pull') {
    await changePull(world, repo, actorOf(asked), thread, change)
    if (state === 'closed') endPull(world, repo, actorOf(asked), thread)
    const refused = state === 'open' ? await reopenPull(world, repo, actorOf(asked), thread) : undefined
    if (refused) throw invalid({ resource: 'PullRequest', code: 'custom', message: refused.text })
  } else {
    const turned = state === 'open' || state === 'closed' ? ({ state } as const) : {}
    const reason = maybeText(body, 'state_reason') === 'not_planned' ? ({ stateReason: 'not_planned' } as const) : {}
    changeIssue(world, repo, actorOf(asked), thread, { ...change, ...turned, ...reason })
  }
  const labels = maybeTexts(body, 'labels')
  for (const label of labels ? repo.labels.values() : []) {
    setLabel(world, repo, actorOf(asked), thread, label, labels?.includes(label.name) ?? false)
  }
  return ok(issueForm(asked, thread))
}

function listComments(asked: Asked): Promise<Answer> {
  const since = asked.query.get('since')
  const comments = threadOf(asked, 'read').comments.filter(
    (one) => since === null || one.updatedAt >= Date.parse(since),
  )
  return paged(asked, comments, (comment) => commentForm(asked, comment))
}

async function createComment(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  return created(
    commentForm(asked, addComment(world, repo, actorOf(asked), threadOf(asked, 'write'), text(body, 'body'))),
  )
}

function commentOf(asked: Asked, level: 'read' | 'write'): Comment {
  const comment = findComment(asked.repo, Number(asked.params['comment_id']))
  const thread = comment && asked.repo.threads.get(comment.number)
  if (!comment || !thread) throw notFound()
  needsOfThread(asked, thread, level)
  return comment
}

async function updateComment(asked: Asked): Promise<Answer> {
  const comment = commentOf(asked, 'write')
  editComment(asked.world, asked.repo, actorOf(asked), comment, text(asked.body, 'body'))
  return ok(commentForm(asked, comment))
}

async function removeComment(asked: Asked): Promise<Answer> {
  deleteComment(asked.world, asked.repo, actorOf(asked), commentOf(asked, 'write'))
  return NO_CONTENT
}

async function addReaction(asked: Asked, reactions: Reaction[]): Promise<Answer> {
  const content = REACTIONS.find((name) => name === text(asked.body, 'content'))
  if (!content) throw invalid({ resource: 'Reaction', code: 'invalid', field: 'content' })
  const { reaction, fresh } = react(asked.world, reactions, actorOf(asked), content)
  return { status: fresh ? 201 : 200, body: reactionForm(asked, reaction) }
}

function listReactions(asked: Asked, reactions: readonly Reaction[]): Promise<Answer> {
  const content = asked.query.get('content')
  const found = reactions.filter((reaction) => content === null || reaction.content === content)
  return paged(asked, found, (reaction) => reactionForm(asked, reaction))
}

const COMMENT = '/issues/comments/{comment_id}'

export const issueRoutes: readonly Route[] = [
  reads('/issues', READ_ISSUES, listIssues),
  writes('POST', '/issues', [{ issues: 'write' }], create),
  reads('/issues/{issue_number}', READ_ISSUES, (asked) => ok(issueForm(asked, threadOf(asked, 'read')))),
  writes('PATCH', '/issues/{issue_number}', WRITE_ISSUES, update),
  reads('/issues/{issue_number}/comments', READ_ISSUES, listComments),
  writes('POST', '/issues/{issue_number}/comments', WRITE_ISSUES, createComment),
  reads(COMMENT, READ_ISSUES, (asked) => ok(commentForm(asked, commentOf(asked, 'read')))),
  writes('PATCH', COMMENT, WRITE_ISSUES, updateComment),
  writes('DELETE', COMMENT, WRITE_ISSUES, removeComment),
  reads(`${COMMENT}/reactions`, READ_ISSUES, (asked) => listReactions(asked, commentOf(asked, 'read').reactions)),
  writes('POST', `${COMMENT}/reactions`, WRITE_ISSUES, (asked) =>
    addReaction(asked, commentOf(asked, 'write').reactions),
  ),
  writes('POST', '/issues/{issue_number}/reactions', WRITE_ISSUES, (asked) =>
    addReaction(asked, threadOf(asked, 'write').reactions),
  ),
]
