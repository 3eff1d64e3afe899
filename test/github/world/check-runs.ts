import type { Account, App } from './accounts.ts'
import type { CheckAction, CheckOutput, CheckRun, CheckStatus, CheckSuite, CommitStatus, Conclusion } from './checks.ts'
import type { Repository } from './repositories.ts'
import type { World } from './world.ts'

export type RunChange = {
  readonly name?: string
  readonly status?: CheckStatus
  readonly conclusion?: Conclusion
  readonly startedAt?: number
  readonly completedAt?: number
  readonly externalId?: string
  readonly detailsUrl?: string
  readonly output?: Partial<CheckOutput>
  readonly actions?: readonly CheckAction[]
}

const NO_OUTPUT: CheckOutput = { title: undefined, summary: undefined, text: undefined, annotations: [] }

export function suiteOf(world: World, repo: Repository, appId: number, headSha: string, branch?: string): CheckSuite {
  const former = repo.suites.find((suite) => suite.appId === appId && suite.headSha === headSha)
  if (former) return former
  const now = world.clock.now()
  const suite: CheckSuite = {
    id: world.nextId(),
    repositoryId: repo.id,
    appId,
    headSha,
    headBranch: branch,
    createdAt: now,
    updatedAt: now,
  }
  repo.suites.push(suite)
  return suite
}

/** A push makes a suite for each App that may write checks, and asks it to report. */
export function requestSuites(world: World, repo: Repository, sender: Account, branch: string, headSha: string): void {
  for (const installation of world.installations.values()) {
    const here = installation.repositories === 'all' || installation.repositories.has(repo.id)
    if (installation.account !== repo.owner || !here || installation.permissions['checks'] !== 'write') continue
    if (repo.suites.some((suite) => suite.appId === installation.appId && suite.headSha === headSha)) continue
    const suite = suiteOf(world, repo, installation.appId, headSha, branch)
    world.events.emit({ event: 'check_suite', action: 'requested', repository: repo, sender, suite })
  }
}

export function createRun(
  world: World,
  repo: Repository,
  app: App,
  headSha: string,
  name: string,
  change: RunChange,
): CheckRun {
  const now = world.clock.now()
  const run: CheckRun = {
    id: world.nextId(),
    repositoryId: repo.id,
    suiteId: suiteOf(world, repo, app.id, headSha).id,
    appId: app.id,
    name,
    headSha,
    status: 'queued',
    conclusion: undefined,
    startedAt: now,
    completedAt: undefined,
    externalId: '',
    detailsUrl: undefined,
    output: NO_OUTPUT,
    actions: [],
  }
  repo.checkRuns.push(run)
  apply(world, run, change)
  world.events.emit({ event: 'check_run', action: 'created', repository: repo, sender: app.bot, run })
  if (run.status === 'completed') completed(world, repo, app.bot, run)
  return run
}

export function updateRun(world: World, repo: Repository, app: App, run: CheckRun, change: RunChange): void {
  const before = run.status
  apply(world, run, change)
  if (run.status === 'completed' && before !== 'completed') completed(world, repo, app.bot, run)
}

/** A conclusion completes a run; annotations of updates are added to those that are there. */
function apply(world: World, run: CheckRun, change: RunChange): void {
  if (change.name !== undefined) run.name = change.name
  if (change.conclusion !== undefined) run.status = 'completed'
  else if (change.status !== undefined) run.status = change.status
  run.conclusion = run.status === 'completed' ? (change.conclusion ?? run.conclusion) : undefined
  if (change.startedAt !== undefined) run.startedAt = change.startedAt
  run.completedAt =
    run.status === 'completed' ? (change.completedAt ?? run.completedAt ?? world.clock.now()) : undefined
  if (change.externalId !== undefined) run.externalId = change.externalId
  if (change.detailsUrl !== undefined) run.detailsUrl = change.detailsUrl
  if (change.actions !== undefined) run.actions = change.actions
  if (change.output !== undefined) {
    const annotations = [...run.output.annotations, ...(change.output.annotations ?? [])]
    run.output = { ...run.output, ...change.output, annotations }
  }
}

function completed(world: World, repo: Repository, sender: Account, run: CheckRun): void {
  world.events.emit({ event: 'check_run', action: 'completed', repository: repo, sender, run })
  const suite = repo.suites.find((candidate) => candidate.id === run.suiteId)
  const runs = latestRuns(repo, run.headSha).filter((other) => other.suiteId === run.suiteId)
  if (!suite || runs.some((other) => other.status !== 'completed')) return
  suite.updatedAt = world.clock.now()
  world.events.emit({ event: 'check_suite', action: 'completed', repository: repo, sender, suite })
}

/** The newest run of each App and name on a commit. */
export function latestRuns(repo: Repository, sha: string): CheckRun[] {
  const runs = repo.checkRuns.filter((run) => run.headSha === sha)
  return [...new Map(runs.map((run) => [`${run.appId} ${run.name}`, run])).values()]
}

export function latestStatuses(repo: Repository, sha: string): CommitStatus[] {
  const statuses = repo.statuses.filter((status) => status.sha === sha)
  return [...new Map(statuses.map((status) => [status.context, status])).values()]
}

export type NewStatus = Omit<CommitStatus, 'id' | 'creator' | 'createdAt'>

export function createStatus(world: World, repo: Repository, sender: Account, wanted: NewStatus): CommitStatus {
  const status: CommitStatus = { ...wanted, id: world.nextId(), creator: sender.login, createdAt: world.clock.now() }
  repo.statuses.push(status)
  world.events.emit({ event: 'status', repository: repo, sender, status })
  return status
}
