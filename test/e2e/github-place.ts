import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Manifest } from '../../src/domain/index.ts'
import { openMetrics } from '../contracts/openmetrics.ts'
import { type KubernetesServer, kubeconfigFor, kubernetesServer } from '../fakes/kubernetes-server.ts'
import { type PrometheusTools, type RealPrometheus, realPrometheus } from '../fakes/real-prometheus.ts'
import { type Scene, scene } from '../github/scene.ts'
import { climbers } from './failing-memory.ts'

const MINUTE = 60_000
const SCRAPE = 30_000

export const DEPLOYMENT_PATH = 'apps/cart/deployment.yaml'
export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata:
      labels: {app: cart}
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

export type PlaceOptions = {
  readonly tools: PrometheusTools
  /** More files of the repository, or others. */
  readonly files?: Readonly<Record<string, string>>
  /** Path of the Deployment. */
  readonly deployment?: string
  /** More lines of the configuration of Prometheus, of the forge, and of everything. */
  readonly prometheus?: string
  readonly forge?: string
  readonly more?: string
  /** Where the API is asked, if not at the stand-in itself. */
  readonly apiUrl?: (github: Scene) => Promise<string>
  readonly mode?: 'propose' | 'automerge'
}

/** A folder with a configuration of a GitHub, a cluster and a Prometheus, in which one container is out of memory. */
export type Place = {
  readonly folder: string
  readonly github: Scene
  readonly cluster: KubernetesServer
  close(): Promise<void>
}

export async function place(options: PlaceOptions): Promise<Place> {
  const now = Math.floor(Date.now() / MINUTE) * MINUTE
  const start = now - 110 * MINUTE
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-e2e-place-'))
  const prometheus = await failing(options.tools, start, now)
  const files = { [DEPLOYMENT_PATH]: options.deployment ?? DEPLOYMENT, ...options.files }
  const github = await scene({ files })
  const cluster = await kubernetesServer([
    { apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', kind: 'Application' },
    { apiVersion: 'apps/v1', plural: 'deployments', kind: 'Deployment' },
  ])
  cluster.put(syncedAt(github, github.first, start))
  cluster.put(parse(files[DEPLOYMENT_PATH]))
  writeFileSync(join(folder, 'key.pem'), github.world.apps.get(github.appId)?.privateKeyPem ?? '')
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(cluster.url))
  writeFileSync(join(folder, 'policy.yaml'), policyText(options.mode ?? 'propose'))
  const apiUrl = await options.apiUrl?.(github)
  writeFileSync(
    join(folder, 'kintsugi.yaml'),
    `clusters:
  - name: prod
    prometheus: {url: "${prometheus.url}"${options.prometheus ?? ''}}
    kubernetes: {kubeconfig: "${join(folder, 'kubeconfig')}"}
forges:
  - {name: hub, kind: github, url: "${github.url}", appId: ${github.appId}, privateKeyFile: key.pem${apiUrl === undefined ? '' : `, apiUrl: "${apiUrl}"`}${options.forge ?? ''}}
bindings:
  - {cluster: prod, namespace: shop, repositories: ["${github.url}/acme/shop"], paths: ["apps/**"]}
${options.more ?? ''}`,
  )
  return {
    folder,
    github,
    cluster,
    close: async () => {
      await prometheus.stop()
      await github.close()
      await cluster.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The Application of shop/cart, with this revision of `main` deployed. */
export function syncedAt(github: Scene, revision: string, deployedAtMs: number): Manifest {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'cart', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: {
        repoURL: `${github.url}/acme/shop.git`,
        path: 'apps/cart',
        targetRevision: 'main',
      },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    },
    status: {
      sync: { status: 'Synced', revision },
      health: { status: 'Healthy' },
      history: [{ revision, deployedAt: new Date(deployedAtMs).toISOString() }],
    },
  }
}

/** A Prometheus that saw shop/cart run out of memory from 40 minutes after `start` on. */
export function failing(tools: PrometheusTools, start: number, now: number): Promise<RealPrometheus> {
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
  const world = climbers([cart], { startMs: start, changeMs: start + 40 * MINUTE })
  const samples = openMetrics(world, { fromMs: start, toMs: now + 20 * MINUTE, everyMs: SCRAPE })
  return realPrometheus(tools, samples, SCRAPE)
}

function policyText(mode: 'propose' | 'automerge'): string {
  return `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata:
  name: shop-memory
spec:
  targetNamespace: shop
  anomalyType: OOMKilled
  action: adjust-resources
  pullRequest: {mode: ${mode}}
`
}
