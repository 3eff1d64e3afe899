import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMetrics } from '../contracts/openmetrics.ts'
import { type KubernetesServer, kubeconfigFor, kubernetesServer } from '../fakes/kubernetes-server.ts'
import { prometheusTools, type RealPrometheus, realPrometheus } from '../fakes/real-prometheus.ts'
import { type Scene, scene } from '../github/scene.ts'
import { kintsugi } from './command.ts'
import { climbers } from './failing-memory.ts'
import { policyYaml } from './manifests.ts'

const MINUTE = 60_000
const SCRAPE = 30_000
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE
const START = NOW - 110 * MINUTE

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example/cart:1.0
          resources:
            requests:
              memory: 64Mi
            limits:
              memory: 512Mi # since the sale
`

const tools = prometheusTools('kintsugi run on the stand-in of GitHub')

describe.runIf(tools !== undefined)('kintsugi run --config, on GitHub, a cluster and a real Prometheus', () => {
  let prometheus: RealPrometheus
  let github: Scene
  let cluster: KubernetesServer
  let folder = ''

  beforeAll(async () => {
    if (tools === undefined) return
    folder = mkdtempSync(join(tmpdir(), 'kintsugi-e2e-github-'))
    const cart = {
      namespace: 'shop',
      name: 'cart',
      container: 'app',
      image: 'registry.example/cart:1.0',
      limitMiB: 512,
      requestMiB: 64,
      cpuLimitCores: 2,
      cpuRequestCores: 0.1,
      pods: 2,
      peak: 1,
    }
    const world = climbers([cart], { startMs: START, changeMs: START + 40 * MINUTE })
    const samples = openMetrics(world, { fromMs: START, toMs: NOW + 20 * MINUTE, everyMs: SCRAPE })
    prometheus = await realPrometheus(tools, samples, SCRAPE)
    github = await scene({ files: { 'apps/cart/deployment.yaml': DEPLOYMENT } })
    cluster = await kubernetesServer([
      { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', kind: 'Application' },
      { apiVersion: 'apps/v1', plural: 'deployments', kind: 'Deployment' },
    ])
    cluster.put({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'cart', namespace: 'argocd' },
      spec: {
        project: 'default',
        source: { repoURL: `${github.url}/acme/shop.git`, path: 'apps/cart', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      },
      status: {
        sync: { status: 'Synced', revision: github.first },
        health: { status: 'Healthy' },
        history: [{ revision: github.first, deployedAt: new Date(START).toISOString() }],
      },
    })
    const app = github.world.apps.get(github.appId)
    writeFileSync(join(folder, 'key.pem'), app?.privateKeyPem ?? '')
    writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(cluster.url))
    writeFileSync(join(folder, 'policy.yaml'), policyYaml('shop'))
    writeFileSync(
      join(folder, 'kintsugi.yaml'),
      `clusters:
  - name: prod
    prometheus: {url: "${prometheus.url}"}
    kubernetes: {kubeconfig: "${join(folder, 'kubeconfig')}"}
forges:
  - {name: hub, kind: github, url: "${github.url}", appId: ${github.appId}, privateKeyFile: key.pem}
bindings:
  - {cluster: prod, namespace: shop, repositories: ["${github.url}/acme/shop"], paths: ["apps/**"]}
`,
    )
  }, 60_000)

  afterAll(async () => {
    await prometheus?.stop()
    await github?.close()
    await cluster?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (...more: readonly string[]) =>
    kintsugi(folder, 'run', '--once', '--config', 'kintsugi.yaml', '--policies', 'policy.yaml', ...more)
  type Pull = { readonly title: string; readonly headRefName: string; readonly bodyText: string }
  const pulls = async (): Promise<readonly Pull[]> => {
    const query = '{repository(owner:"acme",name:"shop"){pullRequests(first:9){nodes{title headRefName bodyText}}}}'
    // The shape that the query asks for.
    const { data } = (await github.graphql(query)) as unknown as {
      readonly data: { readonly repository: { readonly pullRequests: { readonly nodes: readonly Pull[] } } }
    }
    return data.repository.pullRequests.nodes
  }

  it('says in a dry run what it would open, and writes nothing', async () => {
    const { code, out, err } = await run('--dry-run')
    expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
    expect(out).toMatch(/apps\/cart\/deployment\.yaml:\d+:\d+ {2}512Mi -> 1Gi/)
    expect(await pulls()).toEqual([])
  }, 60_000)

  it('opens one pull request, and no second one', async () => {
    const first = await run('--write')
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('OOMKilled') })
    const again = await run('--write')
    expect(again.code).toBe(0)
    const [pull, second] = await pulls()
    expect(second).toBeUndefined()
    expect(pull?.headRefName).toMatch(/^kintsugi\//)
    expect(pull?.title).toContain('512Mi -> 1Gi')
  }, 60_000)

  it('asks the cluster nothing but questions', () => {
    expect(cluster.asked.length).toBeGreaterThan(3)
    expect(cluster.asked.every((line) => line.startsWith('GET '))).toBe(true)
  })
})
