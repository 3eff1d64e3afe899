import {
  type Field,
  isJsonObject,
  type JsonPath,
  type Manifest,
  nameInField,
  parseField,
  valueAt,
} from '../domain/index.ts'
import { elementsOf, type Part, partsOf } from './containers.ts'
import { fieldPlace } from './field-place.ts'
import { kindOf } from './kinds.ts'
import { isRefused } from './refused.ts'

/** A field of an object; `container` names the container, the part of a custom resource, or the claim template. */
export type EditableField = { readonly field: Field; readonly container?: string }

const LISTS = ['limits', 'requests'] as const
const USUAL: readonly string[] = ['memory', 'cpu']

function keysAt(manifest: Manifest, path: JsonPath): readonly string[] {
  const map = valueAt(manifest, path)
  return isJsonObject(map) ? Object.keys(map) : []
}

function fieldsNamed(names: readonly string[], container?: string): readonly EditableField[] {
  return names.flatMap((name) => {
    const field = parseField(name)
    if (field === undefined) return []
    return [container === undefined ? { field } : { field, container }]
  })
}

/** Resources of a part; cpu and memory of what serves all the time also where they are absent. */
function resourceNames(manifest: Manifest, part: Part): readonly string[] {
  const always = part.role === 'main' || part.role === 'part' ? USUAL : []
  return LISTS.flatMap((list) => {
    const present = keysAt(manifest, [...part.base, 'resources', list])
    const others = present.filter((name) => !USUAL.includes(name)).sort()
    const usual = USUAL.filter((name) => always.includes(name) || present.includes(name))
    return [...usual, ...others].map((name) => `resources.${list}.${name}`)
  })
}

function partFields(manifest: Manifest, part: Part): readonly EditableField[] {
  const image = part.role !== 'part' && typeof valueAt(manifest, [...part.base, 'image']) === 'string' ? ['image'] : []
  const variables =
    part.role === 'part' ? [] : elementsOf(manifest, [...part.base, 'env'], ['name']).map(({ name }) => `env.${name}`)
  return fieldsNamed([...image, ...resourceNames(manifest, part), ...new Set(variables)], part.name)
}

/** Whether a part of this name is the first: of equal names only that one can be asked for. */
function isFirst(part: Part, index: number, parts: readonly Part[]): boolean {
  return parts.findIndex((other) => other.name === part.name) === index
}

function objectFields(manifest: Manifest): readonly EditableField[] {
  const kind = kindOf(manifest)
  const scalars = (['replicas', 'minReplicas', 'maxReplicas', 'storage'] as const).filter((name) => {
    const path = kind[name]
    return path !== undefined && valueAt(manifest, path) !== undefined
  })
  const image = kind.image !== undefined && valueAt(manifest, kind.image) !== undefined ? ['image'] : []
  const annotations =
    kind.template === undefined
      ? []
      : keysAt(manifest, [...kind.template, 'metadata', 'annotations']).map((key) => `annotations.${key}`)
  const quota = kind.quota === undefined ? [] : keysAt(manifest, kind.quota).map((key) => `quota.${key}`)
  return fieldsNamed([...scalars, ...image, ...annotations, ...quota])
}

function claimFields(manifest: Manifest): readonly EditableField[] {
  const { claims } = kindOf(manifest)
  if (claims === undefined) return []
  return elementsOf(manifest, claims, ['metadata', 'name']).map(({ name }) => ({ field: 'storage', container: name }))
}

/**
 * Every field of a rendered object that an edit can set: what is there, and cpu and memory of main containers also where they are
 * absent. The object's own, then container by container in their order. Other scalars are reached by `path:`, and are not listed.
 */
export function editableFields(manifest: Manifest): readonly EditableField[] {
  const parts = partsOf(manifest).filter(isFirst)
  const all = [
    ...objectFields(manifest),
    ...claimFields(manifest),
    ...parts.flatMap((part) => partFields(manifest, part)),
  ]
  return all.filter(({ field, container }) => {
    const place = fieldPlace(manifest, field, container)
    // A variable whose value is in another object stays in the list: the reason why not is worth knowing.
    return !isRefused(place) || nameInField(field, 'env') !== undefined
  })
}
