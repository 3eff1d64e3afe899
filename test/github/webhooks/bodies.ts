import { accountForm, appForm, iso } from '../auth/forms.ts'
import type { CheckRun, CheckSuite } from '../world/checks.ts'
import type { WorldEvent } from '../world/events.ts'
import type { Comment, Issue, Pull, Review } from '../world/issues.ts'
import type { Repository } from '../world/repositories.ts'
import type { World } from '../world/world.ts'

/** Bodies of events in GitHub's form: its names and nesting, and of each object what an App can act on. */
type Json = Readonly<Record<string, unknown>>
type RepositoryEvent = Exclude<WorldEvent, { event: 'installation' | 'installation_repositories' }>
type Form = { readonly world: World; readonly root: string }

export function eventBody(world: World, event: RepositoryEvent, root: string): Json {
  const owner = world.accounts.get(event.repository.owner)
  const organization = owner?.kind === 'Organization' ? { organization: { login: owner.login, id: owner.id } } : {}
  const action = 'action' in event ? { action: event.action } : {}
  return {
    ...action,
    ...subject({ world, root }, event),
    repository: repositoryForm(world, event.repository, root),
    ...organization,
    sender: accountForm(event.sender, root),
  }
}

function subject(form: Form, event: RepositoryEvent): Json {
  const { repository } = event
  switch (event.event) {
    case 'push':
      return pushed(event)
    case 'create':
    case 'delete':
      return { ref: event.ref.replace(/^refs\/(heads|tags)\//, ''), ref_type: refType(event.ref), pusher_type: 'user' }
    case 'pull_request':
      return {
        ...pullChange(form, event),
        number: event.pull.number,
        pull_request: pullForm(form, repository, event.pull),
      }
    case 'pull_request_review':
      return { review: reviewForm(form, event.review), pull_request: pullForm(form, repository, event.pull) }
    case 'issue_comment':
      return {
        issue: issueForm(form, repository, event.thread),
        comment: commentForm(form, repository, event.comment),
        ...(event.formerBody === undefined ? {} : { changes: { body: { from: event.formerBody } } }),
      }
    case 'issues':
      return { issue: issueForm(form, repository, event.issue), ...(event.label ? { label: event.label } : {}) }
    case 'check_run':
      return {
        check_run: runForm(form, repository, event.run),
        ...(event.identifier === undefined ? {} : { requested_action: { identifier: event.identifier } }),
      }
    case 'check_suite':
      return { check_suite: suiteForm(form, repository, event.suite) }
    case 'status': {
      const { status } = event
      return {
        id: status.id,
        sha: status.sha,
        name: `${repository.owner}/${repository.name}`,
        target_url: status.targetUrl ?? null,
        context: status.context,
        description: status.description ?? null,
        state: status.state,
        created_at: iso(status.createdAt),
        updated_at: iso(status.createdAt),
      }
    }
    case 'merge_group':
      return mergeGroup(event)
    case 'repository':
      return {}
    default:
      return event satisfies never
  }
}

const refType = (ref: string): string => (ref.startsWith('refs/tags/') ? 'tag' : 'branch')

const ABSENT = /^0+$/

function pushed(event: Extract<WorldEvent, { event: 'push' }>): Json {
  const { ref, before, after, forced, sender } = event
  return {
    ref,
    before,
    after,
    created: ABSENT.test(before),
    deleted: ABSENT.test(after),
    forced,
    base_ref: null,
    commits: [],
    head_commit: null,
    pusher: { name: sender.login, email: sender.email },
  }
}

function pullChange(form: Form, event: Extract<WorldEvent, { event: 'pull_request' }>): Json {
  const { label, before, after, changes, reviewer } = event
  const account = reviewer === undefined ? undefined : form.world.accounts.get(reviewer)
  const from = Object.entries(changes ?? {}).map(([name, value]) => [name, { from: value }])
  return {
    ...(label ? { label } : {}),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(changes ? { changes: Object.fromEntries(from) } : {}),
    ...(account ? { requested_reviewer: accountForm(account, form.root) } : {}),
  }
}

function mergeGroup(event: Extract<WorldEvent, { event: 'merge_group' }>): Json {
  const { entry, reason } = event
  const group = entry.group
  return {
    ...(reason === undefined ? {} : { reason }),
    merge_group: {
      head_sha: group?.head ?? '',
      head_ref: group?.ref ?? '',
      base_sha: group?.base ?? '',
      base_ref: `refs/heads/${entry.baseRef}`,
    },
  }
}

function user({ world, root }: Form, login: string): Json | null {
  const account = world.accounts.get(login)
  return account ? accountForm(account, root) : null
}

const addressOf = (form: Form, repository: Repository): string =>
  `${form.root}/repos/${repository.owner}/${repository.name}`

export function repositoryForm(world: World, repository: Repository, root: string): Json {
  return {
    id: repository.id,
    node_id: `R_${repository.id}`,
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.private,
    owner: user({ world, root }, repository.owner),
    html_url: `${root.replace(/\/api\/v3$/, '')}/${repository.owner}/${repository.name}`,
    description: repository.description ?? null,
    fork: false,
    url: addressOf({ world, root }, repository),
    default_branch: repository.defaultBranch,
    archived: repository.archived,
    visibility: repository.private ? 'private' : 'public',
    created_at: iso(repository.createdAt),
    pushed_at: iso(repository.pushedAt),
  }
}

function threadForm(form: Form, repository: Repository, thread: Issue | Pull): Json {
  return {
    id: thread.id,
    number: thread.number,
    title: thread.title,
    body: thread.body,
    state: thread.state,
    locked: false,
    user: user(form, thread.author),
    labels: [...thread.labels].map((name) => ({ name, ...repository.labels.get(name) })),
    assignees: [...thread.assignees].map((login) => user(form, login)),
    created_at: iso(thread.createdAt),
    updated_at: iso(thread.updatedAt),
    closed_at: thread.closedAt === undefined ? null : iso(thread.closedAt),
  }
}

function pullForm(form: Form, repository: Repository, pull: Pull): Json {
  const side = (ref: string, sha: string): Json => ({
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: user(form, repository.owner),
    repo: repositoryForm(form.world, repository, form.root),
  })
  return {
    ...threadForm(form, repository, pull),
    url: `${addressOf(form, repository)}/pulls/${pull.number}`,
    head: side(pull.headRef, pull.headOid),
    base: side(pull.baseRef, pull.baseOid),
    draft: pull.isDraft,
    merged: pull.merged !== undefined,
    merged_at: pull.merged ? iso(pull.merged.at) : null,
    merged_by: pull.merged ? user(form, pull.merged.by) : null,
    merge_commit_sha: pull.merged?.commit ?? null,
    auto_merge: pull.autoMerge ? { merge_method: pull.autoMerge.method } : null,
    requested_reviewers: [...pull.requestedUsers].map((login) => user(form, login)),
    requested_teams: [...pull.requestedTeams].map((name) => ({ slug: name.split('/').at(-1) })),
  }
}

function issueForm(form: Form, repository: Repository, thread: Issue | Pull): Json {
  const url = `${addressOf(form, repository)}/pulls/${thread.number}`
  return { ...threadForm(form, repository, thread), ...(thread.kind === 'pull' ? { pull_request: { url } } : {}) }
}

function commentForm(form: Form, repository: Repository, comment: Comment): Json {
  const app = comment.appId === undefined ? undefined : form.world.apps.get(comment.appId)
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${addressOf(form, repository)}/issues/comments/${comment.id}`,
    user: user(form, comment.author),
    body: comment.body,
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    performed_via_github_app: app ? appForm(form.world, app, form.root) : null,
  }
}

function reviewForm(form: Form, review: Review): Json {
  return {
    id: review.id,
    user: user(form, review.author),
    body: review.body,
    state: review.state.toLowerCase(),
    commit_id: review.commitOid,
    submitted_at: iso(review.submittedAt),
  }
}

function runForm(form: Form, repository: Repository, run: CheckRun): Json {
  const app = form.world.apps.get(run.appId)
  const suite = repository.suites.find((one) => one.id === run.suiteId)
  return {
    id: run.id,
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    status: run.status,
    conclusion: run.conclusion ?? null,
    started_at: iso(run.startedAt),
    completed_at: run.completedAt === undefined ? null : iso(run.completedAt),
    app: app ? appForm(form.world, app, form.root) : null,
    check_suite: suite ? suiteForm(form, repository, suite) : null,
    pull_requests: briefPulls(form, repository, run.headSha),
  }
}

function suiteForm(form: Form, repository: Repository, suite: CheckSuite): Json {
  const app = form.world.apps.get(suite.appId)
  const runs = repository.checkRuns.filter((one) => one.suiteId === suite.id)
  const done = runs.length > 0 && runs.every((one) => one.status === 'completed')
  return {
    id: suite.id,
    head_branch: suite.headBranch ?? null,
    head_sha: suite.headSha,
    status: done ? 'completed' : 'queued',
    conclusion: done ? (runs.find((one) => one.conclusion !== 'success')?.conclusion ?? 'success') : null,
    app: app ? appForm(form.world, app, form.root) : null,
    pull_requests: briefPulls(form, repository, suite.headSha),
    created_at: iso(suite.createdAt),
    updated_at: iso(suite.updatedAt),
  }
}

/** Open pull requests of the commit; GitHub names no others in checks. */
function briefPulls(form: Form, repository: Repository, sha: string): readonly Json[] {
  const pulls = [...repository.threads.values()].filter((one): one is Pull => one.kind === 'pull')
  return pulls
    .filter((pull) => pull.state === 'open' && pull.headOid === sha)
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${addressOf(form, repository)}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headOid },
      base: { ref: pull.baseRef, sha: pull.baseOid },
    }))
}
