import type { GitHubApi } from '../../../src/adapters/github/api.ts'
import { type GitHubForgeOptions, githubForge } from '../../../src/adapters/github/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { branchOf, readAttempt } from '../../../src/proposal/index.ts'
import { DECIDED, FIRST_FILES } from '../../contracts/forge.ts'
import {
  type ModelApiOptions,
  ModelRepository,
  modelApi,
  modelMirror,
  type People,
  peopleOf,
  type RepositoryOptions,
} from '../../github-model/index.ts'

export const BOT = { login: 'kintsugi', kind: 'app', appId: 7 } as const
export const OLGA = { login: 'olga', kind: 'user' } as const

/** A forge on GitHub in memory, with the people around it. */
export type World = {
  readonly repository: ModelRepository
  readonly people: People
  readonly clock: { nowMs: number }
  readonly api: GitHubApi
  readonly forge: Forge
  /** A forge that remembers nothing, on the same repository. */
  start(api?: Partial<ModelApiOptions>, options?: Partial<GitHubForgeOptions>): Forge
}

export function world(
  repositoryOptions: Partial<RepositoryOptions> = {},
  forgeOptions: Partial<GitHubForgeOptions> = {},
): World {
  const clock = { nowMs: DECIDED }
  const repository = new ModelRepository({
    files: FIRST_FILES,
    labels: ['kintsugi'],
    now: () => clock.nowMs,
    ...repositoryOptions,
  })
  const apiOf = (options: Partial<ModelApiOptions> = {}): GitHubApi => modelApi(repository, { actor: BOT, ...options })
  const start: World['start'] = (api, options) =>
    githubForge(apiOf(api), {
      url: 'https://github.example/acme/shop',
      branchPrefix: 'kintsugi',
      clock: {
        now: () => clock.nowMs,
        sleep: async (ms) => {
          clock.nowMs += ms
        },
      },
      mirror: modelMirror(repository),
      branchOf: (lane) => branchOf(lane, 'kintsugi'),
      read: readAttempt,
      checkText: (gates) => ({
        conclusion: gates.every(({ pass }) => pass) ? 'success' : 'neutral',
        title: `${gates.length} gates`,
        summary: gates.map(({ name, value }) => `${name}: ${value}`).join('\n'),
      }),
      ...forgeOptions,
      ...options,
    })
  const reader = apiOf()
  return {
    repository,
    people: peopleOf(repository),
    clock,
    api: reader,
    forge: start(),
    start,
  }
}
