import { plainScalar } from '../yaml/index.ts'
import { BLANK, copyOf, type Draft, type DraftMap, isMap, isNull, isScalar, own, setShared, textOf } from './draft.ts'
import { type Shape, shapeOf } from './kinds.ts'
import { broken } from './refusal.ts'

/**
 * A strategic merge as kustomize does it, which differs from the API server's: patched and added list elements come first, in the
 * order of the patch; a custom resource's lists are replaced; `$patch: replace` on an element leaves the element as it was; a field
 * written as nothing (`key:`) is dropped wherever the walk passes. Returns undefined when the patch deletes the whole object.
 * `dest` is changed, `patch` is not; `at` says where the patch is written. Throws a Refusal when the two differ in kind at some field.
 */
export function strategicMerge(dest: DraftMap, patch: DraftMap, at: string): DraftMap | undefined {
  const merged = walk(dest, copyOf(patch), undefined, `${at}: `)
  return isMap(merged) ? merged : undefined
}

/** A spelled-out null of the target that the patch does not touch: it stays, where a null of the patch removes. */
const KEPT_NULL = Symbol('kept null')
type Walked = Draft | undefined | typeof KEPT_NULL

/** How one field or element is walked: the shape of a value, or the keys of a list that is merged. */
type Place = { readonly shape: Shape | undefined; readonly keys: readonly string[] | undefined }

const NOWHERE: Place = { shape: undefined, keys: undefined }

function walk(dest: Draft | undefined, patch: Draft | undefined, at: Place | undefined, path: string): Walked {
  const first = isNull(dest) ? patch : dest
  if (Array.isArray(first)) {
    if (mixed(dest, Array.isArray) || mixed(patch, Array.isArray)) throw differs(path)
    return walkList(dest, patch, at ?? NOWHERE, path)
  }
  if (isMap(first) || isNull(first)) {
    if (mixed(dest, isMap) || mixed(patch, isMap)) throw differs(path)
    return walkMap(dest, patch, at?.shape ?? shapeByContent(dest, patch), path)
  }
  if (mixed(dest, isPlain) || mixed(patch, isPlain)) throw differs(path)
  return mergeScalars(dest, patch)
}

/**
 * Kustomize keeps the quotes of the target, so a number set over `"1"` is text. Whether other texts were quoted is not known here;
 * they count as plain.
 */
function mergeScalars(dest: Draft | undefined, patch: Draft | undefined): Draft | undefined {
  if (patch === undefined) return dest
  const isQuoted = typeof dest === 'string' && plainScalar(dest) !== dest
  return isQuoted && isScalar(patch) ? textOf(patch) : patch
}

function isPlain(value: Draft): boolean {
  return typeof value !== 'object'
}

function mixed(value: Draft | undefined, isSame: (value: Draft) => boolean): boolean {
  return value !== undefined && !isNull(value) && !isSame(value)
}

function differs(path: string): Error {
  return broken(`${path} is of another kind in the patch than in the object`)
}

/** A nested object that names its own kind is merged as that kind, such as a template within a custom resource. */
function shapeByContent(...values: readonly (Draft | undefined)[]): Shape | undefined {
  for (const value of values) {
    if (!isMap(value)) continue
    const shape = shapeOf(textOf(own(value, 'apiVersion')), textOf(own(value, 'kind')))
    if (shape !== undefined) return shape
  }
  return undefined
}

type Directive = 'merge' | 'replace' | 'delete'

function directiveOf(value: Draft): Directive {
  const text = textOf(value)
  if (text === 'merge' || text === 'replace' || text === 'delete') return text
  throw broken(`$patch: ${text} is neither merge, replace nor delete`)
}

/** Reads and removes `$patch` of a map. */
function takeDirective(patch: DraftMap): Directive {
  const value = own(patch, '$patch')
  if (isNull(value)) return 'merge'
  const directive = directiveOf(value ?? null)
  delete patch['$patch']
  return directive
}

function walkMap(dest: Draft | undefined, patch: Draft | undefined, shape: Shape | undefined, path: string): Walked {
  const target = mapTarget(dest, patch)
  if (!isMap(target)) return target
  const from = isMap(patch) ? patch : undefined
  const names = new Set([...Object.keys(target), ...Object.keys(from ?? {})])
  for (const name of [...names].sort()) {
    const value = walk(
      own(target, name),
      from === undefined ? undefined : own(from, name),
      placeOf(shape, name),
      `${path}/${name}`,
    )
    if (value === KEPT_NULL) target[name] = null
    else if (value === undefined || isNull(value)) delete target[name]
    else if (isScalar(value) && value !== own(target, name)) setShared(target, name, value)
    else target[name] = value
  }
  return target
}

/** The map that the fields are merged into, or what stands instead of one. */
function mapTarget(dest: Draft | undefined, patch: Draft | undefined): Walked {
  if (isNull(dest)) {
    if (isMap(patch)) return takeDirective(patch) === 'delete' ? undefined : patch
    if (patch !== undefined) return undefined
    return dest === null ? KEPT_NULL : undefined
  }
  if (patch === undefined) return dest
  if (!isMap(patch)) return undefined
  const directive = takeDirective(patch)
  if (directive === 'delete') return undefined
  return directive === 'replace' ? patch : dest
}

function placeOf(shape: Shape | undefined, name: string): Place | undefined {
  if (shape === undefined) return undefined
  const lists = shape.lists
  const fields = shape.fields
  return {
    shape: fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined,
    keys: lists !== undefined && Object.hasOwn(lists, name) ? lists[name] : undefined,
  }
}

function walkList(dest: Draft | undefined, patch: Draft | undefined, at: Place, path: string): Walked {
  if (at.keys === undefined) return patch === undefined ? dest : patch
  if (isNull(dest) && Array.isArray(patch) && patch.some(isListDirective)) {
    // Real kustomize leaves the directive in the output and drops the rest.
    throw broken(`${path} has a $patch for a list that is not there`)
  }
  const target = listTarget(dest, patch)
  if (!Array.isArray(target)) return target
  return mergeElements(target, Array.isArray(patch) ? patch : undefined, { keys: at.keys, shape: at.shape, path })
}

function listTarget(dest: Draft | undefined, patch: Draft | undefined): Draft | undefined {
  if (isNull(dest)) return patch
  if (patch === undefined) return dest
  if (!Array.isArray(patch)) return undefined
  const directive = takeListDirective(patch)
  if (directive === 'delete') return undefined
  return directive === 'replace' ? patch : dest
}

/** The element `{$patch: ...}` that speaks for the whole list. */
function isListDirective(item: Draft): boolean {
  return isMap(item) && !isNull(own(item, '$patch')) && Object.keys(item).length === 1
}

/** Reads and removes the element `{$patch: ...}` that speaks for the whole list. */
function takeListDirective(patch: Draft[]): Directive {
  const index = patch.findIndex((item) => isMap(item) && !isNull(own(item, '$patch')))
  const item = patch[index]
  if (!isMap(item) || Object.keys(item).length > 1) return 'merge'
  const directive = directiveOf(item['$patch'] ?? null)
  const kept = patch.filter((one) => !isMap(one) || own(one, '$patch') !== directive)
  patch.splice(0, patch.length, ...kept)
  return directive
}

type ListPlace = { readonly keys: readonly string[]; readonly shape: Shape | undefined; readonly path: string }

/** Values of the merge keys of one element, '' for a key that it lacks. */
type KeyValues = readonly string[]

function mergeElements(dest: Draft[], patch: Draft[] | undefined, at: ListPlace): Walked {
  if (at.keys.length === 0) return mergePlain(dest, patch ?? [])
  const values = distinct([...(patch ?? []), ...dest].map((item) => at.keys.map((key) => keyText(item, key))))
  const wanted = at.keys.length > 1 ? unifyValues(values) : values
  if (wanted.length === 0) return dest
  const usable = usableKeys(wanted, at.keys)
  const first: Draft[] = []
  for (const one of wanted) {
    const match = at.keys.flatMap((key, index): KeyMatch[] =>
      usable.includes(key) ? [{ key, value: one[index] ?? '' }] : [],
    )
    mergeElement(dest, patch, match, first, at)
  }
  return appendRest(first, dest, usable)
}

type KeyMatch = { readonly key: string; readonly value: string }

function mergeElement(
  dest: Draft[],
  patch: Draft[] | undefined,
  match: readonly KeyMatch[],
  into: Draft[],
  at: ListPlace,
): void {
  const present = match.some((one) => one.value !== '') ? match.filter((one) => one.value !== '') : match
  const place: Place = { shape: at.shape, keys: undefined }
  const value = walk(findElement(dest, present), findElement(patch, present), place, at.path)
  if (value === KEPT_NULL || isNull(value) || (isMap(value) && Object.keys(value).length === 0)) {
    replaceElements(dest, (item) => matchesAll(item, match), undefined)
    return
  }
  if (isMap(value))
    for (const { key, value: text } of match) if (own(value, key) === undefined && text !== '') value[key] = text
  if (replaceElements(into, (item) => matchesAll(item, match), value) === 0) into.push(value)
}

function keyText(item: Draft, key: string): string {
  const value = isMap(item) ? own(item, key) : undefined
  return isNull(value) ? '' : textOf(value)
}

function distinct(values: readonly KeyValues[]): KeyValues[] {
  const seen = new Map(values.map((one) => [JSON.stringify(one), one]))
  return [...seen.values()]
}

/**
 * Elements whose keys agree where both have them count as one: a port without a protocol is the port with one. Distinct results only.
 */
function unifyValues(values: KeyValues[]): readonly KeyValues[] {
  const unified = [...values]
  for (let i = 0; i < unified.length; i += 1) {
    for (let j = 0; j < unified.length; j += 1) {
      const both = agree(unified[i] ?? [], unified[j] ?? [])
      if (both === undefined) continue
      unified[i] = both
      unified[j] = both
    }
  }
  return unified
}

function agree(a: KeyValues, b: KeyValues): KeyValues | undefined {
  let common = false
  const both: string[] = []
  for (let index = 0; index < a.length; index += 1) {
    const x = a[index] ?? ''
    const y = b[index] ?? ''
    if (x === y) common = true
    else if (x !== '' && y !== '') return undefined
    both.push(x === '' ? y : x)
  }
  return common ? both : undefined
}

/** The keys that any element has; all of them when none has any. */
function usableKeys(values: readonly KeyValues[], keys: readonly string[]): readonly string[] {
  const usable = keys.filter((_, index) => values.some((one) => (one[index] ?? '') !== ''))
  return usable.length === 0 ? keys : usable
}

function matchesAll(item: Draft, match: readonly KeyMatch[]): boolean {
  if (!isMap(item)) return false
  return match.every(({ key, value }) => {
    const there = own(item, key)
    return there !== undefined && (value === '' || textOf(there) === value)
  })
}

function findElement(list: Draft[] | undefined, match: readonly KeyMatch[]): Draft | undefined {
  return list?.find((item) => matchesAll(item, match))
}

/** Puts `value` in place of every match, or takes matches and empty elements out when there is none. Returns how many matched. */
function replaceElements(list: Draft[], isMatch: (item: Draft) => boolean, value: Draft | undefined): number {
  let count = 0
  const kept = list.flatMap((item) => {
    if (isNull(item) || (isMap(item) && Object.keys(item).length === 0)) return []
    if (!isMatch(item)) return [item]
    count += 1
    return value === undefined ? [] : [value]
  })
  list.splice(0, list.length, ...kept)
  return count
}

/** What the target had comes after what the patch had; an element that both have keeps the place from the patch. */
function appendRest(list: Draft[], dest: readonly Draft[], keys: readonly string[]): Draft[] {
  for (const item of dest) {
    const match = keys.flatMap((key): KeyMatch[] => {
      const value = isMap(item) ? own(item, key) : undefined
      return value === undefined ? [] : [{ key, value: textOf(value) }]
    })
    if (match.length < keys.length && keys.length === 1) {
      list.push(item)
      continue
    }
    if (keys.length > 1) {
      replaceElements(list, (one) => matchesAll(one, match), undefined)
      list.push(item)
    } else if (replaceElements(list, (one) => matchesAll(one, match), item) === 0) list.push(item)
  }
  return list
}

/** A list of plain values is a set: those of the patch first, then the others. */
function mergePlain(dest: readonly Draft[], patch: readonly Draft[]): Draft[] {
  const seen = new Map<string, Draft>()
  for (const item of [...patch, ...dest]) if (item !== BLANK && !seen.has(textOf(item))) seen.set(textOf(item), item)
  return [...seen.values()]
}
