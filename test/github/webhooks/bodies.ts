import { accountForm, htmlRoot } from '../auth/forms.ts'
import { statusForm } from '../rest/forms/checks.ts'
import { commitForm, type Place } from '../rest/forms/git.ts'
import { fullPullForm, reviewForm, teamsOf } from '../rest/forms/pulls.ts'
import { repositoryForm, webOf } from '../rest/forms/repository.ts'
import { labelForm, personForm } from '../rest/forms/threads.ts'
import type { WorldEvent } from '../world/events.ts'
import { readCommit } from '../world/git/commits.ts'
import { log } from '../world/git/history.ts'
import type { World } from '../world/world.ts'
import { eventComment, eventIssue, eventPull, eventRun } from './event-forms.ts'
import { suiteForm } from './suite-form.ts'

/** Bodies of events in GitHub's form. */
export type Json = Readonly<Record<string, unknown>>
export type RepositoryEvent = Exclude<WorldEvent, { event: 'installation' | 'installation_repositories' }>

/** What can be said at once is taken as it is now; what git has to be asked for comes later, of commits that do not change. */
export async function eventBody(world: World, event: RepositoryEvent, root: string): Promise<Json> {
  const { repository: repo, sender } = event
  const place = { world, repo, root }
  const owner = world.accounts.get(repo.owner)
  const organization = owner?.kind === 'Organization' ? { organization: organizationForm(place) } : {}
  const around = { repository: repositoryForm(world, repo, root), ...organization, sender: accountForm(sender, root) }
  const action = 'action' in event ? { action: event.action } : {}
  return { ...action, ...(await subject(place, event)), ...around }
}

function organizationForm({ world, repo, root }: Place): Json {
  const account = world.accounts.get(repo.owner)
  const url = `${root}/orgs/${repo.owner}`
  return {
    login: repo.owner,
    id: account?.id,
    node_id: `O_${account?.id}`,
    url,
    html_url: `${htmlRoot(root)}/${repo.owner}`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${root}/avatars/${account?.id}`,
    description: null,
  }
}

async function subject(place: Place, event: RepositoryEvent): Promise<Json> {
  switch (event.event) {
    case 'push':
      return pushed(place, event)
    case 'create':
    case 'delete':
      return { ref: event.ref.replace(/^refs\/(heads|tags)\//, ''), ref_type: refType(event.ref), pusher_type: 'user' }
    case 'pull_request':
      return { ...pullChange(place, event), number: event.pull.number, pull_request: await ownPull(place, event) }
    case 'pull_request_review': {
      const review = { ...reviewForm(place, event.pull, event.review), state: event.review.state.toLowerCase() }
      return { review, pull_request: eventPull(place, event.pull) }
    }
    case 'issue_comment':
      return commented(place, event)
    case 'issues':
      return { issue: eventIssue(place, event.issue), ...(event.label ? { label: labelForm(place, event.label) } : {}) }
    case 'check_run': {
      const { identifier } = event
      return {
        check_run: eventRun(place, event.run),
        ...(identifier === undefined ? {} : { requested_action: { identifier } }),
      }
    }
    case 'check_suite': {
      const form = suiteForm(place, event.suite)
      return { check_suite: { ...form, head_commit: await headCommit(place, event.suite.headSha) } }
    }
    case 'status':
      return statusBody(place, event)
    case 'merge_group':
      return mergeGroup(place, event)
    case 'repository':
      return {}
    default:
      return event satisfies never
  }
}

/** The pull request as it is now, with what it takes git to count. */
async function ownPull(place: Place, { pull }: Extract<RepositoryEvent, { event: 'pull_request' }>): Promise<Json> {
  const now = eventPull(place, pull)
  return { ...(await fullPullForm(place, pull)), ...now, merged: now.merged_at !== null }
}

const refType = (ref: string): string => (ref.startsWith('refs/tags/') ? 'tag' : 'branch')

const ABSENT = /^0+$/
/** Most commits of one push that are listed. Source: docs.github.com, payload of push. */
const LISTED = 2048

async function pushed(place: Place, event: Extract<WorldEvent, { event: 'push' }>): Promise<Json> {
  const { ref, before, after, forced, sender } = event
  const { gitDir } = place.repo
  const created = ABSENT.test(before)
  const deleted = ABSENT.test(after)
  const listed = created || deleted ? [] : await log(gitDir, { from: after, not: before })
  const commits = await Promise.all(listed.slice(0, LISTED).map((one) => headCommit(place, one.oid)))
  return {
    ref,
    before,
    after,
    created,
    deleted,
    forced,
    base_ref: null,
    compare: `${webOf(place.repo, place.root)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: commits.reverse(),
    head_commit: deleted ? null : await headCommit(place, after),
    pusher: { name: sender.login, email: sender.email },
  }
}

/** A commit as events show it. */
async function headCommit(place: Place, oid: string): Promise<Json | null> {
  const commit = await readCommit(place.repo.gitDir, oid)
  if (commit === undefined) return null
  const person = ({ name, email }: { name: string; email: string }) => ({ name, email })
  return {
    id: oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.trimEnd(),
    timestamp: new Date(commit.committer.atMs).toISOString(),
    url: `${webOf(place.repo, place.root)}/commit/${oid}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: [],
    removed: [],
    modified: [],
  }
}

function commented(place: Place, event: Extract<WorldEvent, { event: 'issue_comment' }>): Json {
  return {
    issue: eventIssue(place, event.thread),
    comment: eventComment(place, event.comment),
    ...(event.formerBody === undefined ? {} : { changes: { body: { from: event.formerBody } } }),
  }
}

function pullChange(place: Place, event: Extract<WorldEvent, { event: 'pull_request' }>): Json {
  const { label, before, after, changes, reviewer, pull } = event
  const from = Object.entries(changes ?? {}).map(([name, value]) => [name, { from: value }])
  const team = teamsOf(place, pull).find((one) => reviewer?.endsWith(`/${one.slug}`))
  const person = personForm(place, reviewer)
  return {
    ...(label ? { label: labelForm(place, label) } : {}),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(changes ? { changes: Object.fromEntries(from) } : {}),
    ...(person ? { requested_reviewer: person } : {}),
    ...(team ? { requested_team: team } : {}),
  }
}

async function statusBody(place: Place, { status }: Extract<WorldEvent, { event: 'status' }>): Promise<Json> {
  const { node_id, avatar_url, creator, ...form } = statusForm(place, status)
  const commit = await readCommit(place.repo.gitDir, status.sha)
  return {
    ...form,
    avatar_url,
    sha: status.sha,
    name: `${place.repo.owner}/${place.repo.name}`,
    branches: [],
    commit: commit ? commitForm(place, commit) : null,
  }
}

async function mergeGroup(place: Place, event: Extract<WorldEvent, { event: 'merge_group' }>): Promise<Json> {
  const { entry, reason } = event
  const { group } = entry
  return {
    ...(reason === undefined ? {} : { reason }),
    merge_group: {
      head_sha: group?.head ?? '',
      head_ref: group?.ref ?? '',
      base_sha: group?.base ?? '',
      base_ref: `refs/heads/${entry.baseRef}`,
      head_commit: group ? await headCommit(place, group.head) : null,
    },
  }
}
