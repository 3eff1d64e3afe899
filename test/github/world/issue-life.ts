import type { Account } from './accounts.ts'
import type { Issue } from './issues.ts'
import type { Repository } from './repositories.ts'
import { newThread, note, rewrite } from './threads.ts'
import type { World } from './world.ts'

export function createIssue(world: World, repo: Repository, sender: Account, title: string, body: string): Issue {
  const issue: Issue = { ...newThread(world, repo, sender, title, body), kind: 'issue', stateReason: undefined }
  repo.threads.set(issue.number, issue)
  world.events.emit({ event: 'issues', action: 'opened', repository: repo, sender, issue })
  return issue
}

export type IssueChange = {
  readonly title?: string
  readonly body?: string
  readonly state?: 'open' | 'closed'
  readonly stateReason?: 'completed' | 'not_planned' | undefined
}

export function changeIssue(world: World, repo: Repository, sender: Account, issue: Issue, change: IssueChange): void {
  const former = { title: issue.title, body: issue.body }
  const retitled = change.title !== undefined && change.title !== issue.title
  if (change.title !== undefined) issue.title = change.title
  const edited = change.body !== undefined && rewrite(world, issue, sender, change.body)
  issue.updatedAt = world.clock.now()
  if (retitled || edited) {
    const changes = { ...(retitled ? { title: former.title } : {}), ...(edited ? { body: former.body } : {}) }
    world.events.emit({ event: 'issues', action: 'edited', repository: repo, sender, issue, changes })
  }
  if (change.state !== undefined && change.state !== issue.state) turn(world, repo, sender, issue, change)
}

function turn(world: World, repo: Repository, sender: Account, issue: Issue, change: IssueChange): void {
  const closing = change.state === 'closed'
  issue.state = closing ? 'closed' : 'open'
  issue.closedAt = closing ? world.clock.now() : undefined
  issue.closedBy = closing ? sender.login : undefined
  issue.stateReason = closing ? (change.stateReason ?? 'completed') : 'reopened'
  note(world, issue, closing ? 'closed' : 'reopened', sender)
  world.events.emit({ event: 'issues', action: closing ? 'closed' : 'reopened', repository: repo, sender, issue })
}
