import {
  type Field,
  groupOf,
  isContainerField,
  isJsonObject,
  type Manifest,
  type ObjectKey,
  valueAt,
} from '../domain/index.ts'
import { isRefused, type Refused, refuse } from './refused.ts'

/** The workload, and the container where a field belongs to one. A group that is absent fits any; an empty namespace fits any. */
export type Target = {
  readonly group?: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly container?: string
}

/** A rendered object. `key` has the destination's namespace where the manifest names none; `source` counts the Application's rendered sources. */
export type RenderedObject = { readonly key: ObjectKey; readonly manifest: Manifest; readonly source: number }

type PartialKey = { readonly group?: string; readonly kind: string; readonly namespace: string; readonly name: string }

/** The rendered object of that key; the group may be left out. */
export function findObject(objects: readonly RenderedObject[], key: PartialKey): RenderedObject | undefined {
  return objects.find((object) => answersTo(object.key, key) && object.key.namespace === key.namespace)
}

function answersTo(key: ObjectKey, asked: PartialKey): boolean {
  return key.kind === asked.kind && key.name === asked.name && (asked.group === undefined || asked.group === key.group)
}

/** `argoproj.io/Rollout` is kind and group in one. */
function plainTarget(target: Target): Target {
  const slash = target.kind.lastIndexOf('/')
  if (slash < 0) return target
  return { ...target, group: target.kind.slice(0, slash), kind: target.kind.slice(slash + 1) }
}

export function findTarget(objects: readonly RenderedObject[], asked: Target): RenderedObject | Refused {
  const target = plainTarget(asked)
  const named = objects.filter((object) => answersTo(object.key, target))
  const found = target.namespace === '' ? named : named.filter((object) => object.key.namespace === target.namespace)
  const [only, second] = found
  if (only === undefined) {
    const elsewhere = named.map((object) => object.key.namespace || 'no namespace').join(', ')
    const hint = elsewhere === '' ? '' : `; there is one in ${elsewhere}`
    const name = target.namespace === '' ? target.name : `${target.namespace}/${target.name}`
    return refuse('target-not-found', `no ${target.kind} ${name} is rendered${hint}`)
  }
  if (second !== undefined) {
    return refuse('target-ambiguous', `${found.length} rendered objects answer to ${target.kind} ${target.name}`)
  }
  return only
}

/**
 * The rendered object that holds the field: the target, or the workload that a Rollout takes its pods from (`workloadRef`) for a field
 * of the pods.
 */
export function findFieldTarget(
  objects: readonly RenderedObject[],
  asked: Target,
  field: Field,
): RenderedObject | Refused {
  const object = findTarget(objects, asked)
  if (isRefused(object) || object.key.group !== 'argoproj.io' || object.key.kind !== 'Rollout') return object
  const reference = valueAt(object.manifest, ['spec', 'workloadRef'])
  if (!isJsonObject(reference) || !(isContainerField(field) || field.startsWith('annotations.'))) return object
  const [apiVersion, kind, name] = [reference['apiVersion'], reference['kind'], reference['name']].map(String)
  const { namespace } = object.key
  const found = objects.find(
    ({ key }) =>
      key.group === groupOf(apiVersion ?? '') && key.kind === kind && key.name === name && key.namespace === namespace,
  )
  const whose = `Rollout ${object.key.name} takes its pods from ${kind} ${name}`
  return found ?? refuse('target-not-found', `${whose}, which is not rendered`)
}
