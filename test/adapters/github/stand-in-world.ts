import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitHubApi } from '../../../src/adapters/github/api.ts'
import { githubAccount, pemSigner } from '../../../src/adapters/github/http/index.ts'
import { type GitHubForgeOptions, githubForge } from '../../../src/adapters/github/index.ts'
import { mirrorOf } from '../../../src/adapters/github/mirror/index.ts'
import { PERMISSIONS } from '../../../src/adapters/github/permissions.ts'
import type { RepositoryFiles } from '../../../src/adapters/simulation/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { branchOf, readAttempt } from '../../../src/proposal/index.ts'
import { FIRST_FILES, type ForgeWorld } from '../../contracts/forge.ts'
import { type Started, started } from '../../github/started.ts'
import { control } from '../../github/world/control-routes.ts'

export type Hall = {
  readonly stand: Started
  /** A new repository with FIRST_FILES or these on `main`, which the App may write. */
  world(
    files?: RepositoryFiles,
    options?: Partial<GitHubForgeOptions>,
  ): Promise<
    ForgeWorld & {
      readonly repo: string
      readonly api: GitHubApi
      /** Names of the branches that are not `main`. */
      branches(): Promise<readonly string[]>
    }
  >
  readonly appId: number
  close(): Promise<void>
}

/** A stand-in with one organisation and one App on all of its repositories. */
export async function openHall(): Promise<Hall> {
  const stand = await started({ mergeabilityDelayMs: 0 })
  const { world: github } = stand.standIn
  const act = <Answer>(name: Parameters<typeof control>[1], input: unknown): Promise<Answer> =>
    control(github, name, input) as Promise<Answer>
  await act('createOrganisation', { login: 'acme', members: { olga: 'admin' } })
  const permissions = Object.fromEntries(PERMISSIONS.map(({ name, access }) => [name, access]))
  const app = await act<{ appId: number; privateKeyPem: string }>('createApp', {
    name: 'Kintsugi',
    owner: 'acme',
    permissions,
    events: [],
  })
  await act('install', { appId: app.appId, account: 'acme', repositories: 'all' })
  const mirrors = mkdtempSync(join(tmpdir(), 'kintsugi-mirrors-'))
  let made = 0
  const now = (): number => github.clock.now()
  const start = async (
    name: string,
    options: Partial<GitHubForgeOptions>,
  ): Promise<{ readonly forge: Forge; readonly api: GitHubApi }> => {
    const account = githubAccount({
      credentials: { kind: 'app', appId: app.appId, signer: pemSigner(app.privateKeyPem) },
      baseUrl: stand.url,
      pace: { nowMs: now, sleep: async (ms) => github.clock.advance(ms), random: () => 0.5 },
    })
    const api = await account.repository('acme', name)
    const forge = githubForge(api, {
      url: `${stand.url}/acme/${name}`,
      branchPrefix: 'kintsugi',
      clock: { now, sleep: async (ms) => github.clock.advance(ms) },
      mirror: mirrorOf(api, { dir: mkdtempSync(join(mirrors, 'mirror-')) }),
      branchOf: (lane) => branchOf(lane, 'kintsugi'),
      read: readAttempt,
      checkText: (gates) => ({ conclusion: 'neutral', title: `${gates.length} gates`, summary: JSON.stringify(gates) }),
      ...options,
    })
    return { forge, api }
  }
  return {
    stand,
    appId: app.appId,
    async close() {
      rmSync(mirrors, { recursive: true, force: true })
      await stand.close()
    },
    async world(files = FIRST_FILES, options = {}) {
      made += 1
      const name = `shop-${made}`
      const repo = `acme/${name}`
      const labels = ['kintsugi']
      await act('createRepository', {
        owner: 'acme',
        name,
        private: true,
        files,
        roles: { ann: 'admin' },
        labels,
      })
      const { forge, api } = await start(name, options)
      const other = await start(name, options)
      return {
        repo,
        api,
        forge,
        restarted: () => other.forge,
        push: async (branch, files) => {
          const written = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text ?? null]))
          return (await act<{ oid: string }>('push', { repo, branch, files: written, by: 'ann' })).oid
        },
        mergeByPerson: async (pull) => {
          await act('mergePull', { repo, number: pull.number, by: 'ann' })
        },
        closeByPerson: async (pull) => {
          await act('closePull', { repo, number: pull.number, by: 'ann' })
        },
        deleteBranch: async (branch) => {
          await act('deleteBranch', { repo, branch, by: 'ann' })
        },
        state: async () => {
          const writes = github.calls.filter(
            ({ operation, kind, status }) =>
              status < 400 && (kind === 'graphql' ? operation.startsWith('mutation') : !operation.startsWith('GET')),
          )
          return String(writes.filter(({ path }) => !path.includes('access_tokens')).length)
        },
        branches: async () => {
          const query = { base: 'main', prefix: 'kintsugi', heads: [], sinceMs: now(), labels: [] }
          return [...((await api.repository(query))?.branches.keys() ?? [])]
        },
        advance: (ms) => github.clock.advance(ms),
      }
    },
  }
}
