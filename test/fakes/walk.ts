import { readFileSync } from 'node:fs'
import {
  firstSyncs,
  memorySyncStore,
  type PlannedCommit,
  type RenderApplication,
  type RepositoryFiles,
  type Scenario,
  simulatedArgoCd,
  simulation,
} from '../../src/adapters/simulation/index.ts'
import { renderFrom } from '../../src/cli/compose/simulated-world.ts'
import { defaultConfig } from '../../src/config.ts'
import {
  type ControllerDeps,
  emptyMemory,
  type LaneReport,
  reconcile,
  type TickReport,
} from '../../src/controller/index.ts'
import { type Config, NO_HOUSE_RULES } from '../../src/domain/index.ts'
import { loadTemplates } from '../../src/proposal/index.ts'
import { edit } from '../../src/source/index.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { MemoryRepository, memoryForge, memoryStore } from './memory-forge.ts'

const MINUTE = 60_000
export const URL = 'https://git.shop.example/shop-gitops.git'

export type WalkOptions = {
  readonly scenario: Scenario
  readonly files: RepositoryFiles
  readonly commits?: readonly PlannedCommit[]
  readonly seed?: number
  readonly edit?: ControllerDeps['edit']
  readonly writes?: ControllerDeps['writes']
  readonly config?: Partial<Config>
  /** What Argo CD renders with; the source room's own render where left out. */
  readonly render?: RenderApplication
  /** Puts something between the controller and its world. */
  readonly between?: (deps: ControllerDeps, forge: Walk['forge'], clock: ManualClock) => ControllerDeps
}

/** A whole world in one process: simulated cluster, forge in memory, the controller of `kintsugi run`, time moved by hand. */
export class Walk {
  readonly clock: ManualClock
  readonly repository = new MemoryRepository()
  readonly deps: ControllerDeps
  readonly world: ReturnType<typeof simulation>
  readonly forge: ReturnType<typeof memoryForge>
  readonly reports: TickReport[] = []
  readonly #argocd: ReturnType<typeof simulatedArgoCd>
  readonly #store = memorySyncStore()
  #planned: readonly PlannedCommit[]
  /** Set to leave every commit unsynced. */
  argoCdStands = false
  memory = emptyMemory()

  private constructor(options: WalkOptions) {
    const { scenario, seed = 1 } = options
    this.clock = manualClock(scenario.startMs)
    this.forge = memoryForge({ url: URL, branchPrefix: 'kintsugi', clock: this.clock, repository: this.repository })
    this.#planned = options.commits ?? []
    const store = memoryStore(this.repository)
    const syncs = { ...this.#store, head: async (branch: string) => this.repository.refs.get(`refs/heads/${branch}`) }
    const parts = {
      scenario,
      seed,
      clock: this.clock,
      render: options.render ?? renderFrom(undefined, 'none'),
      readTree: (revision: string) => store.tree(revision),
      syncs,
    }
    this.world = simulation(parts)
    this.#argocd = simulatedArgoCd(parts)
    const deps: ControllerDeps = {
      config: defaultConfig(scenario.cluster, {
        forges: [
          { name: 'shop', kind: 'local', url: URL, branchPrefix: 'kintsugi', rules: NO_HOUSE_RULES, repositories: [] },
        ],
        bindings: [{ cluster: scenario.cluster, repositories: [URL], baseBranches: ['main'], paths: ['**'] }],
        ceiling: { ...defaultConfig('x').ceiling, mode: 'automerge', automergeIsolation: 'process' },
        detection: { ...defaultConfig('x').detection, models: ['isolation-forest'] },
        tick: { everyMs: MINUTE, stepMs: MINUTE, warmUpMs: 30 * MINUTE, lookBackMs: 360 * MINUTE },
        ...options.config,
      }),
      site: this.world,
      repositories: [{ urls: [URL], forge: this.forge }],
      policies: [],
      templates: loadTemplates((file) =>
        readFileSync(new globalThis.URL(`../../templates/${file}`, import.meta.url), 'utf8'),
      ),
      isolation: 'none',
      paused: async () => false,
      frozen: async () => false,
      writes: options.writes ?? 'perform',
      edit: options.edit ?? edit,
      version: '0.0.0',
    }
    this.deps = options.between?.(deps, this.forge, this.clock) ?? deps
  }

  static async begin(options: WalkOptions): Promise<Walk> {
    const walk = new Walk(options)
    const { scenario } = options
    const revision = walk.commit('Robin Ames <robin@shop.example>', 'first', options.files, scenario.bornMs)
    await walk.#store.append(firstSyncs(scenario, revision))
    return walk
  }

  /** A commit of a person on main. */
  commit(author: string, message: string, files: RepositoryFiles, atMs: number): string {
    const ref = 'refs/heads/main'
    const parent = this.repository.refs.get(ref)
    const encoder = new TextEncoder()
    const tree = this.repository.treeWith(
      parent,
      Object.entries(files).map(([path, text]) => ({ path, content: encoder.encode(text), mode: '100644' as const })),
    )
    const [, name = author, email = ''] = /^(.*) <(.*)>$/.exec(author) ?? []
    const who = { name, email }
    const commit = this.repository.putCommit({
      tree,
      parents: parent === undefined ? [] : [parent],
      message,
      author: who,
      atMs,
    })
    this.repository.refs.set(ref, commit)
    return commit
  }

  /** One minute: people commit, Argo CD looks, the controller ticks. */
  async minute(tick = true): Promise<TickReport | undefined> {
    this.clock.advance(MINUTE)
    const nowMs = this.clock.now()
    for (const commit of this.#planned.filter((one) => one.atMs <= nowMs))
      this.commit(commit.author, commit.message, commit.files, nowMs)
    this.#planned = this.#planned.filter((one) => one.atMs > nowMs)
    if (!this.argoCdStands) await this.#argocd.step()
    if (!tick) return undefined
    const report = await reconcile(this.deps, this.memory, nowMs)
    this.reports.push(report)
    return report
  }

  async minutes(count: number, tick = true): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.minute(tick)
  }

  /** What was done in all ticks, in order: `cart opened`, `cart merged`, ... */
  deeds(): readonly string[] {
    return this.reports.flatMap((report) => report.lanes.flatMap(deedOf))
  }
}

function deedOf(lane: LaneReport): readonly string[] {
  const { done, subject } = lane
  switch (done.done) {
    case 'nothing':
    case 'held':
      return []
    case 'noted':
      return [`${subject.name} noted ${done.reason}`]
    case 'concluded':
    case 'escalated':
      return [`${subject.name} ${done.conclusion.verdict}`]
    case 'would':
      return [`${subject.name} would ${done.what}`]
    default:
      return [`${subject.name} ${done.done}`]
  }
}
