import { changeIssue, createIssue } from '../../world/issue-life.ts'
import type { Comment, Issue, Pull, ReactionContent } from '../../world/issues.ts'
import { canSee } from '../../world/permissions.ts'
import type { Repository } from '../../world/repositories.ts'
import { addComment, deleteComment, editComment, findComment, react, setLabel } from '../../world/threads.ts'
import { type Args, maybeText, maybeTexts, text, texts } from '../args.ts'
import { type Context, viewer } from '../context.ts'
import { needToWrite, notFound, unprocessable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { parseNodeId } from '../node-ids.ts'
import { actorSource, commentSource, issueSource, threadSource } from '../sources.ts'
import { CONTENTS, reactionGroups, reactionNode } from '../types/threads.ts'
import { mutation, repositoryOf, threadOf } from './mutation.ts'

const ISSUES = { issues: 'write' } as const
const PULLS = { pull_requests: 'write' } as const

/** Comments and labels: on pull requests either permission is enough, on issues only that of issues. */
function needForThread(context: Context, repo: Repository, thread: Issue | Pull): void {
  needToWrite(context, repo, ...(thread.kind === 'pull' ? [PULLS, ISSUES] : [ISSUES]))
}

function commentOf(context: Context, id: string): { repo: Repository; comment: Comment; thread: Issue | Pull } {
  const parsed = parseNodeId(id)
  const repo = context.world.repositories.get(Number(parsed?.parts[0]))
  const comment = repo && findComment(repo, Number(parsed?.parts[1]))
  const thread = comment && repo.threads.get(comment.number)
  if (parsed?.type !== 'IssueComment' || !repo || !comment || !thread || !canSee(context.world, context.actor, repo)) {
    throw notFound(`Could not resolve to a node with the global id of '${id}'`)
  }
  return { repo, comment, thread }
}

async function comment(input: Args, context: Context) {
  const { repo, thread } = threadOf(context, text(input, 'subjectId'))
  needForThread(context, repo, thread)
  const made = addComment(context.world, repo, viewer(context), thread, text(input, 'body'))
  return { commentEdge: { cursor: '', node: commentSource(repo, made) }, subject: threadSource(repo, thread) }
}

async function updateComment(input: Args, context: Context) {
  const { repo, comment, thread } = commentOf(context, text(input, 'id'))
  needForThread(context, repo, thread)
  editComment(context.world, repo, viewer(context), comment, text(input, 'body'))
  return { issueComment: commentSource(repo, comment) }
}

async function removeComment(input: Args, context: Context) {
  const { repo, comment, thread } = commentOf(context, text(input, 'id'))
  needForThread(context, repo, thread)
  deleteComment(context.world, repo, viewer(context), comment)
  return {}
}

async function minimize(input: Args, context: Context) {
  const { repo, comment, thread } = commentOf(context, text(input, 'subjectId'))
  needForThread(context, repo, thread)
  comment.minimized = text(input, 'classifier').toLowerCase()
  return { minimizedComment: commentSource(repo, comment) }
}

async function addReaction(input: Args, context: Context) {
  const id = text(input, 'subjectId')
  const isComment = parseNodeId(id)?.type === 'IssueComment'
  const found = isComment ? commentOf(context, id) : { ...threadOf(context, id), comment: undefined }
  needForThread(context, found.repo, found.thread)
  const reactions = (found.comment ?? found.thread).reactions
  const { reaction } = react(context.world, reactions, viewer(context), contentOf(text(input, 'content')))
  const subject = found.comment ? commentSource(found.repo, found.comment) : threadSource(found.repo, found.thread)
  return { reaction: reactionNode(context, reaction), reactionGroups: reactionGroups(reactions), subject }
}

function contentOf(name: string): ReactionContent {
  const found = (Object.keys(CONTENTS) as ReactionContent[]).find((content) => CONTENTS[content] === name)
  if (!found) throw new TypeError(`${name} is no reaction`)
  return found
}

async function label(input: Args, context: Context, on: boolean) {
  const { repo, thread } = threadOf(context, text(input, 'labelableId'))
  needForThread(context, repo, thread)
  for (const id of texts(input, 'labelIds'))
    setLabel(context.world, repo, viewer(context), thread, labelOf(repo, id), on)
  return { labelable: threadSource(repo, thread) }
}

function labelOf(repo: Repository, id: string) {
  const parsed = parseNodeId(id)
  const found = [...repo.labels.values()].find((candidate) => candidate.id === Number(parsed?.parts[1]))
  if (parsed?.type !== 'Label' || !found || Number(parsed.parts[0]) !== repo.id) {
    throw notFound(`Could not resolve to a node with the global id of '${id}'`)
  }
  return found
}

async function newIssue(input: Args, context: Context) {
  const repo = repositoryOf(context, input)
  needToWrite(context, repo, ISSUES)
  if (!repo.settings.has_issues) throw unprocessable('Issues are disabled for this repo')
  const issue = createIssue(context.world, repo, viewer(context), text(input, 'title'), maybeText(input, 'body') ?? '')
  for (const id of texts(input, 'labelIds'))
    setLabel(context.world, repo, viewer(context), issue, labelOf(repo, id), true)
  return { issue: issueSource(repo, issue) }
}

function issueOf(context: Context, id: string): { repo: Repository; issue: Issue } {
  const { repo, thread } = threadOf(context, id)
  if (thread.kind !== 'issue') throw notFound(`Could not resolve to Issue node with the global id of '${id}'.`)
  needToWrite(context, repo, ISSUES)
  return { repo, issue: thread }
}

async function updateIssue(input: Args, context: Context) {
  const { repo, issue } = issueOf(context, text(input, 'id'))
  const title = maybeText(input, 'title')
  const body = maybeText(input, 'body')
  const state = maybeText(input, 'state')
  changeIssue(context.world, repo, viewer(context), issue, {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(state === undefined ? {} : { state: state === 'OPEN' ? 'open' : 'closed' }),
  })
  const labels = maybeTexts(input, 'labelIds')?.map((id) => labelOf(repo, id))
  for (const known of labels ? repo.labels.values() : []) {
    setLabel(context.world, repo, viewer(context), issue, known, labels?.includes(known) ?? false)
  }
  return { issue: issueSource(repo, issue), actor: actorSource(context, viewer(context).login) }
}

async function turnIssue(input: Args, context: Context, state: 'open' | 'closed') {
  const { repo, issue } = issueOf(context, text(input, 'issueId'))
  const reason = maybeText(input, 'stateReason')
  const stateReason = reason === 'NOT_PLANNED' ? 'not_planned' : 'completed'
  changeIssue(context.world, repo, viewer(context), issue, { state, ...(state === 'closed' ? { stateReason } : {}) })
  return { issue: issueSource(repo, issue) }
}

export const threadMutations: Fields<unknown> = {
  addComment: mutation(['subjectId', 'body'], comment),
  updateIssueComment: mutation(['id', 'body'], updateComment),
  deleteIssueComment: mutation(['id'], removeComment),
  minimizeComment: mutation(['subjectId', 'classifier'], minimize),
  addReaction: mutation(['subjectId', 'content'], addReaction),
  addLabelsToLabelable: mutation(['labelableId', 'labelIds'], (input, context) => label(input, context, true)),
  removeLabelsFromLabelable: mutation(['labelableId', 'labelIds'], (input, context) => label(input, context, false)),
  createIssue: mutation(['repositoryId', 'title', 'body', 'labelIds'], newIssue),
  updateIssue: mutation(['id', 'title', 'body', 'state', 'labelIds'], updateIssue),
  closeIssue: mutation(['issueId', 'stateReason'], (input, context) => turnIssue(input, context, 'closed')),
  reopenIssue: mutation(['issueId'], (input, context) => turnIssue(input, context, 'open')),
}
