import { isJsonObject, type JsonPath, type JsonValue } from '../../domain/index.ts'
import type { Place } from './problem.ts'

export type Entry = Place & { readonly key: string; readonly value: Written }

/** A value as it was written, with its place: what readers read. Made from YAML text or, without places, from JSON. */
export type Written = Place &
  (
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly text: string }
    | { readonly kind: 'list'; readonly items: readonly Written[] }
    | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  )

/** The value without its places. Keys become own properties, whatever they are called. */
export function jsonOf(written: Written): JsonValue {
  switch (written.kind) {
    case 'scalar':
      return written.value
    case 'list':
      return written.items.map(jsonOf)
    case 'map':
      return Object.fromEntries(written.entries.map(({ key, value }) => [key, jsonOf(value)]))
    default:
      return written satisfies never
  }
}

const NOWHERE: Place = { line: 1, column: 1 }

/** A value that came as JSON, from an API: every place is 1:1. Undefined when it is nested deeper or larger than a file may be. */
export function writtenOf(value: JsonValue, limit: { depth: number; nodes: number }): Written | undefined {
  const budget = { nodes: limit.nodes }
  return fromJson(value, limit.depth, budget)
}

function fromJson(value: JsonValue, depth: number, budget: { nodes: number }): Written | undefined {
  budget.nodes -= 1
  if (depth < 0 || budget.nodes < 0) return undefined
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => fromJson(item, depth - 1, budget))
    return items.every((item) => item !== undefined) ? { ...NOWHERE, kind: 'list', items } : undefined
  }
  if (isJsonObject(value)) {
    const entries: Entry[] = []
    for (const [key, item] of Object.entries(value)) {
      const child = fromJson(item, depth - 1, budget)
      if (child === undefined) return undefined
      entries.push({ ...NOWHERE, key, value: child })
    }
    return { ...NOWHERE, kind: 'map', entries }
  }
  const scalar = value as string | number | boolean | null // the two branches above took lists and objects
  return { ...NOWHERE, kind: 'scalar', value: scalar, text: String(scalar) }
}

/** The entry of a map, or undefined where it is absent or null, which mean the same. */
export function entryOf(written: Written | undefined, key: string): Entry | undefined {
  if (written?.kind !== 'map') return undefined
  const entry = written.entries.find((one) => one.key === key)
  return entry === undefined || isNull(entry.value) ? undefined : entry
}

export function isNull(written: Written): boolean {
  return written.kind === 'scalar' && written.value === null
}

/** Where the value at `path` stands, or the nearest thing around it that is there. */
export function placeOf(root: Written, path: JsonPath): Place {
  let here = root
  for (const step of path) {
    const next =
      here.kind === 'list' && typeof step === 'number' ? here.items[step] : entryOf(here, String(step))?.value
    if (next === undefined) break
    here = next
  }
  return { line: here.line, column: here.column }
}
