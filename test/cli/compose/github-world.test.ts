import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GithubDoor } from '../../../src/cli/compose/github-access.ts'
import { boundRepositories, type GithubOptions, openGithubWorld } from '../../../src/cli/compose/github-world.ts'
import { parseConfig } from '../../../src/config.ts'
import type { Config } from '../../../src/domain/index.ts'
import { FIRST_FILES } from '../../contracts/forge.ts'
import { type KubernetesServer, kubeconfigFor, kubernetesServer } from '../../fakes/kubernetes-server.ts'
import { ModelRepository, modelApi, modelMirror } from '../../github-model/index.ts'

const BOT = { login: 'kintsugi', kind: 'app', appId: 7 } as const

let cluster: KubernetesServer
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kintsugi-world-'))
  cluster = await kubernetesServer([
    { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', kind: 'Application' },
    { apiVersion: 'apps/v1', plural: 'deployments', kind: 'Deployment' },
  ])
  await writeFile(join(dir, 'kubeconfig'), kubeconfigFor(cluster.url))
  cluster.put({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'cart', namespace: 'argocd' },
    spec: { source: { repoURL: 'git@github.example:acme/shop.git', path: 'apps/cart' }, destination: {} },
    status: { sync: { status: 'Synced', revision: 'abc' }, health: { status: 'Healthy' } },
  })
})
afterEach(async () => {
  await cluster.close()
  await rm(dir, { recursive: true, force: true })
})

const BINDINGS = `bindings:
  - {cluster: prod, namespace: shop, repositories: ["https://github.example/acme/shop.git"], paths: ["apps/**"]}
  - {cluster: prod, namespace: team, repositories: [github.example/acme/shop, github.example/acme/other], baseBranches: [live]}
`

function config(bindings = BINDINGS): Config {
  const text = `clusters:
  - name: prod
    prometheus: {url: "http://127.0.0.1:1"}
    kubernetes: {kubeconfig: "${join(dir, 'kubeconfig')}"}
forges:
  - {name: hub, kind: github, url: "https://github.example", appId: 7, privateKeyFile: /k, branchPrefix: heal}
${bindings}`
  const parsed = parseConfig(text, 'kintsugi.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

function binding(repository: string): string {
  return `bindings:\n  - {cluster: prod, namespace: a, repositories: [${repository}]}\n`
}

/** GitHubs in memory, and which repositories were asked for. */
function doors() {
  const opened: string[] = []
  const closed: string[] = []
  const door: GithubDoor = ({ name: forge }) => ({
    repository: async (owner, name) => {
      opened.push(`${forge} ${owner}/${name}`)
      const repository = new ModelRepository({ files: FIRST_FILES, now: () => Date.UTC(2026, 2, 1) })
      return { api: modelApi(repository, { actor: BOT }), mirror: modelMirror(repository) }
    },
    close: async () => void closed.push(forge),
  })
  return { door, opened, closed }
}

const options = (door: GithubDoor, over: Partial<GithubOptions> = {}): GithubOptions => ({
  cwd: dir,
  env: {},
  config: config(),
  applications: [],
  jobs: { cadvisor: [], kubeStateMetrics: [] },
  readOnly: true,
  door,
  ...over,
})

describe('the world of a configuration with a GitHub', () => {
  it('has each bound repository once, by every name that Applications give it', async () => {
    const { door, opened, closed } = doors()
    const world = await openGithubWorld(options(door))
    expect(opened).toEqual(['hub acme/shop', 'hub acme/other'])
    expect(world.repositories.map(({ forge }) => forge.repository)).toEqual([
      'https://github.example/acme/shop',
      'https://github.example/acme/other',
    ])
    expect(world.repositories[0]?.urls).toContain('git@github.example:acme/shop')
    expect(await world.repositories[0]?.forge.head('main')).toMatch(/^[0-9a-f]{40}$/)
    await world.close()
    expect(closed).toEqual(['hub'])
  })

  it('reads the Applications of the cluster, and what charts see of it', async () => {
    const world = await openGithubWorld(options(doors().door))
    const [live] = await world.site.gitops.applications()
    expect(live).toMatchObject({ status: { sync: 'Synced', revision: 'abc' }, manifest: { kind: 'Application' } })
    expect(world.versions).toMatchObject({
      kubeVersion: 'v1.33.4-gke.1',
      apiVersions: expect.arrayContaining(['apps/v1']),
    })
    expect(world.site.metrics.cluster).toBe('prod')
    await world.close()
  })

  it('takes Applications of files instead, and then asks no cluster', async () => {
    await writeFile(
      join(dir, 'cart.yaml'),
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart}\n',
    )
    const world = await openGithubWorld(options(doors().door, { applications: ['cart.yaml'] }))
    expect(await world.site.gitops.applications()).toHaveLength(1)
    expect(cluster.asked).toEqual([])
    expect(world).not.toHaveProperty('versions')
    await world.close()
  })

  it('looks once through the controller, and writes nothing while it only observes', async () => {
    const { controllerDeps } = await import('../../../src/cli/compose/controller.ts')
    const { emptyMemory, reconcile } = await import('../../../src/controller/index.ts')
    const world = await openGithubWorld(options(doors().door))
    const stops = { paused: async () => false, frozen: async () => false }
    const charts = { helm: undefined, isolation: 'process', version: undefined } as const
    const deps = controllerDeps({ ...world, policies: [], charts, writes: 'observe', stops })
    const report = await reconcile(deps, emptyMemory(), Date.UTC(2026, 2, 1))
    expect(report.lanes).toEqual([])
    expect(report.unknown.length).toBeGreaterThan(0)
    expect(deps.versions?.kubeVersion).toBe('v1.33.4-gke.1')
    await world.close()
  })

  it.each([
    ['', 'bindings are missing', { line: 1, column: 1 }],
    [binding('gitlab.example/acme/shop'), 'on no forge', { line: 8, column: 50 }],
    [binding('github.example/acme'), 'on no forge', { line: 8, column: 50 }],
    [binding('github.example/acme/shop/x'), 'on no forge', { line: 8, column: 50 }],
    [
      `${binding('github.example/acme/shop')}audit: {repository: elsewhere.example/a/b}\n`,
      'audit.repository: elsewhere.example/a/b is on no forge',
      { line: 9, column: 21 },
    ],
  ])('says what is missing and where it is set: %j', async (bindings, says, at) => {
    const { door, opened } = doors()
    await expect(openGithubWorld(options(door, { config: config(bindings) }))).rejects.toMatchObject({
      code: 'KIN-2001',
      message: expect.stringContaining(says),
      at: { file: 'kintsugi.yaml', ...at },
    })
    expect(opened).toEqual([])
  })

  it('refuses a second cluster, rather than to leave it unwatched', async () => {
    const { door, opened } = doors()
    const one = config()
    const two = { ...one, clusters: one.clusters.flatMap((cluster) => [cluster, { ...cluster, name: 'other' }]) }
    await expect(openGithubWorld(options(door, { config: two }))).rejects.toMatchObject({
      code: 'KIN-2001',
      message: expect.stringContaining('other would not be looked at'),
    })
    expect(opened).toEqual([])
  })

  it('lets a repository be changed where any of its bindings says so', () => {
    const [shop, other] = boundRepositories(config())
    expect(shop?.bindings).toHaveLength(2)
    expect(other?.bindings.map(({ baseBranches }) => baseBranches)).toEqual([['live']])
  })
})
