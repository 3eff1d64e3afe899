import type { App } from '../../world/accounts.ts'
import { createRun, type RunChange, updateRun } from '../../world/check-runs.ts'
import { type CheckStatus, CONCLUSIONS, type Conclusion } from '../../world/checks.ts'
import { readCommit } from '../../world/git/commits.ts'
import { type Args, maybeObject, maybeText, objects, text } from '../args.ts'
import type { Context } from '../context.ts'
import { GitHubError, needToWrite, notFound, unprocessable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { parseNodeId } from '../node-ids.ts'
import { mutation, repositoryOf } from './mutation.ts'

const CHECKS = { checks: 'write' } as const

/** Only Apps write check runs. */
function appOf(context: Context): App {
  const { actor, world } = context
  const app = actor.kind === 'installation' ? world.apps.get(actor.appId) : undefined
  if (!app) throw new GitHubError('FORBIDDEN', 'You must authenticate via a GitHub App.')
  return app
}

function changeOf(input: Args): RunChange {
  const conclusion = maybeText(input, 'conclusion')?.toLowerCase()
  const status = maybeText(input, 'status')?.toLowerCase()
  const completedAt = maybeText(input, 'completedAt')
  const startedAt = maybeText(input, 'startedAt')
  const externalId = maybeText(input, 'externalId')
  const detailsUrl = maybeText(input, 'detailsUrl')
  const name = maybeText(input, 'name')
  const output = maybeObject(input, 'output')
  return {
    ...(name === undefined ? {} : { name }),
    ...(conclusion === undefined ? {} : { conclusion: conclusionOf(conclusion) }),
    // The cast: the schema lets in QUEUED, IN_PROGRESS, COMPLETED and kinds of waiting that only GitHub's own Actions use.
    ...(status === undefined ? {} : { status: status as CheckStatus }),
    ...(completedAt === undefined ? {} : { completedAt: Date.parse(completedAt) }),
    ...(startedAt === undefined ? {} : { startedAt: Date.parse(startedAt) }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(detailsUrl === undefined ? {} : { detailsUrl }),
    ...(output === undefined ? {} : { output: outputOf(output) }),
    ...('actions' in input ? { actions: objects(input, 'actions').map(actionOf) } : {}),
  }
}

function conclusionOf(name: string): Conclusion {
  const conclusion = CONCLUSIONS.find((candidate) => candidate === name)
  if (!conclusion) throw unprocessable(`${name} is not a conclusion`)
  return conclusion
}

function outputOf(output: Args) {
  return {
    title: text(output, 'title'),
    summary: text(output, 'summary'),
    text: maybeText(output, 'text'),
    annotations: objects(output, 'annotations'),
  }
}

function actionOf(action: Args) {
  return {
    label: text(action, 'label'),
    description: text(action, 'description'),
    identifier: text(action, 'identifier'),
  }
}

async function createCheckRun(input: Args, context: Context) {
  const repo = repositoryOf(context, input)
  needToWrite(context, repo, CHECKS)
  const app = appOf(context)
  const sha = text(input, 'headSha')
  if (!(await readCommit(repo.gitDir, sha))) throw unprocessable(`No commit found for SHA: ${sha}`)
  const run = createRun(context.world, repo, app, sha, text(input, 'name'), changeOf(input))
  return { checkRun: { type: 'CheckRun', repo, run } }
}

async function updateCheckRun(input: Args, context: Context) {
  const repo = repositoryOf(context, input)
  needToWrite(context, repo, CHECKS)
  const app = appOf(context)
  const id = text(input, 'checkRunId')
  const run = repo.checkRuns.find((candidate) => candidate.id === Number(parseNodeId(id)?.parts[1]))
  if (!run) throw notFound(`Could not resolve to a node with the global id of '${id}'`)
  if (run.appId !== app.id)
    throw new GitHubError(
      'FORBIDDEN',
      `Invalid app_id \`${run.appId}\` - check run can only be modified by the GitHub App that created it.`,
    )
  updateRun(context.world, repo, app, run, changeOf(input))
  return { checkRun: { type: 'CheckRun', repo, run } }
}

const CHANGES = [
  'status',
  'conclusion',
  'startedAt',
  'completedAt',
  'externalId',
  'detailsUrl',
  'output',
  'actions',
  'name',
]

export const checkMutations: Fields<unknown> = {
  createCheckRun: mutation(['repositoryId', 'headSha', ...CHANGES], createCheckRun),
  updateCheckRun: mutation(['repositoryId', 'checkRunId', ...CHANGES], updateCheckRun),
}
