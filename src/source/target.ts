import {
  type Field,
  groupOf,
  isContainerField,
  isJsonObject,
  type JsonPath,
  type JsonValue,
  type Manifest,
  type ObjectKey,
  valueAt,
} from '../domain/index.ts'
import { type Refused, refuse } from './refused.ts'

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
    return refuse('target-not-found', `no ${target.kind} ${target.namespace}/${target.name} is rendered${hint}`)
  }
  if (second !== undefined) {
    return refuse('target-ambiguous', `${found.length} rendered objects answer to ${target.kind} ${target.name}`)
  }
  return only
}

const TEMPLATE: JsonPath = ['spec', 'template']

/** Group and kind of every workload that holds pods -> path of its pod template; a Pod is its own template. */
const POD_TEMPLATES: Readonly<Record<string, JsonPath>> = {
  'apps/Deployment': TEMPLATE,
  'apps/StatefulSet': TEMPLATE,
  'apps/DaemonSet': TEMPLATE,
  'apps/ReplicaSet': TEMPLATE,
  'batch/Job': TEMPLATE,
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  '/Pod': [],
  'argoproj.io/Rollout': TEMPLATE,
}

const SCALABLE: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/ReplicaSet',
  'argoproj.io/Rollout',
])

function typeOf(manifest: Manifest): string {
  const [apiVersion, kind] = [manifest['apiVersion'], manifest['kind']]
  return `${groupOf(typeof apiVersion === 'string' ? apiVersion : '')}/${typeof kind === 'string' ? kind : ''}`
}

/** Path of the pod template, undefined for a kind that holds no pods. */
export function podTemplatePath(manifest: Manifest): JsonPath | undefined {
  const type = typeOf(manifest)
  return Object.hasOwn(POD_TEMPLATES, type) ? POD_TEMPLATES[type] : undefined
}

/** A list whose elements are told apart by name: containers, init containers, claim templates. */
export type NamedElement = { readonly name: string; readonly list: JsonPath; readonly index: number }

function elementsOf(manifest: Manifest, list: JsonPath, nameAt: JsonPath): readonly NamedElement[] {
  const items = valueAt(manifest, list)
  if (!Array.isArray(items)) return []
  return items.flatMap((item: JsonValue, index) => {
    const name = valueAt(item, nameAt)
    return typeof name === 'string' ? [{ name, list, index }] : []
  })
}

/** Containers and then init containers of a workload, by their place in the object. */
export function containerElements(manifest: Manifest): readonly NamedElement[] {
  const template = podTemplatePath(manifest)
  if (template === undefined) return []
  return ['containers', 'initContainers'].flatMap((list) => elementsOf(manifest, [...template, 'spec', list], ['name']))
}

export type ContainerFacts = {
  readonly name: string
  readonly init: boolean
  readonly image?: string
  readonly memoryLimit?: string
  readonly memoryRequest?: string
  readonly cpuLimit?: string
  readonly cpuRequest?: string
}

function text(manifest: Manifest, path: JsonPath): string | undefined {
  const value = valueAt(manifest, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** What a rendered workload declares of its containers, init containers last; empty for other kinds. Quantities as written. */
export function containersOf(manifest: Manifest): readonly ContainerFacts[] {
  return containerElements(manifest).map(({ name, list, index }) => {
    const at = (...rest: readonly string[]): string | undefined => text(manifest, [...list, index, ...rest])
    const facts = {
      image: at('image'),
      memoryLimit: at('resources', 'limits', 'memory'),
      memoryRequest: at('resources', 'requests', 'memory'),
      cpuLimit: at('resources', 'limits', 'cpu'),
      cpuRequest: at('resources', 'requests', 'cpu'),
    }
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
    return { name, init: list.at(-1) === 'initContainers', ...known }
  })
}

/** A field of a rendered object: its path there, and the named list element that it belongs to. */
export type FieldPlace = { readonly path: JsonPath; readonly element?: NamedElement }

function oneElement(elements: readonly NamedElement[], name: string | undefined, what: string): NamedElement | Refused {
  if (name !== undefined) {
    const named = elements.find((element) => element.name === name)
    return named ?? refuse('container-not-found', `there is no ${what} ${name}; there is ${names(elements)}`)
  }
  // An init container counts too: a person who names none means the only one there is.
  const [only, second] = elements
  if (only === undefined) return refuse('container-not-found', `the workload has no ${what}`)
  return second === undefined ? only : refuse('target-ambiguous', `name the ${what}: there is ${names(elements)}`)
}

function names(elements: readonly NamedElement[]): string {
  return elements.length === 0 ? 'none' : elements.map((element) => element.name).join(', ')
}

function storagePlace(manifest: Manifest, name: string | undefined): FieldPlace | Refused {
  const storage: JsonPath = ['spec', 'resources', 'requests', 'storage']
  const type = typeOf(manifest)
  if (type === '/PersistentVolumeClaim') return { path: storage }
  if (type !== 'apps/StatefulSet') return unsupported(manifest, 'storage')
  const claims = elementsOf(manifest, ['spec', 'volumeClaimTemplates'], ['metadata', 'name'])
  // The container of a target names no claim unless one is called the same.
  const named = claims.some((claim) => claim.name === name) ? name : undefined
  const claim = oneElement(claims, named, 'volume claim template')
  return 'refused' in claim ? claim : { path: [...claim.list, claim.index, ...storage], element: claim }
}

function unsupported(manifest: Manifest, field: string): Refused {
  return refuse('field-unsupported', `${String(manifest['kind'])} has no field ${field} that can be set`)
}

/**
 * Where `field` stands in this object, whether or not it has a value. `annotations.KEY` is one of the pod template, so that setting it
 * restarts the pods; of the object itself where it has no pods. For `storage` of a StatefulSet the container names the claim template.
 */
export function fieldPlace(manifest: Manifest, field: Field, container: string | undefined): FieldPlace | Refused {
  const template = podTemplatePath(manifest)
  if (field === 'storage') return storagePlace(manifest, container)
  if (field.startsWith('annotations.')) {
    if (template === undefined && typeOf(manifest) !== '/PersistentVolumeClaim') return unsupported(manifest, field)
    return { path: [...(template ?? []), 'metadata', 'annotations', field.slice('annotations.'.length)] }
  }
  if (field === 'replicas')
    return SCALABLE.has(typeOf(manifest)) ? { path: ['spec', 'replicas'] } : unsupported(manifest, field)
  if (template === undefined || !isContainerField(field)) return unsupported(manifest, field)
  const element = oneElement(containerElements(manifest), container, 'container')
  if ('refused' in element) return element
  return { path: [...element.list, element.index, ...field.split('.')], element }
}

export function isManifest(value: JsonValue | undefined): value is Manifest {
  return isJsonObject(value)
}
