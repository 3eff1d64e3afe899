import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type KubernetesOptions, kubernetesSite } from '../../../src/adapters/kubernetes/index.ts'
import type { Manifest } from '../../../src/domain/index.ts'
import { parsePolicyManifest } from '../../../src/policy/index.ts'
import { parseApplication } from '../../../src/source/index.ts'
import { type KubernetesServer, kubeconfigFor, kubernetesServer } from '../../fakes/kubernetes-server.ts'
import { manualClock } from '../../fakes/manual-clock.ts'

const KINDS = [
  { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', kind: 'Application' },
  { apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts', kind: 'Rollout' },
  { apiVersion: 'apps/v1', plural: 'deployments', kind: 'Deployment' },
  { apiVersion: 'autoscaling/v2', plural: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'keda.sh/v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject' },
  { apiVersion: 'v1', plural: 'limitranges', kind: 'LimitRange' },
  { apiVersion: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  { apiVersion: 'aiops.example.com/v1alpha1', plural: 'selfhealingpolicies', kind: 'SelfHealingPolicy' },
]

let server: KubernetesServer
let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kintsugi-kubernetes-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
beforeEach(async () => {
  server = await kubernetesServer(KINDS)
})
afterEach(() => server.close())

async function site(over: Partial<KubernetesOptions> = {}) {
  const kubeconfig = join(dir, 'kubeconfig')
  await writeFile(kubeconfig, kubeconfigFor(server.url))
  const clock = manualClock(0)
  const options = {
    cluster: 'prod',
    kubeconfig,
    argocd: { namespaces: ['argocd'], hub: false },
    policyApiVersion: 'aiops.example.com/v1alpha1',
    clock,
    ...over,
  }
  return { ...kubernetesSite(options), clock }
}

function application(name: string, over: { readonly status?: Manifest; readonly spec?: Manifest } = {}): Manifest {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', managedFields: [{ manager: 'argocd' }] },
    spec: {
      project: 'default',
      source: { repoURL: 'https://github.com/example/shop', path: name, targetRevision: 'main' },
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
      ...over.spec,
    },
    ...(over.status && { status: over.status }),
  }
}

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString()
const cart = { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: 'cart' }
const deployment = (name = 'cart'): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name,
    namespace: 'shop',
    labels: { team: 'a' },
    annotations: { 'argocd.argoproj.io/tracking-id': `${name}:apps/Deployment:shop/${name}` },
    managedFields: [{ manager: 'argocd' }],
  },
  spec: { replicas: 2 },
})

describe('a ConfigMap', () => {
  const pause = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pause', namespace: 'ops' } }

  it('is read by its name alone, texts and nothing else', async () => {
    server.put({ ...pause, data: { paused: 'false' } })
    const { configMap } = await site()
    expect(await configMap('ops', 'pause')).toEqual({ paused: 'false' })
    expect(await configMap('ops', 'other')).toBeUndefined()
    expect(server.asked).toEqual([
      expect.stringMatching(/^GET \/api\/v1\/namespaces\/ops\/configmaps\/pause/),
      expect.stringMatching(/^GET \/api\/v1\/namespaces\/ops\/configmaps\/other/),
    ])
  })

  it('without a text has none, and one that may not be read is no answer', async () => {
    server.put(pause)
    expect(await (await site()).configMap('ops', 'pause')).toEqual({})
    server.forbid('GET /api/v1/namespaces/ops/configmaps')
    await expect((await site()).configMap('ops', 'pause')).rejects.toMatchObject({ code: 'KIN-6002' })
  })
})

describe('the Applications of a cluster', () => {
  it('are read as they are, without what nobody asked for', async () => {
    server.put(application('cart'))
    const { gitops } = await site()
    const [live] = await gitops.applications()
    expect(live).toMatchObject({
      manifest: { kind: 'Application', metadata: { name: 'cart', namespace: 'argocd' } },
      status: { sync: 'Unknown', health: 'Unknown', history: [] },
    })
    expect(JSON.stringify(live)).not.toContain('managedFields')
    expect(live && parseApplication(live.manifest)).toMatchObject({ parsed: true })
  })

  const history = [
    { revision: 'bbb', deployedAt: at(20) },
    { revision: 'aaa', deployedAt: at(10) },
    { revision: 'ccc', deployedAt: 'never' },
  ]
  it.each([
    [
      'synced at a revision that changed nothing',
      { sync: { status: 'Synced', revision: 'ddd' }, health: { status: 'Healthy' }, history },
      { sync: 'Synced', health: 'Healthy', revision: 'ddd', syncedAtMs: Date.parse(at(20)) },
    ],
    [
      'out of sync: what is wanted is not what is there',
      { sync: { status: 'OutOfSync', revision: 'ddd' }, health: { status: 'Degraded' }, history },
      { sync: 'OutOfSync', health: 'Degraded', revision: 'bbb', syncedAtMs: Date.parse(at(20)) },
    ],
    [
      'several sources: the first counts',
      {
        sync: { status: 'Synced', revisions: ['eee', 'fff'] },
        health: { status: 'Progressing' },
        history: [{ revisions: ['eee', 'fff'], deployedAt: at(30) }],
      },
      { sync: 'Synced', health: 'Progressing', revision: 'eee', syncedAtMs: Date.parse(at(30)) },
    ],
    [
      'never synced',
      { sync: { status: 'OutOfSync', revision: 'ddd' }, health: { status: 'Missing' } },
      { sync: 'OutOfSync', health: 'Missing', history: [] },
    ],
    [
      'words that nobody knows',
      { sync: { status: 'Odd' }, health: { status: 7 } },
      { sync: 'Unknown', health: 'Unknown' },
    ],
  ])('%s', async (_, status, expected) => {
    server.put(application('cart', { status: status as Manifest }))
    const { gitops } = await site()
    const [live] = await gitops.applications()
    expect(live?.status).toMatchObject(expected)
    if (!('revision' in expected)) expect(live?.status).not.toHaveProperty('revision')
  })

  it('have their syncs oldest first', async () => {
    server.put(application('cart', { status: { history } }))
    const { gitops } = await site()
    const [live] = await gitops.applications()
    expect(live?.status.history.map(({ revision }) => revision)).toEqual(['aaa', 'bbb'])
  })

  it('of a hub are those whose destination has the name of the cluster', async () => {
    const there = (name: string) => ({ spec: { destination: { name, namespace: 'shop' } } })
    server.put(application('ours', there('prod')), application('theirs', there('staging')))
    const { gitops } = await site({ argocd: { namespaces: ['argocd'], hub: true } })
    const found = await gitops.applications()
    expect(found.map(({ manifest }) => manifest['metadata'])).toMatchObject([{ name: 'ours' }])
  })

  it('come page by page, from several namespaces', async () => {
    const many = Array.from({ length: 620 }, (_, one) => application(`app-${one}`))
    server.put(...many)
    const { gitops } = await site({ argocd: { namespaces: ['argocd', 'team'], hub: false } })
    expect(await gitops.applications()).toHaveLength(620)
    expect(server.asked.filter((line) => line.includes('/namespaces/argocd/'))).toHaveLength(3)
  })

  it('are listed anew where a page expires, and the world is told where that goes on', async () => {
    server.put(...Array.from({ length: 300 }, (_, one) => application(`app-${one}`)))
    let times = 1
    server.onAsked((line) => {
      if (!line.includes('continue') || times === 0) return
      times -= 1
      server.expireLists()
    })
    const { gitops } = await site()
    expect(await gitops.applications()).toHaveLength(300)
    times = 100
    await expect(gitops.applications()).rejects.toMatchObject({ code: 'KIN-6001', retryable: true })
  })
})

describe('the facts of a workload', () => {
  it('are its object and its labels', async () => {
    server.put(deployment())
    const { cluster } = await site()
    const facts = await cluster.facts(cart)
    expect(facts).toMatchObject({ labels: { team: 'a' }, live: { kind: 'Deployment', apiVersion: 'apps/v1' } })
    expect(Object.keys(facts)).toEqual(['live', 'labels'])
    expect(JSON.stringify(facts)).not.toContain('managedFields')
  })

  it('are none where it is not there, or of a kind that nobody knows', async () => {
    const { cluster } = await site()
    expect(await cluster.facts(cart)).toEqual({})
    expect(await cluster.facts({ ...cart, kind: 'example.com/Widget' })).toEqual({})
  })

  it('name who moves its replicas: KEDA before the HPA that it makes', async () => {
    const hpa: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'cart' },
        metrics: [{ type: 'Resource', resource: { name: 'cpu' } }, { type: 'External' }],
      },
    }
    server.put(deployment(), deployment('other'), hpa)
    const { cluster, clock } = await site()
    expect((await cluster.facts(cart)).autoscaler).toEqual({
      kind: 'HorizontalPodAutoscaler',
      name: 'cart',
      metrics: ['cpu', 'External'],
    })
    expect(await cluster.facts({ ...cart, name: 'other' })).not.toHaveProperty('autoscaler')
    server.put({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'keda', namespace: 'shop' },
      spec: { scaleTargetRef: { name: 'cart' }, triggers: [{ type: 'prometheus' }] },
    })
    clock.advance(60_000)
    expect((await cluster.facts(cart)).autoscaler).toEqual({
      kind: 'ScaledObject',
      name: 'keda',
      metrics: ['prometheus'],
    })
  })

  it('hold the smallest maximum that the namespace allows', async () => {
    const range = (name: string, memory: string): Manifest => ({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name, namespace: 'shop' },
      spec: {
        limits: [
          { type: 'Container', max: { memory, cpu: '2' } },
          { type: 'Pod', max: { memory: '1Ki' } },
        ],
      },
    })
    server.put(deployment(), range('a', '2Gi'), range('b', '1Gi'))
    const { cluster } = await site()
    expect((await cluster.facts(cart)).limitRange).toEqual({ memoryMaxBytes: 2 ** 30, cpuMaxMillicores: 2000 })
  })

  it('share the lists of their namespace for a tick', async () => {
    server.put(deployment(), deployment('other'))
    const { cluster } = await site()
    await Promise.all([cluster.facts(cart), cluster.facts({ ...cart, name: 'other' })])
    expect(server.asked.filter((line) => line.includes('limitranges'))).toHaveLength(1)
  })
})

describe('the policies of a cluster', () => {
  const policy = (namespace: string): Manifest => ({
    apiVersion: 'aiops.example.com/v1alpha1',
    kind: 'SelfHealingPolicy',
    metadata: {
      name: 'cart',
      namespace,
      uid: 'x',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: { anomalyType: 'CrashLoopBackOff', action: 'rollback' },
    status: { observed: 1 },
  })

  it('are read as their author wrote them, so that the strict reader takes them', async () => {
    server.put(policy('shop'), policy('team'))
    const { cluster } = await site()
    const found = await cluster.policies()
    expect(found).toHaveLength(2)
    for (const one of found)
      expect(parsePolicyManifest(one, { from: 'resource', namespace: 'shop' }).problems).toEqual([])
  })

  it('are read where told, and are none where the cluster does not know the kind', async () => {
    server.put(policy('shop'), policy('team'))
    expect(await (await site({ policyNamespaces: ['team'] })).cluster.policies()).toHaveLength(1)
    expect(await (await site({ policyApiVersion: 'heal.example.org/v1' })).cluster.policies()).toEqual([])
  })
})

describe('what a cluster says of itself', () => {
  it('is its version and what it serves', async () => {
    const { versions } = await site()
    const found = await versions()
    expect(found.kubeVersion).toBe('v1.33.4-gke.1')
    expect(found.apiVersions).toEqual(expect.arrayContaining(['v1', 'apps/v1', 'apps/v1/Deployment', 'v1/LimitRange']))
  })
})

describe('a cluster that will not', () => {
  it.each([
    ['may not be read: 403', () => server.forbid('GET /apis/argoproj.io'), 'KIN-6002'],
    ['does not know the kind', () => {}, 'KIN-6002'],
  ])('%s', async (says, prepare, code) => {
    if (says.startsWith('does')) {
      await server.close()
      server = await kubernetesServer([])
    }
    prepare()
    const { gitops } = await site()
    await expect(gitops.applications()).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  })

  it('may not be read as to who else moves a workload: that is said, and not taken for nobody', async () => {
    server.put(deployment())
    server.forbid('GET /apis/autoscaling/v2')
    const { cluster } = await site()
    await expect(cluster.facts(cart)).rejects.toMatchObject({ code: 'KIN-6002' })
  })

  it('is not there', async () => {
    const { gitops } = await site()
    await server.close()
    await expect(gitops.applications()).rejects.toMatchObject({ code: 'KIN-6001', retryable: true })
    server = await kubernetesServer(KINDS)
  })

  it('hangs', async () => {
    const hanging = (await import('node:http')).createServer(() => undefined)
    await new Promise<void>((done) => hanging.listen(0, '127.0.0.1', done))
    const { port } = hanging.address() as { port: number }
    const kubeconfig = join(dir, 'hanging')
    await writeFile(kubeconfig, kubeconfigFor(`http://127.0.0.1:${port}`))
    const { gitops } = await site({ kubeconfig, timeoutMs: 200 })
    await expect(gitops.applications()).rejects.toMatchObject({ code: 'KIN-6001' })
    hanging.closeAllConnections()
    hanging.close()
  })

  it('is named wrongly: no file, no context, and a token over plain http', async () => {
    const plain = join(dir, 'plain')
    await writeFile(plain, kubeconfigFor('http://cluster.example').replace('true', 'false'))
    for (const over of [{ kubeconfig: join(dir, 'none') }, { context: 'elsewhere' }, { kubeconfig: plain }]) {
      const { gitops } = await site(over)
      await expect(gitops.applications()).rejects.toMatchObject({ code: 'KIN-2001' })
    }
  })

  it('is only ever asked to read', async () => {
    server.put(application('cart'), deployment())
    const { gitops, cluster, versions } = await site()
    await Promise.all([gitops.applications(), cluster.facts(cart), cluster.policies(), versions()])
    expect(server.asked.every((line) => line.startsWith('GET '))).toBe(true)
    expect(server.asked.join('\n')).not.toMatch(/secrets|exec|pods\//)
  })
})
