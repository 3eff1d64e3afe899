import { simulation, type World } from '../../src/adapters/simulation/index.ts'
import { type Scenario, truths, type WorkloadTruth } from '../../src/adapters/simulation/scenario.ts'
import type { JsonObject, Manifest, TimeRange, Tree } from '../../src/domain/index.ts'
import type { Metrics } from '../../src/ports/index.ts'
import { manualClock } from './manual-clock.ts'

const MINUTE = 60_000
const MIB = 1024 * 1024
const START = Date.UTC(2026, 0, 6, 9)
const CHANGED = START + 60 * MINUTE
const REVISIONS = ['1'.repeat(40), '2'.repeat(40)] as const

/** Two hours with the change in their middle. */
export const WORLD_RANGE: TimeRange = { startMs: START, endMs: START + 120 * MINUTE, stepMs: MINUTE }

const calm: Omit<WorkloadTruth, 'name' | 'container' | 'images'> = {
  namespace: 'shop',
  kind: 'Deployment',
  startUpMs: 20_000,
  memory: { baseBytes: 40 * MIB, bytesPerHour: 0, bytesPerRps: 0, fillMs: 60_000 },
  cpu: { idleCores: 0.02, coresPerRps: 0.004 },
  traffic: { baseRps: 90, daily: 0.2, peakHour: 14, monday: 1 },
  latencySeconds: 0.12,
  errorRatio: 0.004,
  noise: 0.05,
  room: { cpuCores: 4, memoryBytes: 4096 * MIB },
  changes: [],
}

const workloads: readonly WorkloadTruth[] = [
  {
    ...calm,
    name: 'cart',
    container: 'app',
    images: { 'shop/cart:1': 'runs' },
    changes: [{ atMs: CHANGED, overMs: 10 * MINUTE, addBytes: 60 * MIB }],
  },
  {
    ...calm,
    name: 'web',
    container: 'web',
    images: { 'shop/web:1': 'runs' },
    cpu: { idleCores: 0.02, coresPerRps: 0.02 },
  },
  { ...calm, name: 'api', container: 'api', images: { 'shop/api:1': 'runs' } },
  { ...calm, name: 'mailer', container: 'mailer', images: { 'shop/mailer:1': 'runs', 'shop/mailer:2': 'crashes' } },
  { ...calm, name: 'db', kind: 'StatefulSet', container: 'db', images: { 'shop/db:1': 'runs' } },
  { ...calm, name: 'huge', container: 'app', images: { 'shop/huge:1': 'runs' } },
]

type Asked = { readonly image: string; readonly replicas: number; readonly memory: string; readonly cpu?: string }

function container(name: string, { image, memory, cpu }: Asked): JsonObject {
  const limits: JsonObject = cpu === undefined ? { memory } : { memory, cpu }
  return { name, image, resources: { limits, requests: { memory, cpu: '100m' } } }
}

function workload(
  kind: string,
  name: string,
  main: string,
  asked: Asked,
  besides: readonly JsonObject[] = [],
): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { replicas: asked.replicas, template: { spec: { containers: [container(main, asked), ...besides] } } },
  }
}

const proxy = container('proxy', { image: 'shop/proxy:3', replicas: 1, memory: '64Mi' })

/** `api` is asked for an image that no registry has, `mailer` for one that crashes. */
function manifests(changed: boolean): readonly Manifest[] {
  const tag = changed ? 2 : 1
  return [
    workload('Deployment', 'cart', 'app', { image: 'shop/cart:1', replicas: 2, memory: '64Mi', cpu: '500m' }),
    workload('Deployment', 'web', 'web', { image: 'shop/web:1', replicas: 3, memory: '128Mi', cpu: '600m' }, [proxy]),
    workload('Deployment', 'api', 'api', { image: `shop/api:${tag}`, replicas: 2, memory: '128Mi', cpu: '1' }),
    workload('Deployment', 'mailer', 'mailer', { image: `shop/mailer:${tag}`, replicas: 1, memory: '128Mi' }),
    workload('StatefulSet', 'db', 'db', { image: 'shop/db:1', replicas: 1, memory: '1Gi', cpu: '2' }),
    workload('Deployment', 'huge', 'app', { image: 'shop/huge:1', replicas: 1, memory: '64Gi' }),
  ]
}

const application: Manifest = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: 'https://git.example/shop.git', targetRevision: 'main', path: '.' },
    destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
  },
}

const scenario: Scenario = {
  name: 'metrics',
  cluster: 'main',
  startMs: START,
  bornMs: START - 240 * MINUTE,
  applications: [application],
  policies: [],
  scrapeGapsPerDay: 0,
  [truths]: workloads,
}

function emptyTree(oid: string): Tree {
  return { oid, paths: () => [], bytes: () => undefined, blob: () => undefined, special: () => undefined }
}

/** A simulated cluster with an OOM kill, a crash loop, a pull that fails, a stuck rollout, a throttled and an unschedulable workload. */
export async function metricsWorld(): Promise<{ readonly metrics: Metrics; readonly world: World }> {
  const records = [
    { application: 'shop', revision: REVISIONS[0], atMs: scenario.bornMs },
    { application: 'shop', revision: REVISIONS[1], atMs: CHANGED },
  ]
  const simulated = simulation({
    scenario,
    seed: 7,
    clock: manualClock(WORLD_RANGE.endMs + 60 * MINUTE),
    readTree: async (revision) => emptyTree(revision),
    render: async (tree) => ({ rendered: true, objects: manifests(tree.oid === REVISIONS[1]) }),
    syncs: { head: async () => REVISIONS[1], read: async () => records },
  })
  return { metrics: simulated.metrics, world: await simulated.world() }
}
