import { spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PERMISSIONS, REFUSED_PERMISSIONS } from '../../src/adapters/github/permissions.ts'
import { CLI } from '../fakes/built.ts'
import { type KubernetesServer, kubeconfigFor, kubernetesServer } from '../fakes/kubernetes-server.ts'
import { prometheusTools, type RealPrometheus } from '../fakes/real-prometheus.ts'
import { leastPermissions } from '../github/least-permissions.ts'
import { type Scene, scene } from '../github/scene.ts'
import { kintsugi } from './command.ts'
import { failing } from './github-place.ts'
import { policyYaml } from './manifests.ts'

const MINUTE = 60_000
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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

const tools = prometheusTools('kintsugi run on the stand-in of GitHub')

describe.runIf(tools !== undefined)('kintsugi run --config, on GitHub, a cluster and a real Prometheus', () => {
  let prometheus: RealPrometheus
  let github: Scene
  let cluster: KubernetesServer
  let folder = ''

  beforeAll(async () => {
    if (tools === undefined) return
    folder = mkdtempSync(join(tmpdir(), 'kintsugi-e2e-github-'))
    prometheus = await failing(tools, START, NOW)
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

  it('needs no permission that app.yml does not ask for', () => {
    const asked: Readonly<Record<string, string>> = Object.fromEntries(PERMISSIONS.map((one) => [one.name, one.access]))
    const needed = Object.entries(leastPermissions(github.world.calls))
    expect(needed.length).toBeGreaterThan(2)
    for (const [name, access] of needed) expect([access, 'write']).toContain(asked[name])
    expect(needed.map(([name]) => name)).not.toEqual(expect.arrayContaining([...REFUSED_PERMISSIONS]))
  })

  it('as a service: looks, is woken by a webhook, says how it is, and ends when it is told to', async () => {
    const [health, hooks] = [await freePort(), await freePort()]
    const secret = randomBytes(32).toString('hex')
    writeFileSync(join(folder, 'secret'), secret)
    const text = readFileSync(join(folder, 'kintsugi.yaml'), 'utf8').replace(
      'key.pem}',
      'key.pem, webhookSecretFile: secret}',
    )
    const listens = `listen: "127.0.0.1:${health}"\nwebhooks: {listen: "127.0.0.1:${hooks}"}\ntick: {every: 1h}\n`
    writeFileSync(join(folder, 'service.yaml'), `${text}${listens}`)
    const service = spawn(process.execPath, [CLI, 'run', '--dry-run', '--json', '--config', 'service.yaml'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    for (const stream of [service.stdout, service.stderr])
      stream.on('data', (chunk: Buffer) => {
        printed += chunk
      })
    const ended = new Promise<number | null>((done) => service.once('exit', done))
    const metrics = async () => (await fetch(`http://127.0.0.1:${health}/metrics`)).text().catch(() => '')
    const ready = () =>
      fetch(`http://127.0.0.1:${health}/readyz`).then(
        ({ status }) => status,
        () => 0,
      )
    try {
      await expect.poll(ready, { timeout: 30_000, interval: 100 }).toBe(200)
      expect(await metrics()).toContain('kintsugi_ticks_total 1\n')
      const body = JSON.stringify({ repository: { full_name: 'acme/shop' }, after: 'x' })
      const answer = await fetch(`http://127.0.0.1:${hooks}/webhooks`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'push',
          'x-github-delivery': 'one',
          'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        },
        body,
      })
      expect(answer.status).toBe(202)
      await expect.poll(metrics, { timeout: 20_000, interval: 200 }).toContain('kintsugi_ticks_total 2\n')
      service.kill('SIGTERM')
      expect(await ended).toBe(0)
      for (const word of [secret, 'PRIVATE KEY', 'ghs_']) expect(printed).not.toContain(word)
    } finally {
      service.kill('SIGKILL')
    }
  }, 90_000)

  it('asks the cluster nothing but questions', () => {
    expect(cluster.asked.length).toBeGreaterThan(3)
    expect(cluster.asked.every((line) => line.startsWith('GET '))).toBe(true)
  })
})
