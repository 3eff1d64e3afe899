import type { JsonPath, JsonValue } from '../../domain/index.ts'

/** A null that is written as nothing (`key:`). A strategic merge drops it where it keeps a `null` that is spelled out. */
class Blank {
  readonly blank = true
}

export const BLANK = new Blank()

/** A value while a build works on it. Copied from what was parsed, so that parsed files stay as they were. */
export type Draft = string | number | boolean | null | Blank | Draft[] | DraftMap
export type DraftMap = { [key: string]: Draft }

/** Maps that share one scalar at a key. */
const linked = new WeakMap<DraftMap, Map<string, Set<DraftMap>>>()

/**
 * Says that these maps share what stands at `key`: kustomize puts one node of YAML into all places that it labels in one go, and
 * whoever changes one of them later changes them all.
 */
export function link(maps: readonly DraftMap[], key: string): void {
  const group = new Set(maps)
  for (const map of maps) {
    const keys = linked.get(map) ?? new Map<string, Set<DraftMap>>()
    linked.set(map, keys.set(key, group))
  }
}

export function unlink(map: DraftMap): void {
  linked.delete(map)
}

/** Sets a scalar that is there already, in every map that shares it. */
export function setShared(map: DraftMap, key: string, value: Draft): void {
  map[key] = value
  for (const other of linked.get(map)?.get(key) ?? []) if (Object.hasOwn(other, key)) other[key] = value
}

export function isMap(value: Draft | symbol | undefined): value is DraftMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value !== BLANK
}

export function isNull(value: Draft | symbol | undefined): value is null | Blank | undefined {
  return value === undefined || value === null || value === BLANK
}

export function isScalar(value: Draft | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** What kustomize compares scalars by: their text. Maps and lists have none. */
export function textOf(value: Draft | undefined): string {
  if (value === null) return 'null'
  return isScalar(value) ? String(value) : ''
}

export function own(map: DraftMap, key: string): Draft | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

export function ownMap(map: DraftMap, key: string): DraftMap | undefined {
  const value = own(map, key)
  return isMap(value) ? value : undefined
}

/** The map at `key`, made when there is none or a null. */
export function madeMap(map: DraftMap, key: string): DraftMap {
  const there = ownMap(map, key)
  if (there !== undefined) return there
  const made: DraftMap = {}
  map[key] = made
  return made
}

export function draftOf(value: JsonValue): Draft {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(draftOf)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, draftOf(item)]))
}

/** The draft of a document whose nulls at `blanks` are written as nothing and whose texts at `folded` in the folded style. */
export function draftOfDocument(value: JsonValue, blanks: readonly JsonPath[], folded: readonly JsonPath[]): Draft {
  const draft = draftOf(value)
  if (blanks.some((path) => path.length === 0)) return BLANK
  for (const path of blanks) changeAt(draft, path, () => BLANK)
  for (const path of folded) {
    // Annotations are rewritten as texts before the object is written out.
    if (path[0] === 'metadata' && path[1] === 'annotations') continue
    changeAt(draft, path, (text) => (typeof text === 'string' ? refolded(text) : text))
  }
  return draft
}

/**
 * Kustomize writes an object out once and reads it again. Its writer puts an empty line too many between a line of a folded text and
 * an indented line after it.
 */
function refolded(text: string): string {
  return /^\n*[ \t]/.test(text) ? text : text.replace(/((?:^|\n)[^ \t\n][^\n]*)(\n+)(?=[ \t])/g, '$1\n$2')
}

/** Annotations that are not written as texts: what they are to a reader of YAML. */
const plainAnnotations = new WeakMap<DraftMap, ReadonlyMap<string, { readonly text: string; readonly value: Draft }>>()

/** Annotations are texts to kustomize, as written: `1.10` stays `1.10`. What else they could be is kept for `respellAnnotations`. */
export function useTexts(annotations: DraftMap, texts: Readonly<Record<string, string>>): void {
  const plain = new Map<string, { readonly text: string; readonly value: Draft }>()
  for (const [key, value] of Object.entries(annotations)) {
    const text = Object.hasOwn(texts, key) ? texts[key] : undefined
    if (text === undefined || value === BLANK) continue
    if (typeof value !== 'string') plain.set(key, { text, value })
    // A null stays one, for patches that ask.
    if (value !== null) annotations[key] = text
  }
  if (plain.size > 0) plainAnnotations.set(annotations, plain)
}

/** Puts back what annotations were before they counted as texts, as passing them through JSON does. */
export function respellAnnotations(annotations: DraftMap): void {
  for (const [key, { text, value }] of plainAnnotations.get(annotations) ?? [])
    if (own(annotations, key) === text) annotations[key] = value
  plainAnnotations.delete(annotations)
}

/** The text of an annotation that is a null: as it was written. */
export function nullText(annotations: DraftMap, key: string): string {
  return plainAnnotations.get(annotations)?.get(key)?.text ?? 'null'
}

function changeAt(draft: Draft, path: JsonPath, change: (value: Draft) => Draft): void {
  let here: Draft | undefined = draft
  for (const step of path.slice(0, -1)) here = stepInto(here, step)
  const last = path.at(-1)
  if (last === undefined) return
  if (Array.isArray(here)) here[Number(last)] = change(here[Number(last)] ?? null)
  else if (isMap(here)) here[String(last)] = change(own(here, String(last)) ?? null)
}

function stepInto(here: Draft | undefined, step: string | number): Draft | undefined {
  if (Array.isArray(here)) return here[Number(step)]
  return isMap(here) ? own(here, String(step)) : undefined
}

export function copyOf<T extends Draft>(value: T): T
export function copyOf(value: Draft): Draft {
  if (Array.isArray(value)) return value.map((item) => copyOf(item))
  if (!isMap(value)) return value
  const copy: DraftMap = {}
  for (const key of Object.keys(value)) copy[key] = copyOf(value[key] ?? null)
  return copy
}

/** The finished value: every blank is a plain null. */
export function jsonOfDraft(value: Draft): JsonValue {
  if (value instanceof Blank) return null
  if (Array.isArray(value)) return value.map(jsonOfDraft)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOfDraft(item)]))
}

const grown = new WeakMap<DraftMap, number>()

/** Values that may be copied into one object: a few copies of a thing into itself would otherwise fill any memory. */
const MAX_GROWTH = 50_000

/** Whether `object` may take another copy of `value`, counted over all copies that it was given. */
export function mayGrow(object: DraftMap, value: Draft): boolean {
  let count = grown.get(object) ?? 0
  const open = [value]
  for (let next = open.pop(); next !== undefined && count <= MAX_GROWTH; next = open.pop()) {
    count += 1
    if (Array.isArray(next)) open.push(...next)
    else if (isMap(next)) open.push(...Object.values(next))
  }
  grown.set(object, count)
  return count <= MAX_GROWTH
}
