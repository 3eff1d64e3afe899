import {
  type Field,
  isContainerField,
  isJsonObject,
  type JsonPath,
  type Manifest,
  nameInField,
  pointerOfField,
  resourceOfField,
  valueAt,
} from '../domain/index.ts'
import { elementsOf, type NamedElement, onlyLive, type Part, partsOf } from './containers.ts'
import { likelyInjector } from './injectors.ts'
import { kindOf, typeOf } from './kinds.ts'
import { isRefused, type Refused, refuse } from './refused.ts'

/** A field of a rendered object: its path there, and the named list element that holds the position in it. */
export type FieldPlace = { readonly path: JsonPath; readonly element?: NamedElement }

/**
 * Where `field` stands in this object, whether or not it has a value. `annotations.KEY` is one of the pod template, so that setting it
 * restarts the pods; of the object itself where it has no pods. For `storage` the container names the claim template. `live` is the
 * object as the cluster has it: a container that only it has is `injected`.
 */
export function fieldPlace(
  manifest: Manifest,
  field: Field,
  container: string | undefined,
  live?: Manifest,
): FieldPlace | Refused {
  const kind = kindOf(manifest)
  const pointer = pointerOfField(field)
  if (pointer !== undefined) return pointerPlace(manifest, pointer)
  if (isContainerField(field)) return containerPlace(manifest, field, container, live)
  const annotation = nameInField(field, 'annotations')
  if (annotation !== undefined) return { path: [...(kind.template ?? []), 'metadata', 'annotations', annotation] }
  const quota = nameInField(field, 'quota')
  if (quota !== undefined)
    return kind.quota === undefined ? unsupported(manifest, field) : { path: [...kind.quota, quota] }
  if (field === 'storage') return storagePlace(manifest, container)
  const bounded = field === 'replicas' || field === 'minReplicas' || field === 'maxReplicas'
  const path = bounded ? kind[field] : undefined
  return path === undefined ? unsupported(manifest, field) : { path }
}

function unsupported(manifest: Manifest, field: string): Refused {
  return refuse('field-unsupported', `${String(manifest['kind'])} has no field ${field} that can be set`)
}

function names(elements: readonly { readonly name: string }[]): string {
  return elements.length === 0 ? 'none' : elements.map((element) => element.name).join(', ')
}

function choose<One extends { readonly name: string }>(
  elements: readonly One[],
  name: string | undefined,
  what: string,
): One | Refused {
  if (name !== undefined) {
    const named = elements.find((element) => element.name === name)
    return named ?? refuse('container-not-found', `there is no ${what} ${name}; there is ${names(elements)}`)
  }
  // An init container counts too: a person who names none means the only one there is.
  const [only, second] = elements
  if (only === undefined) return refuse('container-not-found', `the object has no ${what}`)
  return second === undefined ? only : refuse('target-ambiguous', `name the ${what}: there is ${names(elements)}`)
}

function choosePart(manifest: Manifest, name: string | undefined, live: Manifest | undefined): Part | Refused {
  const parts = partsOf(manifest)
  const chosen = choose(parts, name, 'container')
  const only = name !== undefined && isRefused(chosen) ? onlyLive(live, name) : undefined
  if (name !== undefined && only === 'injected') {
    const where = `container ${name} is in the cluster's object${likelyInjector(live, name)}`
    return refuse('injected', `${where}, and not in Git, which has ${names(parts)}`)
  }
  if (only === 'ephemeral')
    return refuse('injected', `container ${name} is ephemeral: it was added to a running pod and is nowhere in Git`)
  return chosen
}

function containerPlace(
  manifest: Manifest,
  field: Field,
  name: string | undefined,
  live: Manifest | undefined,
): FieldPlace | Refused {
  const kind = kindOf(manifest)
  if (kind.template === undefined && kind.parts === undefined && kind.groups === undefined)
    return unsupported(manifest, field)
  const part = choosePart(manifest, name, live)
  if (isRefused(part)) return part
  const held = part.element === undefined ? {} : { element: part.element }
  const resource = resourceOfField(field)
  if (resource !== undefined) return { path: [...part.base, 'resources', resource.list, resource.resource], ...held }
  const variable = nameInField(field, 'env')
  if (part.role !== 'part') {
    return variable === undefined ? { path: [...part.base, 'image'], ...held } : variablePlace(manifest, part, variable)
  }
  const one = variable === undefined && Object.keys(kind.parts ?? {}).length === 1 ? kind.image : undefined
  return one === undefined ? unsupported(manifest, field) : { path: one }
}

/** Where the value of a variable comes from, as `ConfigMap shop-settings, key url`. */
function origin(from: unknown): string {
  for (const [key, kind] of [
    ['configMapKeyRef', 'ConfigMap'],
    ['secretKeyRef', 'Secret'],
  ] as const) {
    const reference = isJsonObject(from) ? from[key] : undefined
    if (isJsonObject(reference)) return `${kind} ${String(reference['name'])}, key ${String(reference['key'])}`
  }
  return 'a field of the pod'
}

function variablePlace(manifest: Manifest, part: Part, name: string): FieldPlace | Refused {
  const variables = elementsOf(manifest, [...part.base, 'env'], ['name']).filter((one) => one.name === name)
  // Of equal names the last one counts.
  const element = variables.at(-1)
  if (element === undefined)
    return refuse('not-in-git', `container ${part.name} has no variable ${name} of its own; add it by hand`)
  const at = [...element.list, element.index]
  const from = valueAt(manifest, [...at, 'valueFrom'])
  if (from !== undefined && from !== null)
    return refuse('value-elsewhere', `the value of ${name} is in another object: ${origin(from)}`)
  return { path: [...at, 'value'], element }
}

function storagePlace(manifest: Manifest, name: string | undefined): FieldPlace | Refused {
  const { storage, claims } = kindOf(manifest)
  // A custom resource without a volume is not given one.
  if (
    storage !== undefined &&
    typeOf(manifest) !== '/PersistentVolumeClaim' &&
    valueAt(manifest, storage) === undefined
  )
    return unsupported(manifest, 'storage')
  if (storage !== undefined) return { path: storage }
  if (claims === undefined) return unsupported(manifest, 'storage')
  const elements = elementsOf(manifest, claims, ['metadata', 'name'])
  // The container of a target names no claim unless one is called the same.
  const named = elements.some((claim) => claim.name === name) ? name : undefined
  const claim = choose(elements, named, 'volume claim template')
  if (isRefused(claim)) return claim
  return { path: [...claim.list, claim.index, 'spec', 'resources', 'requests', 'storage'], element: claim }
}

/** Position of a step in a list: a number, or `[name=NAME]`. */
function position(items: readonly unknown[], step: string): number | undefined {
  const name = /^\[name=(.+)\]$/.exec(step)?.[1]
  if (name === undefined) return /^(?:0|[1-9]\d{0,5})$/.test(step) ? Number(step) : undefined
  const index = items.findIndex((item) => isJsonObject(item) && item['name'] === name)
  return index < 0 ? undefined : index
}

function pointerPlace(manifest: Manifest, steps: readonly string[]): FieldPlace | Refused {
  const pointer = steps.join('/')
  if (manifest['kind'] === 'Secret') return refuse('field-unsupported', 'fields of a Secret are not edited')
  const path: (string | number)[] = []
  let element: NamedElement | undefined
  for (const step of steps) {
    const here = valueAt(manifest, path)
    const index = Array.isArray(here) ? position(here, step) : undefined
    if (Array.isArray(here)) {
      const item = index === undefined ? undefined : here[index]
      if (index === undefined || item === undefined)
        return refuse('field-unsupported', `path:/${pointer}: the list has no element ${step}`)
      const name = isJsonObject(item) ? item['name'] : undefined
      element = typeof name === 'string' ? { name, list: [...path], index } : undefined
    } else if (here !== undefined && here !== null && !isJsonObject(here)) {
      return refuse('field-unsupported', `path:/${pointer}: ${step} is below a single value`)
    }
    path.push(index ?? step)
  }
  const value = valueAt(manifest, path)
  if (typeof value === 'object' && value !== null)
    return refuse('field-unsupported', `path:/${pointer} is not a single value`)
  return { path, ...(element === undefined ? {} : { element }) }
}
