import { plainScalar } from '../yaml/index.ts'
import { copyOf, type Draft, type DraftMap, isMap, isNull, isScalar, own, setShared, textOf } from './draft.ts'
import { type Shape, shapeOf } from './kinds.ts'
import {
  appendRest,
  findElement,
  type KeyMatch,
  matchesAll,
  mergePlain,
  replaceElements,
  usableKeys,
  wantedKeys,
} from './merge-keys.ts'
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

function mergeElements(dest: Draft[], patch: Draft[] | undefined, at: ListPlace): Walked {
  if (at.keys.length === 0) return mergePlain(dest, patch ?? [])
  const wanted = wantedKeys([...(patch ?? []), ...dest], at.keys)
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
