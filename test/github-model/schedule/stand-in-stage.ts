import type { ApiPull, GitHubApi, Mirror } from '../../../src/adapters/github/api.ts'
import { githubAccount, pemSigner } from '../../../src/adapters/github/http/index.ts'
import { KintsugiError, type Tree } from '../../../src/domain/index.ts'
import type { StandIn } from '../../github/control.ts'
import type { ControlOutput } from '../../github/world/control-routes.ts'
import { BOT, CI, type Doors, PERSON, type Sight, STRANGER } from './doors.ts'
import { FILES, PREFIX } from './incidents.ts'
import { scheduledApi } from './real-api.ts'
import type { House, Stage } from './stage.ts'
import { newest, type Visible, worldless } from './visible.ts'

const OWNER = 'acme'
const PERMISSIONS = {
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
  issues: 'write',
  metadata: 'read',
  statuses: 'read',
  merge_queues: 'read',
} as const

/** A stand-in with our App and a CI on it, on which every schedule gets a repository of its own. */
export type StandInHost = {
  readonly standIn: StandIn
  readonly appId: number
  readonly privateKeyPem: string
  readonly ciApp: number
  /** Of the person, for what only GitHub's own doors do. */
  readonly token: string
}

export async function hostOn(standIn: StandIn): Promise<StandInHost> {
  await standIn.do('createOrganisation', { login: OWNER, members: { olga: 'admin' } })
  const app = await standIn.do('createApp', { name: BOT.login, owner: OWNER, permissions: PERMISSIONS, events: [] })
  const ci = await standIn.do('createApp', {
    name: CI.login,
    owner: OWNER,
    permissions: { checks: 'write' },
    events: [],
  })
  for (const { appId } of [app, ci]) await standIn.do('install', { appId, account: OWNER, repositories: 'all' })
  const { token } = await standIn.do('userToken', { login: PERSON.login })
  return { standIn, appId: app.appId, privateKeyPem: app.privateKeyPem, ciApp: ci.appId, token }
}

export type StandInStage = Stage & { close(): Promise<void> }

export async function standInStage(host: StandInHost, house: House, name: string): Promise<StandInStage> {
  const { standIn, appId } = host
  const repo = `${OWNER}/${name}`
  await standIn.do('createRepository', {
    owner: OWNER,
    name,
    files: FILES,
    private: true,
    roles: { [PERSON.login]: 'write', [STRANGER.login]: 'read' },
    labels: ['kintsugi'],
    settings: {
      delete_branch_on_merge: house.settings.deletesBranches ?? false,
      squash_merge_commit_title: house.settings.squashTitle ?? 'COMMIT_OR_PR_TITLE',
      squash_merge_commit_message: house.settings.squashMessage ?? 'COMMIT_MESSAGES',
    },
  })
  const required = (house.rules.requiredChecks ?? []).map(({ name: context, app }) => ({
    context,
    ...(app === undefined ? {} : { integration_id: app }),
  }))
  const strict = house.rules.upToDate ?? false
  const parameters = { required_status_checks: required, strict_required_status_checks_policy: strict }
  if (required.length > 0) {
    await standIn.do('setRules', { repo, pattern: 'main', rules: [{ type: 'required_status_checks', parameters }] })
  }
  const account = githubAccount({
    credentials: { kind: 'app', appId, signer: pemSigner(host.privateKeyPem) },
    baseUrl: standIn.url,
    limits: {
      contentPerMinute: 1e9,
      contentPerHour: 1e9,
      corePointsPerMinute: 1e9,
      graphqlPointsPerMinute: 1e9,
      concurrent: 1000,
      unspacedWrites: 1e9,
      spacingMs: 0,
    },
  })
  const api = await account.repository(OWNER, name)
  const state = (): Promise<ControlOutput<'state'>> => standIn.do('state', { repo })
  const outsideNow = { run: <T>(work: () => Promise<T>): Promise<T> => work() }
  return {
    doors: doorsOn(host, repo, state),
    mirror: mirrorOver(api, (work) => outsideNow.run(work)),
    api(process, driver, faults) {
      outsideNow.run = (work) => driver.outside(work)
      return scheduledApi(api, {
        turn: () => driver.turn(process),
        faults,
        outside: (work) => driver.outside(work),
        ready: async (answer) => {
          const known = pullsIn(answer).every((pull) => pull.state !== 'open' || pull.mergeable !== 'unknown')
          if (!known) await standIn.settle()
          return known
        },
      })
    },
    visible: async () => visibleIn(host, await state(), api),
    close: () => account.close(),
  }
}

/** Pull requests in the answer of a read. */
function pullsIn(answer: unknown): readonly ApiPull[] {
  if (Array.isArray(answer)) return answer.flatMap(pullsIn)
  if (typeof answer !== 'object' || answer === null) return []
  // The cast: only these shapes of the api have these names.
  const known = answer as Partial<ApiPull> & { readonly open?: readonly ApiPull[] }
  if (known.open !== undefined) return known.open
  return known.mergeable === undefined ? [] : [answer as ApiPull]
}

function mirrorOver(api: GitHubApi, outside: <T>(work: () => Promise<T>) => Promise<T>): Mirror {
  const trees = new Map<string, Promise<Tree>>()
  const listingOf = async (revision: string) => {
    const found = await api.listing(revision)
    if (found === undefined) throw new KintsugiError('KIN-4002', `there is no commit ${revision}`)
    return found
  }
  const treeOf = async (revision: string): Promise<Tree> => {
    const { tree, entries } = await listingOf(revision)
    const files = entries.filter(({ mode }) => mode.startsWith('100'))
    const blobs = new Map(files.map(({ path, oid }) => [path, oid]))
    const contents = new Map<string, Uint8Array>()
    for (const { path, oid } of files) contents.set(path, await api.blob(oid))
    return {
      oid: tree,
      paths: () => [...blobs.keys()],
      bytes: (path) => contents.get(path),
      blob: (path) => blobs.get(path),
      special: () => undefined,
    }
  }
  return {
    tree(revision) {
      const known = trees.get(revision) ?? outside(() => treeOf(revision))
      trees.set(revision, known)
      return known
    },
    listing: (revision) => outside(() => listingOf(revision)),
  }
}

function doorsOn(host: StandInHost, repo: string, state: () => Promise<ControlOutput<'state'>>): Doors {
  const { standIn, ciApp } = host
  const by = PERSON.login
  /** What GitHub refuses a person is no failure of the schedule: the model refuses it too, and both are compared. */
  const tried = async (act: Promise<unknown>): Promise<void> => {
    await act.catch(() => undefined)
    await standIn.settle()
  }
  return {
    push: (branch, files, asBot = false) =>
      tried(standIn.do('push', { repo, branch, files, by: asBot ? `${BOT.login}[bot]` : by, bypass: true })),
    deleteBranch: (branch) => tried(standIn.do('deleteBranch', { repo, branch, by })),
    updateBranch: (number) =>
      tried(
        fetch(`${standIn.url}/repos/${repo}/pulls/${number}/update-branch`, {
          method: 'PUT',
          headers: {
            authorization: `token ${host.token}`,
            accept: 'application/vnd.github+json',
            'user-agent': 'rita',
          },
        }),
      ),
    editBody: (number, body) => tried(standIn.do('editPull', { repo, number, by, body })),
    async editBotComment(number, body) {
      const pull = (await state()).pulls.find((one) => one.number === number)
      const comment = pull?.comments.find(({ author }) => author === `${BOT.login}[bot]`)
      if (comment !== undefined) await tried(standIn.do('editComment', { repo, id: comment.id, by, body }))
    },
    comment: (number, body) => tried(standIn.do('comment', { repo, number, by, body })),
    close: (number) => tried(standIn.do('closePull', { repo, number, by })),
    reopen: (number) => tried(standIn.do('reopenPull', { repo, number, by })),
    merge: (number) => tried(standIn.do('mergePull', { repo, number, by, method: 'squash' })),
    approve: (number) => tried(standIn.do('review', { repo, number, by, state: 'APPROVED' })),
    async openPull(branch, title, body) {
      await tried(standIn.do('push', { repo, branch, files: { 'notes.md': `${title}\n` }, by, bypass: true }))
      await tried(standIn.do('createPull', { repo, by, head: branch, title, body }))
    },
    check: (sha, conclusion) =>
      tried(
        standIn.do('reportCheck', {
          repo,
          sha,
          name: 'ci',
          appId: ciApp,
          ...(conclusion === 'running' ? {} : { conclusion }),
        }),
      ),
    forgeStatus: (sha) => tried(standIn.do('reportCheck', { repo, sha, name: 'ci', by, state: 'success' })),
    async sight(): Promise<Sight> {
      const { branches, pulls } = await state()
      const mine = Object.entries(branches).filter(([name]) => name === 'main' || name.startsWith(`${PREFIX}/`))
      return {
        branches: new Map(mine.map(([name, { oid }]) => [name, oid])),
        pulls: pulls.map(({ number, head, state: now, merged, body }) => ({
          number,
          branch: head.branch,
          state: merged === null ? (now === 'open' ? 'open' : 'closed') : 'merged',
          headOid: head.oid,
          body,
        })),
      }
    },
  }
}

const OPINIONS: Readonly<Record<string, string>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  DISMISSED: 'dismissed',
}

function plain(login: string | null): string {
  return (login ?? '').replace(/\[bot\]$/, '')
}

async function visibleIn(host: StandInHost, state: ControlOutput<'state'>, api: GitHubApi): Promise<Visible> {
  const trees = new Map(Object.values(state.branches).map(({ oid, tree }) => [oid, tree]))
  const treeOf = async (oid: string): Promise<string> => {
    const known = trees.get(oid) ?? (await api.commit(oid))?.tree ?? ''
    trees.set(oid, known)
    return known
  }
  const reports: { key: string; state: string }[] = []
  for (const run of state.checks) {
    const reporter = run.appId === host.ciApp ? CI.login : BOT.login
    const key = `${reporter} ${run.name} ${await treeOf(run.sha)}`
    reports.push({ key, state: `${run.status} ${run.conclusion ?? ''}` })
  }
  for (const { sha, context, state: now, creator } of state.statuses) {
    reports.push({ key: `${plain(creator)} ${context} ${await treeOf(sha)}`, state: `completed ${now}` })
  }
  const pulls: Visible['pulls'][number][] = []
  for (const pull of state.pulls) {
    pulls.push({
      number: pull.number,
      state: pull.merged === null ? pull.state : 'merged',
      branch: pull.head.branch,
      base: pull.base.branch,
      title: pull.title,
      body: worldless(pull.body),
      author: plain(pull.author),
      headTree: await treeOf(pull.head.oid),
      labels: pull.labels,
      comments: pull.comments.map(({ author, body }) => ({ author: plain(author), body: worldless(body) })),
      reviews: pull.reviews.map((review) => `${plain(review.author)} ${OPINIONS[review.state] ?? review.state}`),
      endedBy: plain(pull.merged?.by ?? pull.closedBy),
    })
  }
  return {
    branches: Object.fromEntries(
      Object.entries(state.branches)
        .map(([name, { tree }]): [string, string] => [name, tree])
        .sort(),
    ),
    pulls,
    checks: newest(reports),
  }
}
