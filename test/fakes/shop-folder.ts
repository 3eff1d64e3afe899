import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, readdirSync, utimesSync, watch } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { localForge, type ReviewedForge } from '../../src/adapters/local/index.ts'
import {
  commitAs,
  createRepository,
  firstSyncs,
  gitSyncStore,
  type PlannedCommit,
  shopCommits,
  shopRepository,
  shopScenario,
  simulatedArgoCd,
} from '../../src/adapters/simulation/index.ts'
import {
  openWorld,
  REPOSITORY_FOLDER,
  REPOSITORY_URL,
  WORLD_FILE,
  type WorldFile,
} from '../../src/cli/compose/simulated-world.ts'
import { STORY_START_MS } from '../../src/cli/demo/make-world.ts'
import { TestRepository, temporaryFolder } from '../adapters/local/repository.ts'
import { type End, endOf } from '../kill/end.ts'
import { CLI } from './built.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const ALL = ['cart', 'catalog', 'checkout', 'frontend', 'payments', 'recommendation']

/** What the operator allows; a short look back keeps each start of the process short. */
const CONFIG = `clusters:
  - name: demo
forges:
  - {name: shop, kind: local, url: ${REPOSITORY_URL}}
bindings:
  - {cluster: demo, namespace: shop, repositories: [${REPOSITORY_URL}], baseBranches: [main], paths: ["apps/**"]}
ceiling: {mode: automerge, automergeIsolation: process}
detection: {models: [isolation-forest]}
tick: {every: 60s, step: 60s, warmUp: 30m, lookBack: 2h}
`

export type Ended = {
  readonly code: number | null
  readonly killed: boolean
  readonly out: string
  readonly err: string
}

/** A controller process. `group` kills it with every git that it has started, as a stopped container does. */
export type Controller = { kill(group: boolean): void; readonly ended: Promise<Ended> }

export type Moment = { readonly after: 'start' | 'first write'; readonly ms: number }

/** A folder as `kintsugi demo` makes it, with three workloads only, whose time is moved by hand: processes are started on it. */
export class ShopFolder {
  readonly dir: string
  readonly gitDir: string
  readonly repository: TestRepository
  readonly forge: ReviewedForge
  nowMs = STORY_START_MS
  readonly #seen: Parameters<typeof simulatedArgoCd>[0]['clock'] = {
    now: () => this.nowMs,
    sleep: async () => undefined,
  }
  #planned: readonly PlannedCommit[] = shopCommits(STORY_START_MS)
  #argocd: ReturnType<typeof simulatedArgoCd> | undefined

  private constructor(dir: string) {
    this.dir = dir
    this.gitDir = join(dir, REPOSITORY_FOLDER)
    this.repository = new TestRepository(this.gitDir)
    this.forge = localForge({ gitDir: this.gitDir, url: REPOSITORY_URL, branchPrefix: 'kintsugi', clock: this.#seen })
  }

  /** With these workloads of the shop; the others' folders are there and hold no object. Models are silent where there is less than a week of them. */
  static async make(
    workloads: readonly string[] = ['cart', 'catalog', 'checkout'],
    pastDays = 14,
  ): Promise<ShopFolder> {
    const world = new ShopFolder(temporaryFolder())
    const { gitDir } = world
    await createRepository(gitDir, 'main')
    const whole = shopScenario({ repoURL: REPOSITORY_URL, startMs: STORY_START_MS })
    const scenario = { ...whole, bornMs: STORY_START_MS - pastDays * DAY }
    const author = 'Robin Ames <robin@shop.example>'
    await commitAs(gitDir, {
      branch: 'main',
      author,
      message: 'shop',
      atMs: scenario.bornMs,
      files: smallShop(workloads),
    })
    const syncs = gitSyncStore({ gitDir })
    await syncs.append(firstSyncs(scenario, String(await syncs.head('main'))))
    await writeFile(join(world.dir, 'kintsugi.yaml'), CONFIG)
    if (!workloads.includes('catalog')) world.#planned = []
    await world.#write()
    return world
  }

  /** The same at the same moment, in a folder of its own. */
  copy(): ShopFolder {
    const copied = new ShopFolder(temporaryFolder())
    cpSync(this.dir, copied.dir, { recursive: true })
    copied.nowMs = this.nowMs
    copied.repository.nowMs = this.nowMs
    copied.#planned = this.#planned
    return copied
  }

  /** Time goes on: people commit, and Argo CD looks. */
  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.nowMs += MINUTE
      const due = this.#planned.filter(({ atMs }) => atMs <= this.nowMs)
      this.#planned = this.#planned.filter((one) => !due.includes(one))
      for (const commit of due) await commitAs(this.gitDir, { ...commit, branch: 'main' })
      await this.#write()
      await (await this.#argo()).step()
    }
  }

  /** Starts the controller for one tick. */
  start(): Controller {
    const args = [CLI, 'run', '--once', '--write', '--json', '--simulation', this.dir]
    // What a killed process leaves in the folder for temporary files goes with the world.
    const env = { PATH: process.env['PATH'], TMPDIR: this.dir }
    const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    return { kill: (group) => killed(child, group), ended: endedOf(child) }
  }

  /** Starts it and kills it so much later, or so much after its first write; false when it had ended by then. */
  async killAt(moment: Moment, group: boolean): Promise<boolean> {
    const timers: NodeJS.Timeout[] = []
    const controller = this.start()
    const kill = () => controller.kill(group)
    if (moment.after === 'start') timers.push(setTimeout(kill, moment.ms))
    // Every tree is written through an index of its own among the temporary files, which are in this folder.
    const watcher = watch(this.dir, (_, name) => {
      if (moment.after === 'first write' && name?.startsWith('kintsugi-index-'))
        timers.push(setTimeout(kill, moment.ms))
    })
    const { killed } = await controller.ended
    watcher.close()
    for (const timer of timers) clearTimeout(timer)
    return killed
  }

  /** Makes the locks of refs that a killed git has left a few minutes old, as they are when the next tick but a few comes. False when there are none. */
  ageLocks(): boolean {
    const locks = readdirSync(this.gitDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.lock'),
    )
    const then = Date.now() / 1000 - 300
    for (const lock of locks) utimesSync(join(this.gitDir, lock), then, then)
    return locks.length > 0
  }

  async end(): Promise<End> {
    const main = await this.forge.head('main')
    return endOf(await this.forge.pulls(), await this.forge.tree(String(main)))
  }

  async #argo(): Promise<ReturnType<typeof simulatedArgoCd>> {
    if (this.#argocd === undefined) {
      const world = await openWorld(this.dir, undefined, 'none')
      this.#argocd = simulatedArgoCd({ ...world, clock: this.#seen, seed: world.file.seed })
    }
    return this.#argocd
  }

  async #write(): Promise<void> {
    const file: WorldFile = {
      ...{ schemaVersion: 1, seed: 1, speed: 1, startMs: STORY_START_MS, startedWallMs: 0, helm: false },
      frozenAtMs: this.nowMs,
    }
    await writeFile(join(this.dir, WORLD_FILE), JSON.stringify(file))
  }
}

function smallShop(workloads: readonly string[]): Readonly<Record<string, string>> {
  const files = Object.entries(shopRepository({ repoURL: REPOSITORY_URL })).filter(([path]) => {
    const name = /^apps\/([^/]+)\//.exec(path)?.[1]
    return name === undefined || workloads.includes(name)
  })
  const empty = ALL.filter((name) => !workloads.includes(name)).map((name) => [`apps/${name}/README.md`, 'nothing\n'])
  return Object.fromEntries([...files, ...empty])
}

function killed(child: ChildProcess, group: boolean): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(group ? -child.pid : child.pid, 'SIGKILL')
  } catch {
    // It ended by itself at this very moment.
  }
}

function endedOf(child: ChildProcess): Promise<Ended> {
  let [out, err] = ['', '']
  child.stdout?.on('data', (part) => {
    out += String(part)
  })
  child.stderr?.on('data', (part) => {
    err += String(part)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, killed: signal === 'SIGKILL', out, err }))
  })
}
