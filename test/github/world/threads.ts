import type { Account } from './accounts.ts'
import type { Comment, Issue, Pull, Reaction, ReactionContent, Thread, TimelineEvent, Written } from './issues.ts'
import type { Label, Repository } from './repositories.ts'
import type { World } from './world.ts'

/** Adds to the timeline. */
export function note(
  world: World,
  thread: Thread,
  kind: TimelineEvent['kind'],
  actor: Pick<Account, 'login'>,
  label?: string,
): void {
  thread.timeline.push({
    id: world.nextId(),
    kind,
    actor: actor.login,
    at: world.clock.now(),
    ...(label === undefined ? {} : { label }),
  })
}

export function newThread(world: World, repo: Repository, author: Account, title: string, body: string): Thread {
  const now = world.clock.now()
  return {
    id: world.nextId(),
    repositoryId: repo.id,
    number: repo.nextNumber++,
    author: author.login,
    createdAt: now,
    updatedAt: now,
    editor: undefined,
    lastEditedAt: undefined,
    title,
    body,
    state: 'open',
    closedAt: undefined,
    closedBy: undefined,
    labels: new Set(),
    assignees: new Set(),
    comments: [],
    reactions: [],
    timeline: [],
  }
}

/** Changes a text and remembers who did; saying the same again is no edit. */
export function rewrite(world: World, written: Written, editor: Account, body: string): boolean {
  if (written.body === body) return false
  written.body = body
  written.editor = editor.login
  written.lastEditedAt = world.clock.now()
  written.updatedAt = world.clock.now()
  return true
}

export function addComment(
  world: World,
  repo: Repository,
  sender: Account,
  thread: Issue | Pull,
  body: string,
): Comment {
  const now = world.clock.now()
  const comment: Comment = {
    id: world.nextId(),
    repositoryId: repo.id,
    number: thread.number,
    author: sender.login,
    createdAt: now,
    updatedAt: now,
    body,
    editor: undefined,
    lastEditedAt: undefined,
    reactions: [],
    minimized: undefined,
    appId: sender.appId,
  }
  thread.comments.push(comment)
  thread.updatedAt = now
  world.events.emit({ event: 'issue_comment', action: 'created', repository: repo, sender, thread, comment })
  return comment
}

export function editComment(world: World, repo: Repository, sender: Account, comment: Comment, body: string): void {
  const formerBody = comment.body
  const thread = repo.threads.get(comment.number)
  if (!thread || !rewrite(world, comment, sender, body)) return
  world.events.emit({ event: 'issue_comment', action: 'edited', repository: repo, sender, thread, comment, formerBody })
}

export function deleteComment(world: World, repo: Repository, sender: Account, comment: Comment): void {
  const thread = repo.threads.get(comment.number)
  if (!thread) return
  thread.comments.splice(thread.comments.indexOf(comment), 1)
  world.events.emit({ event: 'issue_comment', action: 'deleted', repository: repo, sender, thread, comment })
}

export function findComment(repo: Repository, id: number): Comment | undefined {
  return [...repo.threads.values()].flatMap((thread) => thread.comments).find((comment) => comment.id === id)
}

/** One of a kind per account; a second is the first. */
export function react(
  world: World,
  reactions: Reaction[],
  sender: Account,
  content: ReactionContent,
): { reaction: Reaction; fresh: boolean } {
  const former = reactions.find((reaction) => reaction.login === sender.login && reaction.content === content)
  if (former) return { reaction: former, fresh: false }
  const reaction = { id: world.nextId(), login: sender.login, content, createdAt: world.clock.now() }
  reactions.push(reaction)
  return { reaction, fresh: true }
}

/** GitHub's names of labels don't differ by case. */
export function findLabel(repo: Repository, name: string): Label | undefined {
  return [...repo.labels.values()].find((label) => label.name.toLowerCase() === name.toLowerCase())
}

export function createLabel(
  world: World,
  repo: Repository,
  name: string,
  color = 'ededed',
  description?: string,
): Label {
  const label: Label = { id: world.nextId(), name, color, description }
  repo.labels.set(name, label)
  return label
}

export function setLabel(
  world: World,
  repo: Repository,
  sender: Account,
  thread: Issue | Pull,
  label: Label,
  on: boolean,
): void {
  if (thread.labels.has(label.name) === on) return
  if (on) thread.labels.add(label.name)
  else thread.labels.delete(label.name)
  thread.updatedAt = world.clock.now()
  const action = on ? 'labeled' : 'unlabeled'
  note(world, thread, action, sender, label.name)
  if (thread.kind === 'pull') {
    world.events.emit({ event: 'pull_request', action, repository: repo, sender, pull: thread, label })
  } else {
    world.events.emit({ event: 'issues', action, repository: repo, sender, issue: thread, label })
  }
}
