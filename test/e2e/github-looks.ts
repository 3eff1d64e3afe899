import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLI } from '../fakes/built.ts'
import type { PrometheusTools } from '../fakes/real-prometheus.ts'
import { momentOf } from '../github/rewind.ts'
import type { RepositoryState } from '../github/world/control/state.ts'
import type { Call } from '../github/world/world.ts'
import { DEPLOYMENT, DEPLOYMENT_PATH, type Place, place, syncedAt } from './github-place.ts'

export const REPO = 'acme/shop'
export const MERGE = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge'

/** One side of one request: it has come in and nothing of it is done yet, or all of it is done and nobody was told. */
export type Turn = { readonly side: 'ahead' | 'after'; readonly operation: string }

/** One `kintsugi run --once --write`, from outside. */
export type Look = {
  readonly code: number | null
  readonly out: string
  readonly asked: readonly Call[]
  readonly turns: readonly Turn[]
  readonly ms: number
}

/** Told of each turn before it goes on; `index` counts from 0. */
export type Watcher = (turn: Turn, index: number, child: ChildProcess) => void

/** A pull request of `kintsugi run` that nothing keeps from being merged by the next look, and processes that look. */
export type ReadyToMerge = {
  readonly made: Place
  /** While this file is there, the operator has frozen everything. */
  readonly freezeFile: string
  readonly ciApp: number
  look(watcher?: Watcher, started?: (child: ChildProcess) => void): Promise<Look>
  state(): Promise<RepositoryState>
  /** Remembers the repository as it is; the call of what it gives puts it back. */
  moment(): Promise<() => Promise<void>>
  /** Takes away everything that processes have left on this machine; false where they have left nothing. */
  forgetAll(): boolean
  close(): Promise<void>
}

export const merges = (asked: readonly Call[]): number => asked.filter(({ operation }) => operation === MERGE).length

/** What changed something, or tried to; asking for a token changes nothing. */
export function writesOf(asked: readonly Call[]): readonly string[] {
  return asked
    .filter(({ kind, operation }) =>
      kind === 'graphql' ? operation.startsWith('mutation') : !operation.startsWith('GET'),
    )
    .filter(({ operation }) => !operation.endsWith('/access_tokens'))
    .map(({ operation, status }) => `${operation} ${status}`)
}

/** A scene in which `ci` has to be green before the one pull request may be merged, which a first look has opened. */
export async function readyToMerge(tools: PrometheusTools): Promise<ReadyToMerge> {
  const made = await place({
    tools,
    mode: 'automerge',
    more: 'ceiling: {mode: automerge, automergeIsolation: process}\nfreezes: [{file: FREEZE}]\n',
  })
  const freezeFile = join(made.folder, 'freeze')
  // The path is known only now.
  const config = join(made.folder, 'kintsugi.yaml')
  writeFileSync(config, readFileSync(config, 'utf8').replace('FREEZE', freezeFile))
  const { github } = made
  const ci = await github.do('createApp', { name: 'ci', owner: 'acme', permissions: { checks: 'write' }, events: [] })
  await github.do('install', { appId: ci.appId, account: 'acme', repositories: [REPO] })
  const parameters = {
    required_status_checks: [{ context: 'ci', integration_id: ci.appId }],
    strict_required_status_checks_policy: false,
  }
  await github.do('setRules', { repo: REPO, pattern: 'main', rules: [{ type: 'required_status_checks', parameters }] })
  const turns = turnsAt(made)
  const ready: ReadyToMerge = {
    made,
    freezeFile,
    ciApp: ci.appId,
    look: (watcher = () => {}, started = () => {}) => look(made, turns, watcher, started),
    state: () => github.do('state', { repo: REPO }),
    async moment() {
      await github.settle()
      const id = [...github.world.repositories.values()].find(({ name }) => name === 'shop')?.id
      return momentOf(github.world, id ?? 0)
    },
    forgetAll() {
      const cache = join(made.folder, '.cache')
      const there = existsSync(cache) && readdirSync(cache).length > 0
      rmSync(cache, { recursive: true, force: true })
      return there
    },
    close: () => made.close(),
  }
  const first = await ready.look()
  if ((await ready.state()).pulls.length !== 1) throw new Error(`nothing was opened: ${first.out}`)
  return ready
}

/** The proposal once more, on a base that has moved: now it names the file of the journal that tells of its opening. */
export async function anchored({ made: { github, cluster }, look, state }: ReadyToMerge, note: string): Promise<void> {
  const before = (await state()).pulls[0]?.body
  const files = { [DEPLOYMENT_PATH]: `${DEPLOYMENT}# ${note}\n` }
  const { oid } = await github.do('push', { repo: REPO, branch: 'main', files, by: 'ann', bypass: true })
  cluster.put(syncedAt(github, oid, Date.now() - 60 * 60_000))
  const { out } = await look()
  const [pull] = (await state()).pulls
  if (pull === undefined || pull.body === before || !/"audit":"[^"]+"/.test(pull.body))
    throw new Error(`the proposal names no file of the journal: ${out}`)
}

export async function reportGreen({ made: { github }, ciApp, state }: ReadyToMerge): Promise<void> {
  const [pull] = (await state()).pulls
  if (pull === undefined) throw new Error('there is none')
  const report = { repo: REPO, sha: pull.head.oid, name: 'ci', appId: ciApp, conclusion: 'success' } as const
  await github.do('reportCheck', report)
  await github.settle()
}

type Turns = { tell: (turn: Turn) => void }

/** Both sides of every request that the stand-in understands. */
function turnsAt({ github }: Place): Turns {
  const turns: Turns = { tell: () => {} }
  const { faults, world } = github.standIn
  const { calls } = world
  const meet = faults.meet.bind(faults)
  faults.meet = (operations) => {
    turns.tell({ side: 'ahead', operation: operations.join(' ') })
    return meet(operations)
  }
  calls.push = (...more) => {
    const count = Array.prototype.push.apply(calls, more)
    for (const { operation } of more) turns.tell({ side: 'after', operation })
    return count
  }
  return turns
}

async function look(
  { folder, github }: Place,
  turns: Turns,
  watcher: Watcher,
  started: (child: ChildProcess) => void,
): Promise<Look> {
  const { calls } = github.world
  const from = calls.length
  const began = performance.now()
  const args = ['run', '--once', '--write', '--config', 'kintsugi.yaml', '--policies', 'policy.yaml']
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      out += chunk
    })
  const seen: Turn[] = []
  turns.tell = (turn) => {
    seen.push(turn)
    watcher(turn, seen.length - 1, child)
  }
  started(child)
  const code = await new Promise<number | null>((done) => child.once('close', done))
  // What a killed process had sent is carried out all the same.
  const side = (one: Turn['side']) => seen.filter((turn) => turn.side === one).length
  for (let waited = 0; side('ahead') > side('after') && waited < 5000; waited += 5) await sleep(5)
  await github.settle()
  turns.tell = () => {}
  return { code, out, asked: calls.slice(from), turns: seen, ms: performance.now() - began }
}
