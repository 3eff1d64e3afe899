import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/index.ts'
import {
  copyOf,
  type Draft,
  type DraftMap,
  draftOf,
  isMap,
  isNull,
  mayGrow,
  own,
  ownMap,
  respellAnnotations,
  unlink,
} from './draft.ts'
import { broken, tooLarge } from './refusal.ts'

export type Operation = {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: readonly string[]
  readonly from: readonly string[]
  readonly value: JsonValue | undefined
  readonly at: string
}

const OPS = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const

/** The operations of a JSON 6902 patch, or undefined when the value is not a list of maps that have an `op`. */
export function operationsOf(value: JsonValue, at: string): readonly Operation[] | undefined {
  if (!Array.isArray(value)) return undefined
  const maps = value.filter(isJsonObject)
  if (maps.length !== value.length || maps.some((map) => typeof map['op'] !== 'string')) return undefined
  return maps.map((map) => operationOf(map, at))
}

function operationOf(map: JsonObject, at: string): Operation {
  const op = OPS.find((known) => known === map['op'])
  if (op === undefined) throw broken(`${at}: ${JSON.stringify(map['op'])} is not an operation of a JSON patch`)
  const moves = op === 'move' || op === 'copy'
  return { op, path: pointer(map['path'], at), from: moves ? pointer(map['from'], at) : [], value: map['value'], at }
}

function pointer(value: JsonValue | undefined, at: string): readonly string[] {
  if (typeof value !== 'string' || (value !== '' && !value.startsWith('/'))) {
    throw broken(`${at}: ${JSON.stringify(value ?? null)} is not a JSON pointer`)
  }
  const steps = value
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (steps.includes('__proto__')) throw broken(`${at}: ${value} is not a path that is read here`)
  return steps
}

/**
 * Applies the operations to `object`, in place. Throws a Refusal at the first that does not fit, as real kustomize fails.
 * Nulls that were written as nothing are spelled out from here on: kustomize passes the object through JSON.
 */
export function applyOperations(object: DraftMap, operations: readonly Operation[]): void {
  respellAnnotations(annotationsOf(object))
  spellNulls(object)
  for (const operation of operations) apply(object, operation)
}

function annotationsOf(object: DraftMap): DraftMap {
  return ownMap(ownMap(object, 'metadata') ?? {}, 'annotations') ?? {}
}

function spellNulls(value: Draft): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) if (isNull(item)) value[index] = null
    value.forEach(spellNulls)
  } else if (isMap(value)) {
    unlink(value)
    for (const [key, item] of Object.entries(value)) if (isNull(item)) value[key] = null
    Object.values(value).forEach(spellNulls)
  }
}

function apply(object: DraftMap, operation: Operation): void {
  const { op, path, at } = operation
  const value = draftOf(operation.value ?? null)
  if (op === 'add') add(object, path, value, at)
  else if (op === 'replace') replace(object, path, value, at)
  else if (op === 'remove') remove(object, path, at)
  else if (op === 'move') add(object, path, remove(object, operation.from, at), at)
  else if (op === 'copy') add(object, path, copied(object, operation), at)
  else test(object, operation)
}

function copied(object: DraftMap, { from, at }: Operation): Draft {
  // What is missing in a map is copied as null by kustomize's library.
  const parent = find(object, from.slice(0, -1), at)
  const value = isMap(parent) ? (own(parent, from.at(-1) ?? '') ?? null) : find(object, from, at)
  if (!mayGrow(object, value)) throw tooLarge(`${at}: the copies make the object too large`)
  return copyOf(value)
}

function missing(path: readonly string[], at: string): Error {
  return broken(`${at}: there is nothing at /${path.join('/')}`)
}

type Place = { readonly parent: DraftMap | Draft[]; readonly key: string }

function placeOf(object: DraftMap, path: readonly string[], at: string): Place {
  const key = path.at(-1)
  if (key === undefined) throw broken(`${at}: a patch of the whole object is not read here`)
  const parent = find(object, path.slice(0, -1), at)
  if (!isMap(parent) && !Array.isArray(parent)) throw missing(path, at)
  return { parent, key }
}

function find(object: DraftMap, path: readonly string[], at: string): Draft {
  let here: Draft = object
  for (const step of path) {
    const next: Draft | undefined = Array.isArray(here)
      ? here[indexIn(here.length, step, path, at)]
      : isMap(here)
        ? own(here, step)
        : undefined
    if (next === undefined) throw missing(path, at)
    here = next
  }
  return here
}

/** Negative positions count from the end, an extension that kustomize's library has. */
function indexIn(length: number, step: string, path: readonly string[], at: string): number {
  if (!/^-?\d+$/.test(step)) throw missing(path, at)
  const index = Number(step) < 0 ? Number(step) + length : Number(step)
  if (index < 0 || index >= length) throw missing(path, at)
  return index
}

function add(object: DraftMap, path: readonly string[], value: Draft, at: string): void {
  const { parent, key } = placeOf(object, path, at)
  if (!Array.isArray(parent)) parent[key] = value
  else if (key === '-') parent.push(value)
  else parent.splice(indexIn(parent.length + 1, key, path, at), 0, value)
}

function remove(object: DraftMap, path: readonly string[], at: string): Draft {
  const { parent, key } = placeOf(object, path, at)
  if (Array.isArray(parent)) return parent.splice(indexIn(parent.length, key, path, at), 1)[0] ?? null
  const value = own(parent, key)
  if (value === undefined) throw missing(path, at)
  delete parent[key]
  return value
}

/** A key that is not there is added: kustomize's library does not ask for it. */
function replace(object: DraftMap, path: readonly string[], value: Draft, at: string): void {
  const { parent, key } = placeOf(object, path, at)
  if (Array.isArray(parent)) parent[indexIn(parent.length, key, path, at)] = value
  else parent[key] = value
}

function test(object: DraftMap, { path, value, at }: Operation): void {
  const { parent, key } = placeOf(object, path, at)
  const there = Array.isArray(parent) ? parent[indexIn(parent.length, key, path, at)] : own(parent, key)
  if (!same(there, value ?? null)) throw broken(`${at}: the test of /${path.join('/')} fails`)
}

function same(draft: Draft | undefined, value: JsonValue): boolean {
  if (isNull(draft)) return value === null
  if (Array.isArray(draft)) {
    return (
      Array.isArray(value) &&
      draft.length === value.length &&
      draft.every((item, index) => same(item, value[index] ?? null))
    )
  }
  if (!isMap(draft)) return draft === value
  if (!isJsonObject(value)) return false
  const keys = Object.keys(draft)
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => Object.hasOwn(value, key) && same(draft[key], value[key] ?? null))
  )
}
