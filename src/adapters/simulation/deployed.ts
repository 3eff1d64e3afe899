import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Manifest,
  objectKey,
  parseQuantity,
  sha256,
  subjectKind,
  valueAt,
} from '../../domain/index.ts'

export type DeployedContainer = {
  readonly name: string
  readonly image: string
  readonly memoryLimitBytes?: number
  readonly memoryRequestBytes?: number
  readonly cpuLimitCores?: number
  readonly cpuRequestCores?: number
}

/** What a workload's manifest asks of the cluster. */
export type Deployed = {
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly replicas: number
  readonly containers: readonly DeployedContainer[]
  /** Pods of equal templates belong to one ReplicaSet. */
  readonly templateHash: string
  readonly progressDeadlineMs: number
  /** Pods beyond, and below, the asked number that a rollout may have at a time. */
  readonly surge: number
  readonly unavailable: number
  readonly manifest: Manifest
}

const ROLLING = ['Deployment', 'StatefulSet']
const DEFAULT_DEADLINE_SECONDS = 600
/** The cluster that we play has no room for more, whatever a manifest says. */
const MOST_REPLICAS = 50

function amount(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const quantity = parseQuantity(String(value))
  return quantity === undefined ? undefined : Number(quantity.nano) / 1e9
}

function count(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise
}

/** The API server sets a request that is left out to the limit. */
function containerOf(spec: JsonObject): DeployedContainer {
  const limit = (name: string) => amount(valueAt(spec, ['resources', 'limits', name]))
  const request = (name: string) => amount(valueAt(spec, ['resources', 'requests', name])) ?? limit(name)
  const parts = {
    memoryLimitBytes: limit('memory'),
    memoryRequestBytes: request('memory'),
    cpuLimitCores: limit('cpu'),
    cpuRequestCores: request('cpu'),
  }
  const known = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
  return { name: String(spec['name'] ?? ''), image: String(spec['image'] ?? ''), ...known }
}

function containerSpecs(manifest: Manifest): readonly JsonObject[] {
  const list = valueAt(manifest, ['spec', 'template', 'spec', 'containers'])
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

/** Reads a Deployment or StatefulSet; undefined for every other object. `namespace` is used where the manifest has none. */
export function deployedOf(manifest: Manifest, namespace: string): Deployed | undefined {
  const key = objectKey(manifest)
  if (key === undefined || key.group !== 'apps' || !ROLLING.includes(key.kind)) return undefined
  const template = valueAt(manifest, ['spec', 'template']) ?? null
  const replicas = Math.min(MOST_REPLICAS, count(valueAt(manifest, ['spec', 'replicas']), 1))
  return {
    namespace: key.namespace || namespace,
    kind: subjectKind(key.group, key.kind),
    name: key.name,
    replicas,
    containers: containerSpecs(manifest).map(containerOf),
    templateHash: sha256(canonicalJson(template)).slice(0, 10),
    progressDeadlineMs: deadlineOf(manifest, key.kind),
    ...rollingOf(manifest, key.kind, replicas),
    manifest,
  }
}

/** Only a Deployment has a progress deadline. */
function deadlineOf(manifest: Manifest, kind: string): number {
  if (kind !== 'Deployment') return Infinity
  return count(valueAt(manifest, ['spec', 'progressDeadlineSeconds']), DEFAULT_DEADLINE_SECONDS) * 1000
}

/** Kubernetes' defaults: a quarter, the surge rounded up and the unavailability down. A StatefulSet removes one before it makes its successor. */
function rollingOf(manifest: Manifest, kind: string, replicas: number): { surge: number; unavailable: number } {
  if (kind === 'StatefulSet') return { surge: 0, unavailable: 1 }
  if (valueAt(manifest, ['spec', 'strategy', 'type']) === 'Recreate') return { surge: 0, unavailable: replicas }
  const part = (name: string, round: (pods: number) => number): number => {
    const value = valueAt(manifest, ['spec', 'strategy', 'rollingUpdate', name]) ?? '25%'
    const percent = typeof value === 'string' ? /^(\d{1,3})%$/.exec(value)?.[1] : undefined
    return percent === undefined ? count(value, 1) : round((Number(percent) / 100) * replicas)
  }
  const unavailable = Math.min(replicas, part('maxUnavailable', Math.floor))
  const surge = part('maxSurge', Math.ceil)
  return { surge: surge === 0 && unavailable === 0 ? 1 : surge, unavailable }
}

function badQuantity(spec: JsonObject): string | undefined {
  for (const part of ['limits', 'requests']) {
    const list = valueAt(spec, ['resources', part])
    if (!isJsonObject(list)) continue
    for (const [name, value] of Object.entries(list))
      if (amount(value) === undefined) return `resources.${part}.${name} is not a quantity`
  }
  return undefined
}

function requestAboveLimit(spec: JsonObject): string | undefined {
  const { memoryLimitBytes, memoryRequestBytes, cpuLimitCores, cpuRequestCores } = containerOf(spec)
  if ((memoryRequestBytes ?? 0) > (memoryLimitBytes ?? Infinity)) return 'the memory request is above the limit'
  if ((cpuRequestCores ?? 0) > (cpuLimitCores ?? Infinity)) return 'the CPU request is above the limit'
  return undefined
}

/** Why the API server would refuse one of these objects; undefined when it takes them all. */
export function admissionProblem(objects: readonly Manifest[]): string | undefined {
  for (const manifest of objects) {
    if (deployedOf(manifest, '') === undefined) continue
    for (const spec of containerSpecs(manifest)) {
      const problem = badQuantity(spec) ?? requestAboveLimit(spec)
      if (problem !== undefined) return `${objectKey(manifest)?.name}: ${problem}`
    }
  }
  return undefined
}
