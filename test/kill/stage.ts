import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gitTree, localForge, type ReviewedForge } from '../../src/adapters/local/index.ts'
import {
  commitAs,
  createRepository,
  firstSyncs,
  memorySyncStore,
  type PersonCommit,
  type SyncStore,
  simulatedArgoCd,
  simulation,
} from '../../src/adapters/simulation/index.ts'
import { renderFrom } from '../../src/cli/compose/simulated-world.ts'
import { defaultConfig } from '../../src/config.ts'
import { type ControllerDeps, emptyMemory, reconcile } from '../../src/controller/index.ts'
import { historySignals } from '../../src/detection/index.ts'
import { NO_HOUSE_RULES, type Tree } from '../../src/domain/index.ts'
import type { Clock, Metrics } from '../../src/ports/index.ts'
import { loadTemplates } from '../../src/proposal/index.ts'
import { edit } from '../../src/source/index.ts'
import { TestRepository, temporaryFolder } from '../adapters/local/repository.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { MemoryRepository, memoryForge, memoryStore, pushByPerson } from '../fakes/memory-forge.ts'
import { URL } from '../fakes/walk.ts'
import type { WorldParts } from '../scenarios/worlds.ts'

const MINUTE = 60_000

/** Where the controller writes, and what a test can do with it beside: count and cut writes, put all refs back. */
export type Ground = {
  readonly forge: ReviewedForge
  readonly syncs: SyncStore
  readTree(revision: string): Promise<Tree>
  commit(commit: PersonCommit): Promise<void>
  /** Every ref that the controller could write, with what it shows. */
  refs(): Promise<ReadonlyMap<string, string>>
  restore(refs: ReadonlyMap<string, string>): Promise<void>
  /** Called ahead of each write of the forge; what it throws stops that write, as a kill would. */
  onWrite: (what: string) => void
}

export async function memoryGround(clock: Clock): Promise<Ground> {
  const repository = new MemoryRepository()
  const store = memoryStore(repository)
  const ground: Ground = {
    forge: memoryForge({ url: URL, branchPrefix: 'kintsugi', clock, repository }),
    syncs: { ...memorySyncStore(), head: async (branch) => repository.refs.get(`refs/heads/${branch}`) },
    readTree: (revision) => store.tree(revision),
    commit: async ({ branch, files, atMs }) => {
      pushByPerson(repository, branch, files, atMs)
    },
    refs: async () => new Map(repository.refs),
    restore: async (refs) => {
      repository.refs.clear()
      for (const [ref, oid] of refs) repository.refs.set(ref, oid)
    },
    onWrite: () => undefined,
  }
  repository.beforeWrite = (what) => ground.onWrite(what)
  return ground
}

const WRITTEN = ['refs/heads', 'refs/kintsugi']

export async function gitGround(clock: Clock): Promise<Ground> {
  const gitDir = join(temporaryFolder(), 'shop.git')
  await createRepository(gitDir, 'main')
  const repository = new TestRepository(gitDir)
  const refs = async () =>
    new Map(
      repository
        .git(['for-each-ref', '--format=%(refname) %(objectname)', ...WRITTEN])
        .split('\n')
        .map((line): [string, string] => [line.slice(0, -41), line.slice(-40)]),
    )
  const ground: Ground = {
    forge: localForge({
      ...{ gitDir, url: URL, branchPrefix: 'kintsugi', clock },
      beforeWrite: (what) => ground.onWrite(what),
    }),
    // Nobody but the forge is cut: the cluster's own memory need not be in the repository, and a ref that is read as a file costs no process.
    syncs: { ...memorySyncStore(), head: async (branch) => looseRef(gitDir, branch) },
    readTree: (revision) => gitTree(gitDir, revision),
    commit: (commit) => commitAs(gitDir, commit),
    refs,
    restore: async (wanted) => {
      const gone = [...(await refs()).keys()].filter((ref) => !wanted.has(ref))
      const lines = [...gone.map((ref) => `delete ${ref}`), ...[...wanted].map(([ref, oid]) => `update ${ref} ${oid}`)]
      repository.git(['update-ref', '--stdin'], `${lines.join('\n')}\n`)
    },
    onWrite: () => undefined,
  }
  return ground
}

function looseRef(gitDir: string, branch: string): string | undefined {
  const file = join(gitDir, 'refs/heads', branch)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** A simulated world whose time is moved by hand, and a controller that can be cut at any write and started again. */
export class Stage {
  readonly ground: Ground
  readonly clock
  readonly #deps: ControllerDeps
  readonly #argocd
  #planned

  private constructor({ scenario, commits }: WorldParts, clock: ReturnType<typeof manualClock>, ground: Ground) {
    this.ground = ground
    this.clock = clock
    this.#planned = commits
    const parts = {
      ...{ scenario, clock, seed: 1, syncs: ground.syncs },
      ...{ render: renderFrom(undefined, 'none'), readTree: (revision: string) => ground.readTree(revision) },
    }
    this.#argocd = simulatedArgoCd(parts)
    this.#deps = depsOn(simulation(parts), ground, scenario.cluster)
  }

  static async begin(world: WorldParts, makeGround: (clock: Clock) => Promise<Ground>): Promise<Stage> {
    const { scenario, files } = world
    const clock = manualClock(scenario.startMs)
    const ground = await makeGround(clock)
    const author = 'Robin Ames <robin@shop.example>'
    await ground.commit({ branch: 'main', author, message: 'first', atMs: scenario.bornMs, files })
    const revision = await ground.syncs.head('main')
    await ground.syncs.append(firstSyncs(scenario, String(revision)))
    return new Stage(world, clock, ground)
  }

  /** Time goes on: people commit, and Argo CD looks. */
  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.clock.advance(MINUTE)
      const due = this.#planned.filter(({ atMs }) => atMs <= this.clock.now())
      this.#planned = this.#planned.filter((one) => !due.includes(one))
      for (const commit of due) await this.ground.commit({ ...commit, branch: 'main' })
      await this.#argocd.step()
    }
  }

  /** One tick of a controller that was just started. With `cutAt`, it is cut ahead of that many-th write; false when it made fewer. */
  async tick(cutAt = Number.POSITIVE_INFINITY): Promise<{ readonly writes: number; readonly cut: boolean }> {
    let writes = 0
    this.ground.onWrite = () => {
      writes += 1
      if (writes >= cutAt) throw new Cut()
    }
    try {
      await reconcile(this.#deps, emptyMemory(), this.clock.now())
      return { writes, cut: false }
    } catch (error) {
      if (!(error instanceof Cut)) throw error
      return { writes, cut: true }
    } finally {
      this.ground.onWrite = () => undefined
    }
  }

  /** Ticks at this moment until one changes nothing; gives the refs then. */
  async settle(): Promise<ReadonlyMap<string, string>> {
    let before = await this.ground.refs()
    for (let round = 0; round < 8; round += 1) {
      await this.tick()
      const after = await this.ground.refs()
      if (sameRefs(before, after)) return after
      before = after
    }
    throw new RangeError('eight ticks at one moment, and each of them wrote something new')
  }
}

class Cut extends Error {}

export function sameRefs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([ref, oid]) => b.get(ref) === oid)
}

function depsOn(world: ReturnType<typeof simulation>, ground: Ground, cluster: string): ControllerDeps {
  return {
    config: defaultConfig(cluster, {
      forges: [
        { name: 'shop', kind: 'local', url: URL, branchPrefix: 'kintsugi', rules: NO_HOUSE_RULES, repositories: [] },
      ],
      bindings: [{ cluster, repositories: [URL], baseBranches: ['main'], paths: ['**'] }],
      ceiling: { ...defaultConfig('x').ceiling, mode: 'automerge', automergeIsolation: 'process' },
      tick: { everyMs: MINUTE, stepMs: MINUTE, warmUpMs: 30 * MINUTE, lookBackMs: 120 * MINUTE },
    }),
    site: { ...world, metrics: withoutHistory(world.metrics) },
    repositories: [{ urls: [URL], forge: ground.forge }],
    policies: [],
    templates: loadTemplates((file) =>
      readFileSync(new globalThis.URL(`../../templates/${file}`, import.meta.url), 'utf8'),
    ),
    isolation: 'none',
    paused: async () => false,
    frozen: async () => false,
    writes: 'perform',
    edit,
    version: '0.0.0',
  }
}

/** Models write nothing but notes; without two weeks of history they are silent, and every tick is fast. */
function withoutHistory(metrics: Metrics): Metrics {
  return {
    cluster: metrics.cluster,
    read: (ids, range) =>
      ids === historySignals
        ? Promise.resolve(ids.map((signal) => ({ signal, status: 'empty', series: [], asked: 'nothing' })))
        : metrics.read(ids, range),
  }
}
