import {
  compareQuantities,
  type FieldChange,
  isContainerField,
  type Manifest,
  parseQuantity,
  valueAt,
  type WorkloadFacts,
} from '../domain/index.ts'
import { fieldPlace } from '../source/index.ts'
import type { Owner } from './owner.ts'

export type RenderMatch = 'same' | 'differs' | 'unknown'

/** Whether the fields that are to change are the same in the cluster's object as Git renders them now. Unknown where there is no live object to compare with. */
export function renderMatch(facts: WorkloadFacts, owner: Owner, changes: readonly FieldChange[]): RenderMatch {
  if (facts.live === undefined) return 'unknown'
  for (const { field, container } of changes) {
    if (!isContainerField(field)) {
      const match = sameElsewhere(facts.live, owner.object.manifest, field)
      if (match !== 'same') return match
      continue
    }
    const [a, b] = [
      containerValue(facts.live, field, container),
      containerValue(owner.object.manifest, field, container),
    ]
    if (a === 'no container' || b === 'no container') return 'differs'
    if (!sameText(a.text, b.text)) return 'differs'
  }
  return 'same'
}

/** Replicas and annotations of the pod template; whatever else a field may be cannot be compared here, and is not called the same. */
function sameElsewhere(live: Manifest, rendered: Manifest, field: FieldChange['field']): RenderMatch {
  const path =
    field === 'replicas'
      ? ['spec', 'replicas']
      : field.startsWith('annotations.')
        ? ['spec', 'template', 'metadata', 'annotations', field.slice('annotations.'.length)]
        : undefined
  if (path === undefined) return 'unknown'
  return valueAt(live, path) === valueAt(rendered, path) ? 'same' : 'differs'
}

const RESOURCES_AND_IMAGE = [
  'resources.limits.memory',
  'resources.requests.memory',
  'resources.limits.cpu',
  'resources.requests.cpu',
  'image',
] as const satisfies readonly FieldChange['field'][]

/**
 * Whether Git is ahead of the cluster in what a fix of this container is computed from: then the failure is of an older state, and a plan
 * would mix sizes of both.
 */
export function gitIsAhead(facts: WorkloadFacts, owner: Owner, container: string | undefined): boolean {
  if (owner.status.sync !== 'OutOfSync' || container === undefined) return false
  const fields = RESOURCES_AND_IMAGE.map((field) => ({ field, container, value: '' }))
  return renderMatch(facts, owner, fields) === 'differs'
}

function containerValue(
  manifest: Manifest,
  field: FieldChange['field'],
  container: string | undefined,
): { readonly text: string | undefined } | 'no container' {
  const place = container === undefined ? undefined : fieldPlace(manifest, field, container)
  if (place === undefined || 'refused' in place) return 'no container'
  const value = valueAt(manifest, place.path)
  return { text: value === undefined ? undefined : String(value) }
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  const [x, y] = [a, b].map((text) => (text === undefined ? undefined : parseQuantity(text)))
  return x !== undefined && y !== undefined && compareQuantities(x, y) === 0
}
