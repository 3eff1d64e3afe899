import type { UnappliedForge } from '../../adapters/local/index.ts'
import { tickSignals } from '../../detection/index.ts'
import {
  bytesQuantity,
  type LiveApplication,
  laneOf,
  millicoresQuantity,
  newestSample,
  rangeEndingAt,
  type Series,
  type SignalAnswer,
  type SignalId,
  type Subject,
  workloadKey,
} from '../../domain/index.ts'
import type { GitOps, Metrics } from '../../ports/index.ts'

/** How the made-up repository is named; nobody is shown this. */
export const DECLARED_URL = 'file:///declared'

/** A workload as kube-state-metrics tells that it was declared. */
type Declared = { readonly subject: Subject; replicas?: number; readonly containers: Map<string, Container> }
type Container = { -readonly [Key in ContainerField]?: string } & { imageAtMs?: number }
type ContainerField = 'image' | 'memoryLimit' | 'memoryRequest' | 'cpuLimit' | 'cpuRequest'

/**
 * Stands in for a repository where none is named: a manifest for each workload, with what its exporters told at the moment that is looked at.
 * What would be proposed is then known as fields and values, though not as a line of anybody's file.
 */
export class DeclaredCluster {
  readonly #metrics: Metrics
  readonly #forge: UnappliedForge
  readonly #look: { readonly lookBackMs: number; readonly stepMs: number }
  #namespaces: readonly string[] = []
  #last = ''

  constructor(metrics: Metrics, forge: UnappliedForge, look: { readonly lookBackMs: number; readonly stepMs: number }) {
    this.#metrics = metrics
    this.#forge = forge
    this.#look = look
  }

  /** Puts into the repository what was declared at this moment. */
  async at(nowMs: number): Promise<void> {
    const range = rangeEndingAt(nowMs, this.#look.lookBackMs, this.#look.stepMs)
    const files = manifestsOf(await this.#metrics.read(tickSignals, range))
    const text = JSON.stringify([...files])
    if (text === this.#last) return
    this.#last = text
    this.#namespaces = [...new Set([...files.keys()].map((path) => path.slice(0, path.indexOf('/'))))]
    await this.#forge.declare(files)
  }

  /** One Application for each namespace. */
  gitops(cluster: string): GitOps {
    return { cluster, applications: async () => this.#namespaces.map(applicationOf) }
  }
}

function applicationOf(namespace: string): LiveApplication {
  return {
    manifest: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: namespace, namespace: 'argocd' },
      spec: {
        project: 'default',
        source: { repoURL: DECLARED_URL, targetRevision: 'main', path: namespace },
        destination: { namespace, server: 'https://kubernetes.default.svc' },
      },
    },
    status: { sync: 'Unknown', health: 'Unknown', history: [] },
  }
}

/** Files by path, in order. */
export function manifestsOf(answers: readonly SignalAnswer[]): ReadonlyMap<string, string> {
  const declared = new Map<string, Declared>()
  for (const { signal, series } of answers) for (const one of series) take(declared, signal, one)
  return new Map(
    [...declared.values()]
      .map((one): [string, string] => [pathOf(one.subject), manifestOf(one)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

const QUANTITIES: Partial<Readonly<Record<SignalId, readonly [ContainerField, (value: number) => string]>>> = {
  'memory-limit': ['memoryLimit', (bytes) => bytesQuantity(Math.round(bytes)).text],
  'memory-request': ['memoryRequest', (bytes) => bytesQuantity(Math.round(bytes)).text],
  'cpu-limit': ['cpuLimit', (cores) => millicoresQuantity(Math.round(cores * 1000)).text],
  'cpu-request': ['cpuRequest', (cores) => millicoresQuantity(Math.round(cores * 1000)).text],
}

function take(all: Map<string, Declared>, signal: SignalId, series: Series): void {
  const newest = newestSample(series)
  const quantity = QUANTITIES[signal]
  const known = quantity !== undefined || signal === 'running-image' || signal === 'replicas-desired'
  if (newest === undefined || !known || newest.value < 0) return
  const { subject } = series
  const lane = laneOf(subject)
  const workload = all.get(lane) ?? { subject, containers: new Map<string, Container>() }
  all.set(lane, workload)
  if (signal === 'replicas-desired') {
    workload.replicas = newest.value
    return
  }
  const name = subject.container
  if (name === undefined) return
  const container = workload.containers.get(name) ?? {}
  workload.containers.set(name, container)
  if (quantity !== undefined) container[quantity[0]] = quantity[1](newest.value)
  // While a rollout lasts there are two: the one that is told longest is the one that stays.
  else if (newest.atMs >= (container.imageAtMs ?? Number.NEGATIVE_INFINITY)) {
    container.image = series.labels?.['image'] ?? ''
    container.imageAtMs = newest.atMs
  }
}

function pathOf(subject: Subject): string {
  const { namespace, kind, name } = workloadKey(subject)
  return `${namespace}/${kind.toLowerCase()}-${name}.yaml`
}

const VERSIONS: Readonly<Record<string, string>> = { 'argoproj.io': 'v1alpha1' }

function manifestOf({ subject, replicas, containers }: Declared): string {
  const { group, kind, namespace, name } = workloadKey(subject)
  const template = [
    'template:',
    '  spec:',
    '    containers:',
    ...[...containers].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([one, told]) => containerOf(one, told)),
  ]
  const pods = kind === 'CronJob' ? ['jobTemplate:', '  spec:', ...template.map((line) => `    ${line}`)] : template
  const spec = [...(replicas === undefined ? [] : [`replicas: ${replicas}`]), ...pods]
  return `${[
    `apiVersion: ${group}/${VERSIONS[group] ?? 'v1'}`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    `  namespace: ${JSON.stringify(namespace)}`,
    'spec:',
    ...spec.map((line) => `  ${line}`),
  ].join('\n')}\n`
}

function containerOf(name: string, told: Container): readonly string[] {
  const pairs = (memory: string | undefined, cpu: string | undefined) => [
    ...(cpu === undefined ? [] : [`            cpu: ${cpu}`]),
    ...(memory === undefined ? [] : [`            memory: ${memory}`]),
  ]
  const limits = pairs(told.memoryLimit, told.cpuLimit)
  const requests = pairs(told.memoryRequest, told.cpuRequest)
  const resources = [
    ...(limits.length === 0 ? [] : ['          limits:', ...limits]),
    ...(requests.length === 0 ? [] : ['          requests:', ...requests]),
  ]
  return [
    `      - name: ${JSON.stringify(name)}`,
    ...(told.image === undefined ? [] : [`        image: ${JSON.stringify(told.image)}`]),
    ...(resources.length === 0 ? [] : ['        resources:', ...resources]),
  ]
}
