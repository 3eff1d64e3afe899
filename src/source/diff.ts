import { isJsonObject, type JsonPath, type JsonValue } from '../domain/index.ts'

/** A leaf in which two values differ; undefined means absent. */
export type LeafChange = {
  readonly path: JsonPath
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

type Leaves = Map<string, { readonly path: JsonPath; readonly value: JsonValue }>

/** Leaves by path, in the order of the value. An empty map or list is a leaf of its own. */
function leavesOf(value: JsonValue | undefined, path: JsonPath = [], into: Leaves = new Map()): Leaves {
  if (value === undefined) return into
  const children: readonly (readonly [string | number, JsonValue])[] = Array.isArray(value)
    ? value.map((item: JsonValue, index) => [index, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : []
  if (children.length === 0) into.set(JSON.stringify(path), { path, value })
  for (const [key, child] of children) leavesOf(child, [...path, key], into)
  return into
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

/** Every leaf in which the two differ, those of `before` first. Lists are compared by position. */
export function diffLeaves(before: JsonValue | undefined, after: JsonValue | undefined): readonly LeafChange[] {
  if (before === after) return []
  const [from, to] = [leavesOf(before), leavesOf(after)]
  const changes: LeafChange[] = []
  for (const [key, { path, value }] of from) {
    const now = to.get(key)?.value
    if (!same(value, now)) changes.push({ path, before: value, after: now })
  }
  for (const [key, { path, value }] of to) {
    if (!from.has(key)) changes.push({ path, before: undefined, after: value })
  }
  return changes
}

export function startsWith(path: JsonPath, prefix: JsonPath): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index])
}

export function samePath(a: JsonPath, b: JsonPath): boolean {
  return a.length === b.length && startsWith(a, b)
}
