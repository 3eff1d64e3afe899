import type { Objects } from './objects.ts'

type Leaf = string

/** Every leaf of a value as `path -> text`; empty maps and lists count as leaves. */
function flatten(value: unknown, path: string, into: Map<string, Leaf>): void {
  const entries =
    Array.isArray(value) || (typeof value === 'object' && value !== null) ? Object.entries(value) : undefined
  if (entries === undefined || entries.length === 0) {
    into.set(path, JSON.stringify(value) ?? 'null')
    return
  }
  for (const [key, child] of entries) flatten(child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, into)
}

/** One leaf that differs: object, JSON pointer, and what it was and is. */
export type Difference = {
  readonly object: string
  readonly pointer: string
  readonly before: string | undefined
  readonly after: string | undefined
}

const NOTHING: ReadonlyMap<string, Leaf> = new Map()

function leavesOf(value: unknown): ReadonlyMap<string, Leaf> {
  if (value === undefined) return NOTHING
  const leaves = new Map<string, Leaf>()
  flatten(value, '', leaves)
  return leaves
}

/** Every leaf that differs between two renders; an empty map that is filled is no difference of its own. */
export function differences(before: Objects, after: Objects): readonly Difference[] {
  const found: Difference[] = []
  for (const object of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(object), after.get(object)]
    if (a === b || (a !== undefined && b !== undefined && a.text === b.text)) continue
    const [from, to] = [leavesOf(a?.value), leavesOf(b?.value)]
    for (const pointer of new Set([...from.keys(), ...to.keys()])) {
      const [old, now] = [from.get(pointer), to.get(pointer)]
      if (old !== now) found.push({ object, pointer, before: old, after: now })
    }
  }
  return found
}
