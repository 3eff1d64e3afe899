import { refusal } from '../../answers.ts'
import type { Answer, Route } from '../../exchange.ts'
import { type Args, maybeObject, maybeText, objects, text } from '../../graphql/args.ts'
import {
  createRun,
  createStatus,
  latestRuns,
  latestStatuses,
  type RunChange,
  updateRun,
} from '../../world/check-runs.ts'
import { type CheckRun, type CheckStatus, CONCLUSIONS, type CommitStatus } from '../../world/checks.ts'
import { readCommit } from '../../world/git/commits.ts'
import {
  type Asked,
  actorOf,
  appOf,
  created,
  notFound,
  ok,
  READ_CHECKS,
  Refusal,
  reads,
  unprocessable,
  WRITE_CHECKS,
  writes,
} from '../answering.ts'
import { checkRunForm, statusForm } from '../forms/checks.ts'
import { apiOf, repositoryForm } from '../forms/repository.ts'
import { linkHeader, paged, pageOf, slice } from '../paging.ts'
import { resolveRevision } from '../revisions.ts'

function changeOf(body: Args): RunChange {
  const conclusion = CONCLUSIONS.find((name) => name === maybeText(body, 'conclusion'))
  // The cast: the description lets in queued, in_progress and completed, and kinds that only GitHub's own Actions may set.
  const status = maybeText(body, 'status') as CheckStatus | undefined
  const [started, completed] = [maybeText(body, 'started_at'), maybeText(body, 'completed_at')]
  const [externalId, detailsUrl, name] = ['external_id', 'details_url', 'name'].map((key) => maybeText(body, key))
  const output = maybeObject(body, 'output')
  return {
    ...(name === undefined ? {} : { name }),
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(status === undefined ? {} : { status }),
    ...(started === undefined ? {} : { startedAt: Date.parse(started) }),
    ...(completed === undefined ? {} : { completedAt: Date.parse(completed) }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(detailsUrl === undefined ? {} : { detailsUrl }),
    ...(output === undefined ? {} : { output: outputOf(output) }),
    ...('actions' in body ? { actions: objects(body, 'actions').map(actionOf) } : {}),
  }
}

function outputOf(output: Args) {
  const title = maybeText(output, 'title')
  return {
    ...(title === undefined ? {} : { title }),
    summary: text(output, 'summary'),
    text: maybeText(output, 'text'),
    annotations: objects(output, 'annotations'),
  }
}

const actionOf = (action: Args) => ({
  label: text(action, 'label'),
  description: text(action, 'description'),
  identifier: text(action, 'identifier'),
})

async function create(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const app = appOf(asked)
  const sha = text(body, 'head_sha')
  if (!(await readCommit(repo.gitDir, sha))) throw unprocessable(`No commit found for SHA: ${sha}`)
  return created(checkRunForm(asked, createRun(world, repo, app, sha, text(body, 'name'), changeOf(body))))
}

function runOf({ repo, params }: Asked): CheckRun {
  const run = repo.checkRuns.find((candidate) => candidate.id === Number(params['check_run_id']))
  if (!run) throw notFound()
  return run
}

async function update(asked: Asked): Promise<Answer> {
  const run = runOf(asked)
  const app = appOf(asked)
  if (run.appId !== app.id) {
    throw new Refusal(
      refusal(
        403,
        `Invalid app_id \`${run.appId}\` - check run can only be modified by the GitHub App that created it.`,
      ),
    )
  }
  updateRun(asked.world, asked.repo, app, run, changeOf(asked.body))
  return ok(checkRunForm(asked, run))
}

async function shaOf({ repo, params }: Asked): Promise<string> {
  const name = params['ref'] ?? ''
  const sha = await resolveRevision(repo, name)
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${name}`)
  return sha
}

async function listRuns(asked: Asked): Promise<Answer> {
  const { repo, query } = asked
  const sha = await shaOf(asked)
  const all =
    query.get('filter') === 'all' ? repo.checkRuns.filter((run) => run.headSha === sha) : latestRuns(repo, sha)
  const [name, status, appId] = [query.get('check_name'), query.get('status'), query.get('app_id')]
  const found = all.filter(
    (run) =>
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (appId === null || String(run.appId) === appId),
  )
  const page = pageOf(query)
  const check_runs = slice(found, page).map((run) => checkRunForm(asked, run))
  return { status: 200, body: { total_count: found.length, check_runs }, ...linkHeader(asked, found.length, page) }
}

/** Commit statuses only: check runs are not in it. Without any, it is pending. */
async function combined(asked: Asked): Promise<Answer> {
  const { world, repo, root } = asked
  const sha = await shaOf(asked)
  const statuses = latestStatuses(repo, sha)
  const states = statuses.map((status) => status.state)
  const failed = states.includes('failure') || states.includes('error')
  const state = failed
    ? 'failure'
    : states.length > 0 && states.every((one) => one === 'success')
      ? 'success'
      : 'pending'
  return ok({
    state,
    sha,
    total_count: statuses.length,
    statuses: slice(statuses, pageOf(asked.query)).map((status) => statusForm(asked, status)),
    repository: repositoryForm(world, repo, root),
    commit_url: `${apiOf(repo, root)}/commits/${sha}`,
    url: `${apiOf(repo, root)}/commits/${sha}/status`,
  })
}

async function setStatus(asked: Asked): Promise<Answer> {
  const { world, repo, body, params } = asked
  const sha = params['sha'] ?? ''
  if (!(await readCommit(repo.gitDir, sha))) throw unprocessable(`No commit found for SHA: ${sha}`)
  const status = createStatus(world, repo, actorOf(asked), {
    sha,
    context: maybeText(body, 'context') ?? 'default',
    // The cast: the description lets in these four alone.
    state: text(body, 'state') as CommitStatus['state'],
    description: maybeText(body, 'description'),
    targetUrl: maybeText(body, 'target_url'),
  })
  return created(statusForm(asked, status))
}

export const checkRoutes: readonly Route[] = [
  writes('POST', '/check-runs', WRITE_CHECKS, create),
  reads('/check-runs/{check_run_id}', READ_CHECKS, (asked) => ok(checkRunForm(asked, runOf(asked)))),
  writes('PATCH', '/check-runs/{check_run_id}', WRITE_CHECKS, update),
  reads('/commits/{ref}/check-runs', READ_CHECKS, listRuns),
  reads('/commits/{ref}/status', [{ statuses: 'read' }], combined),
  reads('/commits/{ref}/statuses', [{ statuses: 'read' }], async (asked) => {
    const sha = await shaOf(asked)
    const found = asked.repo.statuses.filter((status) => status.sha === sha).reverse()
    return paged(asked, found, (status) => statusForm(asked, status))
  }),
  writes('POST', '/statuses/{sha}', [{ statuses: 'write' }], setStatus),
]
