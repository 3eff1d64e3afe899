import { rulesFor } from '../../world/branch-rules.ts'
import { latestRuns, latestStatuses } from '../../world/check-runs.ts'
import { allPulls, findPull } from '../../world/pulls.ts'
import type { Repository } from '../../world/repositories.ts'
import { isRequired } from '../../world/required-checks.ts'
import { type Args, maybeNumber, maybeObject, maybeText } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { maybeWhen, when } from '../context.ts'
import { GitHubError, StandInGap } from '../errors.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId, parseNodeId } from '../node-ids.ts'
import { actorSource, type CheckRunSource, type CheckSuiteSource, commitSource, type StatusSource } from '../sources.ts'

/** The newest of each name on a commit, check runs first. */
export function checkContexts(repo: Repository, sha: string, args: Args, name: string) {
  const runs = latestRuns(repo, sha).map((run): CheckRunSource => ({ type: 'CheckRun', repo, run }))
  const statuses = latestStatuses(repo, sha).map((status): StatusSource => ({ type: 'StatusContext', repo, status }))
  return connect<CheckRunSource | StatusSource>([...runs, ...statuses], args, name, (source) => source)
}

function requiredFor(repo: Repository, args: Args, context: string, appId: number | undefined): boolean {
  const id = maybeText(args, 'pullRequestId')
  const number =
    maybeNumber(args, 'pullRequestNumber') ?? Number(id === undefined ? Number.NaN : parseNodeId(id)?.parts[1])
  const pull = findPull(repo, number)
  if (!pull) throw new GitHubError(undefined, 'Must specify one of `pullRequestId` or `pullRequestNumber`.')
  return isRequired(rulesFor(repo, pull.baseRef), context, appId)
}

const REQUIRED_ARGS = ['pullRequestId', 'pullRequestNumber']

export const checkRun: Fields<CheckRunSource> = {
  id: field(({ repo, run }) => nodeId('CheckRun', repo.id, run.id)),
  databaseId: field(({ run }) => run.id),
  name: field(({ run }) => run.name),
  status: field(({ run }) => run.status.toUpperCase()),
  conclusion: field(({ run }) => run.conclusion?.toUpperCase() ?? null),
  startedAt: field(({ run }) => when(run.startedAt)),
  completedAt: field(({ run }) => maybeWhen(run.completedAt)),
  externalId: field(({ run }) => run.externalId),
  detailsUrl: field(({ run }) => run.detailsUrl ?? null),
  permalink: field(({ repo, run }, _, context) => `${context.webRoot}/${repo.owner}/${repo.name}/runs/${run.id}`),
  url: field(({ repo, run }, _, context) => `${context.webRoot}/${repo.owner}/${repo.name}/runs/${run.id}`),
  title: field(({ run }) => run.output.title ?? null),
  summary: field(({ run }) => run.output.summary ?? null),
  text: field(({ run }) => run.output.text ?? null),
  isRequired: fieldWith(REQUIRED_ARGS, ({ repo, run }, args) => requiredFor(repo, args, run.name, run.appId)),
  repository: field(({ repo }) => ({ type: 'Repository', repo })),
  checkSuite: field(({ repo, run }): CheckSuiteSource => {
    const suite = repo.suites.find((candidate) => candidate.id === run.suiteId)
    if (!suite) throw new Error(`check run ${run.id} has no suite`)
    return { type: 'CheckSuite', repo, suite }
  }),
}

export const checkSuite: Fields<CheckSuiteSource> = {
  id: field(({ repo, suite }) => nodeId('CheckSuite', repo.id, suite.id)),
  databaseId: field(({ suite }) => suite.id),
  createdAt: field(({ suite }) => when(suite.createdAt)),
  updatedAt: field(({ suite }) => when(suite.updatedAt)),
  commit: field(({ repo, suite }) => commitSource(repo, suite.headSha)),
  workflowRun: field(() => null),
  app: field(({ suite }, _, context) => {
    const app = context.world.apps.get(suite.appId)
    return app ? { type: 'App', app } : null
  }),
  matchingPullRequests: fieldWith([...PAGING], ({ repo, suite }, args, _, name) => {
    const pulls = allPulls(repo).filter((pull) => pull.headOid === suite.headSha)
    return connect(pulls, args, name, (pull) => ({ type: 'PullRequest', repo, pull }))
  }),
  checkRuns: fieldWith(['filterBy', ...PAGING], ({ repo, suite }, args, _, name) => {
    const filter = maybeObject(args, 'filterBy') ?? {}
    const strange = Object.keys(filter).find((key) => key !== 'checkName')
    if (strange !== undefined) throw new StandInGap(`CheckRunFilter.${strange}`)
    const wanted = maybeText(filter, 'checkName')
    const runs = latestRuns(repo, suite.headSha).filter(
      (run) => run.suiteId === suite.id && (wanted === undefined || run.name === wanted),
    )
    return connect(runs, args, name, (run) => ({ type: 'CheckRun', repo, run }))
  }),
}

export const statusContext: Fields<StatusSource> = {
  id: field(({ repo, status }) => nodeId('StatusContext', repo.id, status.id)),
  context: field(({ status }) => status.context),
  state: field(({ status }) => status.state.toUpperCase()),
  description: field(({ status }) => status.description ?? null),
  targetUrl: field(({ status }) => status.targetUrl ?? null),
  createdAt: field(({ status }) => when(status.createdAt)),
  creator: field(({ status }, _, context) => actorSource(context, status.creator)),
  commit: field(({ repo, status }) => commitSource(repo, status.sha)),
  isRequired: fieldWith(REQUIRED_ARGS, ({ repo, status }, args, context) =>
    requiredFor(repo, args, status.context, context.world.accounts.get(status.creator)?.appId),
  ),
}
