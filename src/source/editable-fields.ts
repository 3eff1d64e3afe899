import { type Field, type Manifest, valueAt } from '../domain/index.ts'
import { elementsOf, partsOf } from './containers.ts'
import { fieldPlace } from './field-place.ts'
import { kindOf } from './kinds.ts'
import { isRefused } from './refused.ts'

export type EditableField = {
  readonly field: Field
  /** The container or part; for `storage` of a StatefulSet the claim template. */
  readonly container?: string
}

/** What people set of a container; those that are `rare` are named only where the object has them. */
const OF_PARTS: readonly { readonly field: Field; readonly rare?: true }[] = [
  { field: 'image' },
  { field: 'resources.limits.memory' },
  { field: 'resources.limits.cpu' },
  { field: 'resources.limits.ephemeral-storage', rare: true },
  { field: 'resources.requests.memory' },
  { field: 'resources.requests.cpu' },
  { field: 'resources.requests.ephemeral-storage', rare: true },
]
const OF_OBJECTS: readonly Field[] = ['replicas', 'minReplicas', 'maxReplicas']

function storageFields(manifest: Manifest): readonly EditableField[] {
  const { claims } = kindOf(manifest)
  if (claims === undefined) return [{ field: 'storage' }]
  return elementsOf(manifest, claims, ['metadata', 'name']).map(({ name }) => ({ field: 'storage', container: name }))
}

/** The fields of an object that people set, whether or not they have a value: what `fieldPlace` has a place for. */
export function editableFields(manifest: Manifest): readonly EditableField[] {
  const ofParts = partsOf(manifest).flatMap(({ name }) => OF_PARTS.map((one) => ({ ...one, container: name })))
  const ofObject = OF_OBJECTS.map((field) => ({ field }))
  return [...ofObject, ...storageFields(manifest), ...ofParts].flatMap(
    (one: EditableField & { readonly rare?: true }) => {
      const place = fieldPlace(manifest, one.field, one.container)
      if (isRefused(place) || (one.rare === true && valueAt(manifest, place.path) === undefined)) return []
      return [{ field: one.field, ...(one.container !== undefined && { container: one.container }) }]
    },
  )
}
