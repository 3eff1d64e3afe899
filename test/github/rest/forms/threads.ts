import { accountForm, appForm, iso } from '../../auth/forms.ts'
import { nodeId } from '../../graphql/node-ids.ts'
import type { Comment, Issue, Pull, Reaction } from '../../world/issues.ts'
import type { Label } from '../../world/repositories.ts'
import type { Place } from './git.ts'
import { apiOf, webOf } from './repository.ts'

/** Null for accounts that are gone. */
export function personForm({ world, root }: Place, login: string | undefined) {
  const account = login === undefined ? undefined : world.accounts.get(login)
  return account ? accountForm(account, root) : null
}

export function labelForm({ repo, root }: Place, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('Label', repo.id, label.id),
    url: `${apiOf(repo, root)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: label.description ?? null,
    color: label.color,
    default: false,
  }
}

export function labelsOf(place: Place, thread: Issue | Pull) {
  return [...thread.labels].flatMap((name) => {
    const label = place.repo.labels.get(name)
    return label ? [labelForm(place, label)] : []
  })
}

/** Pull requests are issues too: those say so with `pull_request`. */
export function issueForm(place: Place, thread: Issue | Pull) {
  const { repo, root } = place
  const url = `${apiOf(repo, root)}/issues/${thread.number}`
  const isPull = thread.kind === 'pull'
  const page = `${webOf(repo, root)}/${isPull ? 'pull' : 'issues'}/${thread.number}`
  const pull = {
    url: `${apiOf(repo, root)}/pulls/${thread.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: thread.kind === 'pull' && thread.merged ? iso(thread.merged.at) : null,
  }
  return {
    id: thread.id,
    node_id: nodeId(isPull ? 'PullRequest' : 'Issue', repo.id, thread.number),
    url,
    repository_url: apiOf(repo, root),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: thread.number,
    state: thread.state,
    state_reason: thread.kind === 'issue' ? (thread.stateReason ?? null) : null,
    title: thread.title,
    body: thread.body,
    user: personForm(place, thread.author),
    labels: labelsOf(place, thread),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: thread.comments.length,
    created_at: iso(thread.createdAt),
    updated_at: iso(thread.updatedAt),
    closed_at: thread.closedAt === undefined ? null : iso(thread.closedAt),
    closed_by: personForm(place, thread.closedBy),
    author_association: 'NONE',
    performed_via_github_app: null,
    ...(isPull ? { pull_request: pull } : {}),
  }
}

export function commentForm(place: Place, comment: Comment) {
  const { world, repo, root } = place
  const app = comment.appId === undefined ? undefined : world.apps.get(comment.appId)
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', repo.id, comment.id),
    url: `${apiOf(repo, root)}/issues/comments/${comment.id}`,
    html_url: `${webOf(repo, root)}/issues/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${apiOf(repo, root)}/issues/${comment.number}`,
    body: comment.body,
    user: personForm(place, comment.author),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    author_association: 'NONE',
    performed_via_github_app: app ? appForm(world, app, root) : null,
  }
}

export function reactionForm(place: Place, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: personForm(place, reaction.login),
    content: reaction.content,
    created_at: iso(reaction.createdAt),
  }
}
