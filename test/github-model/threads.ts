import type { ApiCheckRun, ApiIssue, Outcome, Refusal } from '../../src/adapters/github/api.ts'
import { good, OK, refused, tooLong } from './refusals.ts'
import { accountOf, type ModelRepository } from './repository.ts'
import type { Actor, CheckState, CommentState, IssueState, PullState } from './state.ts'

export type ThreadChange = {
  readonly title?: string
  readonly body?: string
  readonly state?: 'open' | 'closed'
  /** Of an issue; completed where it is closed without a word. */
  readonly closedAs?: NonNullable<ApiIssue['closedAs']>
}

export function archived(repository: ModelRepository): { ok: false; refusal: Refusal } | undefined {
  if (!repository.state.settings.archived) return undefined
  return refused('archived', 403, 'Repository was archived so is read-only.')
}

export function edited<Thread extends PullState | IssueState>(
  thread: Thread,
  actor: Actor,
  change: ThreadChange,
  atMs: number,
): Thread {
  const body =
    change.body === undefined || change.body === thread.body
      ? {}
      : { body: change.body, bodyEditor: accountOf(actor), editedAtMs: atMs }
  return { ...thread, ...(change.title === undefined ? {} : { title: change.title.trim() }), ...body }
}

export function createIssue(
  repository: ModelRepository,
  actor: Actor,
  asked: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
): Outcome<IssueState> {
  const no = archived(repository)
  if (no !== undefined) return no
  if (!repository.state.settings.issues)
    return refused('not-found', 410, 'Issues has been disabled in this repository.')
  const long = tooLong(asked)
  if (long !== undefined) return { ok: false, refusal: long }
  const number = repository.state.last + 1
  const at = repository.now()
  // REST makes labels that are not there.
  const labels = new Map(repository.state.labels)
  for (const label of asked.labels) if (!labels.has(label)) labels.set(label, repository.id('LA'))
  const issue: IssueState = {
    number,
    author: accountOf(actor),
    title: asked.title.trim(),
    body: asked.body,
    createdAtMs: at,
    updatedAtMs: at,
    labels: asked.labels,
    comments: [],
    state: 'open',
  }
  repository.set({ last: number, labels, issues: new Map(repository.state.issues).set(number, issue) })
  return good(issue)
}

export function updateIssue(
  repository: ModelRepository,
  actor: Actor,
  number: number,
  change: ThreadChange,
): Outcome<null> {
  const no = archived(repository)
  if (no !== undefined) return no
  const issue = repository.state.issues.get(number)
  if (issue === undefined) return refused('not-found', 404, 'Not Found')
  const long = tooLong(change)
  if (long !== undefined) return { ok: false, refusal: long }
  const state = change.state ?? issue.state
  const { closedBy: before, closedAs: word, ...rest } = edited(issue, actor, change, repository.now())
  const ended =
    issue.state === 'open'
      ? { closedBy: accountOf(actor), closedAs: change.closedAs ?? 'completed' }
      : { ...(before && { closedBy: before }), ...(word && { closedAs: word }) }
  repository.setIssue({ ...rest, state, updatedAtMs: repository.now(), ...(state === 'open' ? {} : ended) })
  return OK
}

export function createComment(
  repository: ModelRepository,
  actor: Actor,
  number: number,
  body: string,
): Outcome<CommentState> {
  const no = archived(repository)
  if (no !== undefined) return no
  const long = tooLong({ body })
  if (long !== undefined) return { ok: false, refusal: long }
  const { pulls, issues } = repository.state
  const [pull, issue] = [pulls.get(number), issues.get(number)]
  const at = repository.now()
  const comment: CommentState = {
    id: repository.id('IC'),
    author: accountOf(actor),
    createdAtMs: at,
    body,
    reactions: [],
  }
  if (pull !== undefined) repository.setPull({ ...pull, updatedAtMs: at, comments: [...pull.comments, comment] })
  else if (issue !== undefined) {
    repository.setIssue({ ...issue, updatedAtMs: at, comments: [...issue.comments, comment] })
  } else return refused('not-found', 404, 'Not Found')
  return good(comment)
}

/** Changes a comment wherever it is; `undefined` takes it away. */
export function changeComment(
  repository: ModelRepository,
  id: string,
  change: (comment: CommentState) => CommentState | undefined,
): Outcome<null> {
  const no = archived(repository)
  if (no !== undefined) return no
  const all = [...repository.state.pulls.values(), ...repository.state.issues.values()]
  const thread = all.find(({ comments }) => comments.some((one) => one.id === id))
  if (thread === undefined) return refused('not-found', 404, 'Could not resolve to a node')
  const comments = thread.comments.flatMap((one) => (one.id === id ? (change(one) ?? []) : one))
  const changed = { ...thread, comments, updatedAtMs: repository.now() }
  if ('branch' in changed) repository.setPull(changed)
  else repository.setIssue(changed)
  return OK
}

/** A check run is made by an app, and changed by that app alone. */
export function checkRun(
  repository: ModelRepository,
  actor: Actor,
  run: ApiCheckRun,
): Outcome<{ readonly id: string }> {
  const no = archived(repository)
  if (no !== undefined) return no
  if (actor.appId === undefined) return refused('forbidden', 403, 'You must authenticate via a GitHub App.')
  if (!repository.objects.commits.has(run.sha)) return refused('invalid', 422, `No commit found for SHA: ${run.sha}`)
  if (run.summary.length > 65_535 || (run.text?.length ?? 0) > 65_535) {
    return refused('invalid', 422, 'Only 65535 characters are allowed')
  }
  if (run.status === 'completed' && run.conclusion === undefined) {
    return refused('invalid', 422, 'conclusion is required when status is completed')
  }
  const old = repository.state.checks.find(({ id }) => id === run.id)
  if (run.id !== undefined && (old === undefined || old.app !== actor.appId)) {
    return refused('not-found', 404, 'Not Found')
  }
  const id = run.id ?? repository.id('CR')
  const next: CheckState = {
    ...old,
    id,
    name: run.name,
    sha: old?.sha ?? run.sha,
    app: actor.appId,
    reporter: actor,
    status: run.status,
    title: run.title,
    summary: run.summary,
    ...(run.conclusion === undefined ? {} : { conclusion: run.conclusion }),
    ...(run.status === 'completed' ? { completedAtMs: repository.now() } : {}),
    ...(run.text === undefined ? {} : { text: run.text }),
    ...(run.externalId === undefined ? {} : { externalId: run.externalId }),
  }
  const others = repository.state.checks.filter((one) => one.id !== id)
  repository.set({ checks: [...others, next] })
  return good({ id })
}
