import { readFileSync } from 'node:fs'
import { githubForge } from '../../src/adapters/github/index.ts'
import {
  firstSyncs,
  memorySyncStore,
  type RepositoryFiles,
  type Scenario,
  simulatedArgoCd,
  simulation,
} from '../../src/adapters/simulation/index.ts'
import { renderFrom } from '../../src/cli/compose/simulated-world.ts'
import { defaultConfig } from '../../src/config.ts'
import { type ControllerDeps, emptyMemory, reconcile, type TickReport } from '../../src/controller/index.ts'
import { type Lane, NO_HOUSE_RULES } from '../../src/domain/index.ts'
import type { Forge } from '../../src/ports/index.ts'
import { branchOf, loadTemplates, readAttempt } from '../../src/proposal/index.ts'
import { edit } from '../../src/source/index.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { URL } from '../fakes/walk.ts'
import {
  type ModelApiOptions,
  ModelRepository,
  modelApi,
  modelMirror,
  OWNER,
  type People,
  peopleOf,
  type RepositoryOptions,
} from './index.ts'

const MINUTE = 60_000
export const BOT = { login: 'kintsugi', kind: 'app', appId: 7 } as const
export const CI = { login: 'ci', kind: 'app', appId: 9 } as const
export const REQUIRED = { name: 'ci', app: CI.appId } as const

export type GitHubWalkOptions = {
  readonly scenario: Scenario
  readonly files: RepositoryFiles
  readonly repository?: Partial<RepositoryOptions>
}

/** The world of `kintsugi run` in one process, with its repository on GitHub in memory: simulated cluster, real controller, real forge. */
export class GitHubWalk {
  readonly clock: ManualClock
  readonly repository: ModelRepository
  readonly people: People
  readonly #argocd: ReturnType<typeof simulatedArgoCd>
  readonly #deps: Omit<ControllerDeps, 'repositories'>
  readonly #store = memorySyncStore()
  memory = emptyMemory()

  private constructor({ scenario, files, repository }: GitHubWalkOptions) {
    this.clock = manualClock(scenario.bornMs)
    this.repository = new ModelRepository({
      files,
      now: () => this.clock.now(),
      labels: ['kintsugi'],
      rules: { requiredChecks: [REQUIRED] },
      ...repository,
    })
    this.clock.set(scenario.startMs)
    this.people = peopleOf(this.repository)
    const mirror = modelMirror(this.repository)
    const syncs = { ...this.#store, head: async (branch: string) => this.repository.state.branches.get(branch) }
    const parts = {
      scenario,
      seed: 1,
      clock: this.clock,
      render: renderFrom(undefined, 'none'),
      readTree: (revision: string) => mirror.tree(revision),
      syncs,
    }
    this.#argocd = simulatedArgoCd(parts)
    this.#deps = {
      config: defaultConfig(scenario.cluster, {
        forges: [
          {
            name: 'shop',
            kind: 'github',
            url: 'https://git.shop.example',
            branchPrefix: 'kintsugi',
            rules: NO_HOUSE_RULES,
            repositories: [],
          },
        ],
        bindings: [{ cluster: scenario.cluster, repositories: [URL], baseBranches: ['main'], paths: ['**'] }],
        ceiling: { ...defaultConfig('x').ceiling, mode: 'automerge', automergeIsolation: 'process' },
        tick: { everyMs: MINUTE, stepMs: MINUTE, warmUpMs: 30 * MINUTE, lookBackMs: 360 * MINUTE },
      }),
      site: simulation(parts),
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

  static async begin(options: GitHubWalkOptions): Promise<GitHubWalk> {
    const walk = new GitHubWalk(options)
    await walk.#store.append(firstSyncs(options.scenario, walk.repository.state.branches.get('main') ?? ''))
    return walk
  }

  /** A process of the bot that remembers nothing. */
  deps(api: Partial<ModelApiOptions> = {}, change: Partial<ControllerDeps> = {}): ControllerDeps {
    return { ...this.#deps, repositories: [{ urls: [URL], forge: this.forge(api) }], ...change }
  }

  forge(api: Partial<ModelApiOptions> = {}, sleep: (ms: number) => Promise<void> = async () => {}): Forge {
    return githubForge(modelApi(this.repository, { actor: BOT, ...api }), {
      url: URL,
      branchPrefix: 'kintsugi',
      clock: { now: () => this.clock.now(), sleep },
      mirror: modelMirror(this.repository),
      branchOf: (lane: Lane) => branchOf(lane, 'kintsugi'),
      read: readAttempt,
      checkText: (gates) => ({
        conclusion: gates.every(({ pass }) => pass) ? 'success' : 'neutral',
        title: `${gates.filter(({ pass }) => pass).length} of ${gates.length}`,
        summary: gates.map(({ name, value }) => `${name}: ${value}`).join('\n'),
      }),
    })
  }

  /** One minute of the world, without the bot. */
  async minute(): Promise<void> {
    this.clock.advance(MINUTE)
    await this.#argocd.step()
  }

  tick(deps: ControllerDeps, memory = emptyMemory()): Promise<TickReport> {
    return reconcile(deps, memory, this.clock.now())
  }

  commit(files: Readonly<Record<string, string>>): string {
    return this.people.push(OWNER, 'main', files)
  }
}
