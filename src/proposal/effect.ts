import {
  bytesQuantity,
  type FieldChange,
  formatObjectKey,
  isJsonObject,
  type JsonValue,
  type Manifest,
  millicoresQuantity,
  type Proof,
  parseQuantity,
  type RenderedChange,
  type Subject,
  toBytes,
  toMillicores,
  workloadKey,
} from '../domain/index.ts'
import { fixed, type Markdown } from './text.ts'

/** What the world says of the workload beside its metrics; absent means not known, and then nothing is said of it. */
export type Workload = {
  /** Pods asked for. */
  readonly replicas?: number
  /** The object as Git renders it before the edit. */
  readonly rendered?: Manifest
}

const REQUEST = /^(.*\.resources)\.requests\.(memory|cpu)$/
const LIMIT = /^(.*\.resources)\.limits\.(memory|cpu)$/

type Resource = 'memory' | 'cpu'

function amount(value: JsonValue | undefined, resource: Resource): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const quantity = parseQuantity(String(value))
  if (quantity === undefined) return undefined
  return resource === 'memory' ? toBytes(quantity) : toMillicores(quantity)
}

function shown(value: number, resource: Resource): string {
  const size = Math.abs(value)
  const { text } = resource === 'memory' ? bytesQuantity(size) : millicoresQuantity(size)
  return `${value < 0 ? '-' : '+'}${text}`
}

/** Containers of the pod template without a request for the resource: Kubernetes gives them their limit as the request. */
function requestFollowsLimit(path: string, resource: Resource, { rendered }: Workload): boolean {
  const name = /containers\[([^\]]+)\]/.exec(path)?.[1]
  const containers = podContainers(rendered)
  const own = containers.find((one) => one['name'] === name) ?? (containers.length === 1 ? containers[0] : undefined)
  if (own === undefined) return false
  const resources = isJsonObject(own['resources']) ? own['resources'] : {}
  const requests = isJsonObject(resources['requests']) ? resources['requests'] : {}
  return !Object.hasOwn(requests, resource)
}

function podContainers(manifest: Manifest | undefined) {
  const spec = isJsonObject(manifest?.['spec']) ? manifest['spec'] : {}
  const template = isJsonObject(spec['template']) ? spec['template'] : {}
  const pod = isJsonObject(template['spec']) ? template['spec'] : {}
  return Array.isArray(pod['containers']) ? pod['containers'].filter(isJsonObject) : []
}

/** By how much one pod asks for more of a resource: bytes or millicores. Undefined when a side is no quantity. */
function delta(proof: Proof, resource: Resource, workload: Workload): number | undefined {
  let sum = 0
  const requested = new Set(
    proof.changes.flatMap(({ path }) => (REQUEST.exec(path)?.[2] === resource ? [REQUEST.exec(path)?.[1]] : [])),
  )
  for (const { path, before, after } of proof.changes) {
    const request = REQUEST.exec(path)
    const limit = LIMIT.exec(path)
    const follows = limit?.[2] === resource && !requested.has(limit[1]) && requestFollowsLimit(path, resource, workload)
    if (request?.[2] !== resource && !follows) continue
    const [from, to] = [
      before === undefined ? 0 : amount(before, resource),
      after === undefined ? 0 : amount(after, resource),
    ]
    if (from === undefined || to === undefined) return undefined
    sum += to - from
  }
  return sum
}

/** What the nodes are asked for: the change of the requests, for a pod and for all of them. Empty where no resource is changed. */
export function costLine(proof: Proof, workload: Workload): Markdown {
  if (!proof.changes.some(({ path }) => REQUEST.test(path) || LIMIT.test(path))) return fixed('')
  const { replicas } = workload
  const parts: string[] = []
  for (const resource of ['memory', 'cpu'] as const) {
    const one = delta(proof, resource, workload)
    if (one === undefined) return fixed('')
    if (one === 0) continue
    const word = resource === 'memory' ? 'memory' : 'CPU'
    const all =
      replicas === undefined || replicas < 2 ? '' : `, ${shown(one * replicas, resource)} for ${replicas} pods`
    parts.push(`${shown(one, resource)} of ${word} a pod${all}`)
  }
  return fixed(
    parts.length === 0
      ? 'Cost: no request changes, so nothing more is reserved on the nodes.'
      : `Cost: requests change by ${parts.join('; ')}.`,
  )
}

function ofWorkload({ object }: RenderedChange, subject: Subject): boolean {
  return object === formatObjectKey(workloadKey(subject))
}

/** Whether a change of this path replaces pods: everything in a pod template does. */
function replacesPods({ path }: RenderedChange): boolean {
  return /(?:^|\.)template\./.test(path)
}

/** `restart of 3 pods`, `no restart`; other workloads whose pods restart too are counted. */
export function restartWords(proof: Proof, subject: Subject, { replicas }: Workload): string {
  const all = [...proof.changes, ...(proof.companions ?? [])]
  const own = all.some((change) => ofWorkload(change, subject) && replacesPods(change))
  const others = new Set(
    all.filter((change) => !ofWorkload(change, subject) && replacesPods(change)).map(({ object }) => object),
  ).size
  const pods = replicas === undefined ? 'its pods' : replicas === 1 ? '1 pod' : `${replicas} pods`
  const first = own ? `restart of ${pods}` : 'no restart'
  return others === 0 ? first : `${first}, and of ${others} other workload${others === 1 ? '' : 's'}`
}

export type Risk = { readonly level: 'low' | 'medium' | 'high'; readonly because: string }

/** How much a reviewer should look: by what else the change touches, never by a guess of how likely it is to help. */
export function riskOf(proof: Proof, changes: readonly FieldChange[], subject: Subject): Risk {
  const companions = proof.companions ?? []
  if (companions.some(({ weight }) => weight === 'other'))
    return { level: 'high', because: 'other fields change with it, listed below' }
  if (changes.some(({ field }) => field === 'image' || field === 'image.tag'))
    return { level: 'high', because: 'another image runs' }
  if (!proof.changes.every((change) => ofWorkload(change, subject)))
    return { level: 'high', because: 'more than one object changes' }
  if (proof.alsoReadBy.length > 0)
    return { level: 'medium', because: 'others read the same file, and render as before' }
  if (companions.length > 0) return { level: 'medium', because: 'checksums or labels follow it' }
  if (changes.some(({ field }) => !field.startsWith('resources.')))
    return { level: 'medium', because: 'only this field changes' }
  return {
    level: 'low',
    because: `${changes.length === 1 ? 'one resource field' : `${changes.length} resource fields`} of one workload`,
  }
}
