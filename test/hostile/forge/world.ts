import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { githubAccount, pemSigner } from '../../../src/adapters/github/http/index.ts'
import { githubForge } from '../../../src/adapters/github/index.ts'
import { mirrorOf } from '../../../src/adapters/github/mirror/index.ts'
import { PERMISSIONS } from '../../../src/adapters/github/permissions.ts'
import { gitTree } from '../../../src/adapters/local/index.ts'
import {
  firstSyncs,
  memorySyncStore,
  type RepositoryFiles,
  type Scenario,
  simulatedArgoCd,
  simulation,
} from '../../../src/adapters/simulation/index.ts'
import { renderFrom } from '../../../src/cli/compose/simulated-world.ts'
import { defaultConfig } from '../../../src/config.ts'
import { auditOf, type ControllerDeps, emptyMemory, reconcile, type TickReport } from '../../../src/controller/index.ts'
import { type Config, NO_HOUSE_RULES } from '../../../src/domain/index.ts'
import { parsePolicies } from '../../../src/policy/index.ts'
import type { Metrics } from '../../../src/ports/index.ts'
import { branchOf, checkText, loadTemplates, readAttempt } from '../../../src/proposal/index.ts'
import { edit } from '../../../src/source/index.ts'
import { type Started, started } from '../../github/started.ts'
import { repositoryNamed } from '../../github/world/control/named.ts'
import { type ControlInput, type ControlName, type ControlOutput, control } from '../../github/world/control-routes.ts'
import { resolveRef } from '../../github/world/git/refs.ts'

const MINUTE_MS = 60_000
/** A Wednesday. */
export const START = Date.parse('2026-01-07T10:00:00Z')
export const REPO = 'acme/shop'
/** Pages that the operator names: the only ones that a text of the bot may link to. */
export const HOSTS = ['git.example', 'prometheus.example']
const WEB = 'https://git.example/acme/shop'
/** Names that GitHub's own rules give to its people and Apps. */
export const BOT = 'kintsugi[bot]'
export const CI = 'ci'

const templates = loadTemplates((file) => readFileSync(new URL(`../../../templates/${file}`, import.meta.url), 'utf8'))

export type HostileWorld = {
  readonly stand: Started
  readonly ciApp: number
  readonly gitDir: string
  readonly reports: readonly TickReport[]
  do<Name extends ControlName>(name: Name, input: ControlInput<Name>): Promise<ControlOutput<Name>>
  /** So many minutes pass; in each the cluster syncs, and where `tick` is told the bot looks. */
  minutes(count: number, tick: boolean): Promise<void>
  state(): Promise<ControlOutput<'state'>>
  close(): Promise<void>
}

export type HostileOptions = {
  readonly scenario: (repoURL: string) => Scenario
  readonly files: RepositoryFiles
  readonly config?: Partial<Config>
  /** Between the samples and the bot. */
  readonly metrics?: (metrics: Metrics) => Metrics
  /** Names of checks that the rules ask for. */
  readonly checks?: readonly string[]
  /** Policies of the operator, YAML. */
  readonly policies?: string
}

/** A simulated cluster, the stand-in of GitHub, and the bot of `kintsugi run` between them, with one clock that is moved by hand. */
export async function hostileWorld(options: HostileOptions): Promise<HostileWorld> {
  const stand = await started({ mergeabilityDelayMs: 0, now: () => START })
  const { world: github } = stand.standIn
  const act: HostileWorld['do'] = (name, input) => control(github, name, input) as never
  const first = await establish(act, options)
  const repoURL = `${stand.url}/${REPO}.git`
  const scenario = options.scenario(repoURL)
  const clock = { now: () => github.clock.now(), sleep: async (ms: number) => github.clock.advance(ms) }
  const mirrors = mkdtempSync(join(tmpdir(), 'kintsugi-hostile-'))
  const { gitDir } = repositoryNamed(github, REPO)
  const store = memorySyncStore()
  const parts = {
    ...{ scenario, seed: 1, clock, render: renderFrom(undefined, 'none') },
    readTree: (revision: string) => gitTree(gitDir, revision),
    syncs: { ...store, head: (branch: string) => resolveRef(gitDir, `refs/heads/${branch}`) },
  }
  await store.append(firstSyncs(scenario, first.oid))
  const argocd = simulatedArgoCd(parts)
  const site = simulation(parts)
  const account = githubAccount({
    credentials: { kind: 'app', appId: first.appId, signer: pemSigner(first.privateKeyPem) },
    baseUrl: stand.url,
    pace: { nowMs: clock.now, sleep: clock.sleep, random: () => 0.5 },
    limits: UNHURRIED,
  })
  const api = await account.repository('acme', 'shop')
  const forge = githubForge(api, {
    ...{ url: repoURL, branchPrefix: 'kintsugi', clock, mirror: mirrorOf(api, { dir: mirrors }), checkText },
    branchOf: (lane) => branchOf(lane, 'kintsugi'),
    read: readAttempt,
    bases: ['main'],
  })
  const deps: ControllerDeps = {
    config: configOf(scenario, stand.url, repoURL, options.config),
    site: { ...site, metrics: options.metrics?.(site.metrics) ?? site.metrics },
    repositories: [{ urls: [repoURL, WEB], forge }],
    policies: parsePolicies(options.policies ?? '', 'operator.yaml', { from: 'operator', namespace: 'ops' }).policies,
    ...{ templates, isolation: 'process', writes: 'perform', edit, version: '0.0.0' },
    audit: auditOf({ forge, operators: false }),
    paused: async () => false,
    frozen: async () => false,
  }
  const memory = emptyMemory()
  const reports: TickReport[] = []
  return {
    ...{ stand, ciApp: first.ciApp, gitDir, reports, do: act },
    async minutes(count, tick) {
      for (let index = 0; index < count; index += 1) {
        github.clock.advance(MINUTE_MS)
        await argocd.step()
        if (!tick) continue
        await github.jobs.settle()
        reports.push(await reconcile(deps, memory, Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS))
      }
    },
    state: () => act('state', { repo: REPO }),
    async close() {
      await account.close()
      await stand.close()
      rmSync(mirrors, { recursive: true, force: true })
    },
  }
}

const UNHURRIED = {
  ...{ contentPerMinute: 1e9, contentPerHour: 1e9, corePointsPerMinute: 1e9, graphqlPointsPerMinute: 1e9 },
  ...{ concurrent: 1000, unspacedWrites: 1e9, spacingMs: 0 },
}

async function establish(act: HostileWorld['do'], options: HostileOptions) {
  await act('createOrganisation', { login: 'acme', members: { olga: 'admin' } })
  const { oid } = await act('createRepository', {
    ...{ owner: 'acme', name: 'shop', private: true, files: options.files, labels: ['kintsugi'] },
    roles: { olga: 'admin', ann: 'write' },
  })
  const permissions = Object.fromEntries(PERMISSIONS.map(({ name, access }) => [name, access]))
  const app = await act('createApp', { name: 'kintsugi', owner: 'acme', permissions, events: [] })
  const ci = await act('createApp', { name: CI, owner: 'acme', permissions: { checks: 'write' }, events: [] })
  for (const { appId } of [app, ci]) await act('install', { appId, account: 'acme', repositories: [REPO] })
  const required = (options.checks ?? []).map((context) => ({ context, integration_id: ci.appId }))
  if (required.length > 0)
    await act('setRules', {
      ...{ repo: REPO, pattern: 'main', bypass: [{ type: 'RepositoryRole', role: 'admin' }] },
      rules: [
        {
          type: 'required_status_checks',
          parameters: { required_status_checks: required, strict_required_status_checks_policy: false },
        },
      ],
    })
  return { oid, appId: app.appId, privateKeyPem: app.privateKeyPem, ciApp: ci.appId }
}

function configOf(scenario: Scenario, root: string, repoURL: string, more: Partial<Config> = {}): Config {
  const base = defaultConfig('x')
  const page = HOSTS.map((host) => `https://${host}`)[1] ?? ''
  const prometheus = { url: 'http://127.0.0.1:1', externalUrl: page, jobs: { cadvisor: [], kubeStateMetrics: [] } }
  return defaultConfig(
    { name: scenario.cluster, prometheus },
    {
      forges: [
        { name: 'hub', kind: 'github', url: root, branchPrefix: 'kintsugi', rules: NO_HOUSE_RULES, repositories: [] },
      ],
      bindings: [
        {
          ...{ cluster: scenario.cluster, repositories: [repoURL], baseBranches: ['main'], paths: ['apps/**'] },
        },
      ],
      ceiling: { ...base.ceiling, mode: 'automerge', automergeIsolation: 'process' },
      dashboard: { enabled: true },
      onboarding: { ...base.onboarding, enabled: false },
      tick: { everyMs: MINUTE_MS, stepMs: MINUTE_MS, warmUpMs: 30 * MINUTE_MS, lookBackMs: 60 * MINUTE_MS },
      ...more,
    },
  )
}
