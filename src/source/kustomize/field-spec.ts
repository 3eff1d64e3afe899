import { groupOf } from '../../domain/index.ts'
import { type Draft, type DraftMap, isMap, isNull, own } from './draft.ts'
import { broken } from './refusal.ts'
import { apiVersionOf, currentId, formatId, type Gvk, isOf, kindOf, newResource, versionOf } from './resource.ts'

/** A field of some kinds: steps between `/`, lists walked through on the way; `[]` marks a step that must be a list. */
export type FieldSpec = Gvk & {
  readonly path: string
  /** Makes what is missing on the way. */
  readonly create?: boolean
}

/** A place that was found: what stands there, and how to put something else there. */
export type Slot = { readonly value: Draft | undefined; readonly set: (value: Draft) => void }

type Walk = {
  readonly spec: FieldSpec
  readonly make: 'text' | 'map' | undefined
  readonly visit: (slot: Slot) => void
}

/**
 * Calls `visit` for every place of `object` that `spec` names, making it first as `make` where the spec allows that.
 * Throws a Refusal when something on the way is neither a map nor a list.
 */
export function eachField(
  object: DraftMap,
  spec: FieldSpec,
  make: 'text' | 'map' | undefined,
  visit: (slot: Slot) => void,
): void {
  const apiVersion = apiVersionOf(object)
  if (!isOf({ group: groupOf(apiVersion), version: versionOf(apiVersion), kind: kindOf(object) }, spec)) return
  const walk: Walk = { spec, make: spec.create === true ? make : undefined, visit }
  const root: Slot = { value: object, set: () => undefined }
  if (!step(root, stepsOf(spec), walk)) {
    throw broken(`${formatId(currentId(newResource(object)))}: ${spec.path} passes through a plain value`)
  }
}

const knownSteps = new WeakMap<FieldSpec, readonly string[]>()

function stepsOf(spec: FieldSpec): readonly string[] {
  const known = knownSteps.get(spec)
  if (known !== undefined) return known
  const steps = pathSteps(spec.path, '/')
  knownSteps.set(spec, steps)
  return steps
}

/** Splits at a delimiter that is not escaped by a backslash; a leading one is ignored. */
export function pathSteps(path: string, delimiter: string): readonly string[] {
  const parts = path.split(delimiter)
  if (parts.length > 1 && parts[0] === '') parts.shift()
  const steps: string[] = []
  for (const part of parts) {
    const last = steps.at(-1)
    if (last?.endsWith('\\') === true) steps[steps.length - 1] = `${last.slice(0, -1)}${delimiter}${part}`
    else steps.push(part)
  }
  if (steps.includes('__proto__')) throw broken(`${path} is not a path that is read here`)
  return steps
}

function step(slot: Slot, path: readonly string[], walk: Walk): boolean {
  const [next, ...rest] = path
  if (next === undefined) {
    walk.visit(slot)
    return true
  }
  const here = slot.value
  if (isNull(here)) return true
  if (Array.isArray(here)) {
    return here.every((_, index) => step(itemSlot(here, index), path, walk))
  }
  if (!isMap(here)) return false
  const isList = next.endsWith('[]')
  const name = isList ? next.slice(0, -2) : next
  enter(here, name, isList ? 'list' : madeAt(rest, walk))
  if (own(here, name) === undefined) return true
  return step(fieldSlot(here, name), rest, walk)
}

/** The place of one element of a list. */
export function itemSlot(list: Draft[], index: number): Slot {
  return {
    value: list[index],
    set(item) {
      list[index] = item
    },
  }
}

function fieldSlot(map: DraftMap, name: string): Slot {
  return {
    value: own(map, name),
    set(item) {
      map[name] = item
    },
  }
}

function madeAt(rest: readonly string[], walk: Walk): 'text' | 'map' | undefined {
  if (walk.make === undefined) return undefined
  return rest.length > 0 ? 'map' : walk.make
}

/** A missing field is made where that is asked; a null becomes empty where the kind is known. */
function enter(map: DraftMap, name: string, kind: 'text' | 'map' | 'list' | undefined): void {
  const there = own(map, name)
  if (kind === undefined || (there !== undefined && !isNull(there))) return
  if (kind === 'list') {
    if (there !== undefined) map[name] = []
  } else map[name] = kind === 'map' ? {} : ''
}
