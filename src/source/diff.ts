import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../domain/index.ts'

/** A leaf in which two values differ; undefined means absent. */
export type LeafChange = {
  readonly path: JsonPath
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

type Value = JsonValue | undefined

/** The two sides while they are walked together. `path` is shared and copied only where a leaf differs. */
type Walk = {
  readonly path: (string | number)[]
  readonly changed: LeafChange[]
  readonly added: LeafChange[]
}

/** A list or map with something in it; undefined for a leaf: a scalar, or an empty list or map. */
function inner(value: Value): readonly JsonValue[] | JsonObject | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  if (!isJsonObject(value)) return undefined
  for (const key in value) if (Object.hasOwn(value, key)) return value
  return undefined
}

function sameLeaf(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return Array.isArray(a) === Array.isArray(b)
}

function note(walk: Walk, before: Value, after: Value): void {
  const change = { path: [...walk.path], before, after }
  if (before === undefined) walk.added.push(change)
  else walk.changed.push(change)
}

function lists(walk: Walk, before: readonly JsonValue[], after: readonly JsonValue[]): void {
  const length = Math.max(before.length, after.length)
  for (let index = 0; index < length; index += 1) {
    walk.path.push(index)
    differ(walk, before[index], after[index])
    walk.path.pop()
  }
}

function maps(walk: Walk, before: JsonObject, after: JsonObject): void {
  for (const key in before) {
    if (!Object.hasOwn(before, key)) continue
    walk.path.push(key)
    differ(walk, before[key], Object.hasOwn(after, key) ? after[key] : undefined)
    walk.path.pop()
  }
  for (const key in after) {
    if (!Object.hasOwn(after, key) || Object.hasOwn(before, key)) continue
    walk.path.push(key)
    differ(walk, undefined, after[key])
    walk.path.pop()
  }
}

const NO_LIST: readonly JsonValue[] = []
const NO_MAP: JsonObject = {}

/** Everything below one side alone. */
function below(walk: Walk, value: readonly JsonValue[] | JsonObject, side: 'before' | 'after'): void {
  const isBefore = side === 'before'
  if (isList(value)) lists(walk, isBefore ? value : NO_LIST, isBefore ? NO_LIST : value)
  else maps(walk, isBefore ? value : NO_MAP, isBefore ? NO_MAP : value)
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function differ(walk: Walk, before: Value, after: Value): void {
  if (before === after) return
  const [from, to] = [inner(before), inner(after)]
  if (from !== undefined && to !== undefined && isList(from) && isList(to)) lists(walk, from, to)
  else if (from !== undefined && to !== undefined && !isList(from) && !isList(to)) maps(walk, from, to)
  else if (from === undefined && to === undefined) {
    if (!sameLeaf(before, after)) note(walk, before, after)
  } else {
    // What was a leaf holds something now, or is of another kind: the leaves of each side stand alone.
    apart(walk, before, from, 'before')
    apart(walk, after, to, 'after')
  }
}

function apart(walk: Walk, value: Value, within: ReturnType<typeof inner>, side: 'before' | 'after'): void {
  if (within !== undefined) below(walk, within, side)
  else if (value !== undefined) note(walk, side === 'before' ? value : undefined, side === 'after' ? value : undefined)
}

/**
 * Every leaf in which the two differ, those of `before` first. Lists are compared by position; an empty map or list is a leaf of its own.
 * Parts that are one and the same value are not looked into.
 */
export function diffLeaves(before: Value, after: Value): readonly LeafChange[] {
  const walk: Walk = { path: [], changed: [], added: [] }
  differ(walk, before, after)
  return walk.added.length === 0 ? walk.changed : [...walk.changed, ...walk.added]
}

export function startsWith(path: JsonPath, prefix: JsonPath): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index])
}

export function samePath(a: JsonPath, b: JsonPath): boolean {
  return a.length === b.length && startsWith(a, b)
}
