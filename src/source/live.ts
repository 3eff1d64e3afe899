import {
  type Application,
  compareQuantities,
  type Field,
  formatObjectKey,
  isJsonObject,
  type JsonPath,
  type JsonValue,
  type Manifest,
  nameInField,
  objectKey,
  parseQuantity,
  valueAt,
} from '../domain/index.ts'
import type { ValueKind } from './fields.ts'
import type { Question } from './place.ts'
import { type Refused, refuse } from './refused.ts'
import type { RenderedObject } from './target.ts'

function mismatch(message: string): Refused {
  return refuse('render-mismatch', message)
}

/** Name of the Application in an object's tracking annotation, `<app>:<group>/<kind>:<namespace>/<name>`; a copied one names another object and counts for nothing. */
function trackedBy(live: Manifest): string | undefined {
  const id = valueAt(live, ['metadata', 'annotations', 'argocd.argoproj.io/tracking-id'])
  const [application, , object] = typeof id === 'string' ? id.split(':', 3) : []
  const [namespace, name] = [valueAt(live, ['metadata', 'namespace']), valueAt(live, ['metadata', 'name'])]
  const own = object === `${String(namespace ?? '')}/${String(name)}`
  return own ? application : undefined
}

/** An Application outside of Argo CD's own namespace is tracked as `<namespace>_<name>`. */
function isOfApplication(tracked: string, { namespace, name }: Application): boolean {
  return tracked === name || tracked === `${namespace}_${name}`
}

function anotherObject(live: Manifest, object: RenderedObject, application: Application): Refused | undefined {
  const key = objectKey(live)
  const { group, kind, name, namespace } = object.key
  // A Rollout that takes its pods from another workload has none of the pods' fields.
  if (valueAt(live, ['spec', 'workloadRef', 'name']) === name && key?.kind === 'Rollout') return undefined
  const same = key?.group === group && key.kind === kind && key.name === name
  if (!same || (key.namespace !== '' && namespace !== '' && key.namespace !== namespace)) {
    const given = key === undefined ? 'no object' : formatObjectKey(key)
    return mismatch(`the object of the cluster that was given is ${given}, not ${formatObjectKey(object.key)}`)
  }
  const tracked = trackedBy(live)
  if (tracked === undefined || isOfApplication(tracked, application)) return undefined
  return mismatch(`${formatObjectKey(object.key)} is deployed by Application ${tracked}, not by ${application.name}`)
}

function nameOf(item: JsonValue | undefined): JsonValue | undefined {
  return valueAt(item, ['name']) ?? valueAt(item, ['metadata', 'name'])
}

/** The path in the live object: list elements that have a name are found by it, since others may stand before them. Undefined where there is none. */
function livePath(rendered: Manifest, live: Manifest, path: JsonPath): JsonPath | undefined {
  const found: (string | number)[] = []
  for (const [index, step] of path.entries()) {
    const name = typeof step === 'number' ? nameOf(valueAt(rendered, path.slice(0, index + 1))) : undefined
    const items = name === undefined ? undefined : valueAt(live, found)
    const at = Array.isArray(items) ? items.findIndex((item: JsonValue) => nameOf(item) === name) : -1
    if (name !== undefined && at < 0) return undefined
    found.push(name === undefined ? step : at)
  }
  return found
}

/** What Kubernetes fills in where nothing is written, as far as fields that are edited go. */
function defaultOf(live: Manifest, field: Field, path: JsonPath): JsonValue | undefined {
  if (field === 'replicas') return 1
  if (!field.startsWith('resources.requests.')) return undefined
  const limits = path.map((step, index) => (index === path.length - 2 ? 'limits' : step))
  return valueAt(live, limits)
}

function sameLive(kind: ValueKind, rendered: JsonValue | undefined, live: JsonValue | undefined): boolean {
  if ((rendered ?? undefined) === (live ?? undefined)) return true
  const [a, b] = [rendered, live].map((value) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
  )
  if (a === undefined || b === undefined) return false
  if (a === b) return true
  // An admission controller may pin the tag that Git names.
  if (kind === 'image') return b.startsWith(`${a}@sha256:`)
  const [x, y] = [parseQuantity(a), parseQuantity(b)]
  return kind === 'quantity' && x !== undefined && y !== undefined && compareQuantities(x, y) === 0
}

/** Whether an autoscaler that Git renders sets the replicas of the object: then the cluster's number is its own. */
function isScaled(object: RenderedObject, objects: readonly RenderedObject[]): boolean {
  return objects.some(({ key, manifest }) => {
    if (key.kind !== 'HorizontalPodAutoscaler' && key.kind !== 'ScaledObject') return false
    const target = valueAt(manifest, ['spec', 'scaleTargetRef'])
    if (!isJsonObject(target) || key.namespace !== object.key.namespace) return false
    return target['name'] === object.key.name && (target['kind'] ?? 'Deployment') === object.key.kind
  })
}

/** A variable may be a secret that nobody called so. */
function shown(field: Field, value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  return nameInField(field, 'env') === undefined ? JSON.stringify(value).slice(0, 80) : 'another value'
}

/**
 * `render-mismatch` where the object that the cluster has is not what Git renders for the field, or is not of this Application. Equal
 * are: quantities of one size, what Kubernetes fills in (one replica, requests as the limits), a tag that was pinned to its digest, and
 * replicas that a rendered autoscaler sets.
 */
export function liveMismatch(
  question: Pick<Question, 'object' | 'field' | 'kind' | 'place' | 'current' | 'context'>,
  live: Manifest,
  objects: readonly RenderedObject[],
): Refused | undefined {
  const { object, field, kind, place, current, context } = question
  const other = anotherObject(live, object, context.application)
  if (other !== undefined || objectKey(live)?.kind !== object.key.kind) return other
  if (field === 'replicas' && isScaled(object, objects)) return undefined
  const path = livePath(object.manifest, live, place.path)
  if (path === undefined) {
    return mismatch(`Git renders ${place.element?.name ?? field}, which the cluster's ${object.key.kind} does not have`)
  }
  const value = valueAt(live, path)
  const rendered = current ?? undefined
  if (sameLive(kind, rendered, value)) return undefined
  if (rendered === undefined && sameLive(kind, defaultOf(live, field, path), value)) return undefined
  return mismatch(`${field}: Git renders ${shown(field, rendered)}, the cluster has ${shown(field, value)}`)
}
