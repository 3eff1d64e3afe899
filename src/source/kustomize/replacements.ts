import { isJsonObject, type JsonValue } from '../../domain/index.ts'
import { plainScalar } from '../yaml/index.ts'
import { copyOf, type Draft, type DraftMap, isMap, isNull, isScalar, mayGrow, own, setShared, textOf } from './draft.ts'
import { itemSlot, pathSteps, type Slot } from './field-spec.ts'
import type { Files } from './files.ts'
import type { Kustomization } from './kustomization.ts'
import { matchesSelector, parseSelector } from './label-selector.ts'
import { compilePattern } from './pattern.ts'
import { broken, tooLarge } from './refusal.ts'
import { anyIds, effectiveNamespace, type Id, isOf, metadataTexts, type Resource } from './resource.ts'
import { Written } from './written.ts'

const SELECT_FIELDS = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector']

/** `replacements`: copies a field of one object into fields of others, in order; an entry may stand in a file of its own. */
export function applyReplacements(list: readonly Resource[], kustomization: Kustomization, files: Files): void {
  for (const entry of kustomization.fields.get('replacements').items()) {
    const path = entry.get('path')
    const all = path.filled ? inFile(path, kustomization.dir, files) : [entry]
    for (const one of all) apply(list, one)
  }
}

function inFile(path: Written, dir: string, files: Files): readonly Written[] {
  const { path: full, file } = files.parsed(dir, path.text(), 'replacement', path.at, 'settings')
  const value: JsonValue = file.documents.find((one) => !one.empty)?.value ?? null
  const written = new Written(value, [], { file: full, lineOf: () => file.documents[0]?.line ?? 1 })
  if (Array.isArray(value)) return written.items()
  if (!isJsonObject(value)) throw broken(`${full}:1: a replacement is a map or a list`)
  return [written]
}

function apply(list: readonly Resource[], entry: Written): void {
  const source = entry.get('source')
  if (!source.present || !entry.get('targets').present)
    throw broken(`${entry.at}: a replacement needs a source and targets`)
  const value = sourceValue(list, source)
  for (const target of entry.get('targets').items()) applyTo(list, value, target)
}

function sourceValue(list: readonly Resource[], source: Written): Draft {
  const found = list.filter((resource) => anyIds(resource).some((id) => isSelected(id, source)))
  const [only] = found
  if (only === undefined || found.length > 1) {
    throw broken(`${source.at}: the source is ${found.length === 0 ? 'nowhere' : 'more than one object'}`)
  }
  const path = source.get('fieldPath').text() || 'metadata.name'
  const value = lookUp(only.object, splitPath(path))
  if (isNull(value) || value === undefined || (isMap(value) && Object.keys(value).length === 0)) {
    throw broken(`${source.at}: the source has no ${path}`)
  }
  const delimiter = source.get('options').get('delimiter').text()
  if (delimiter === '') return value
  if (!isScalar(value)) throw broken(`${source.at}: only a plain value can be split`)
  const part = textOf(value).split(delimiter)[source.get('options').get('index').integer()]
  if (part === undefined) throw broken(`${source.at}: ${path} has no part of that index`)
  return part
}

function isSelected(id: Id, selector: Written): boolean {
  const name = selector.get('name').text()
  const namespace = selector.get('namespace').text()
  return (
    (name === '' || name === id.name) &&
    (namespace === '' || effectiveNamespace(namespace) === id.namespace) &&
    isOf(id, {
      group: selector.get('group').text(),
      version: selector.get('version').text(),
      kind: selector.get('kind').text(),
    })
  )
}

function lookUp(object: DraftMap, path: readonly string[]): Draft | undefined {
  let here: Draft | undefined = object
  for (const step of path) {
    if (Array.isArray(here)) here = elementAt(here, step)
    else here = isMap(here) ? own(here, step) : undefined
    if (isNull(here)) return undefined
  }
  return here
}

function elementAt(list: readonly Draft[], step: string): Draft | undefined {
  if (/^\d+$/.test(step)) return list[Number(step)]
  if (step === '-') return list.at(-1)
  const condition = conditionOf(step)
  if (condition === undefined) return undefined
  return list.find((item) =>
    condition.field === ''
      ? isScalar(item) && textOf(item) === condition.value
      : isMap(item) && textOf(own(item, condition.field)) === condition.value,
  )
}

function conditionOf(step: string): { readonly field: string; readonly value: string } | undefined {
  if (!step.startsWith('[') || !step.endsWith(']')) return undefined
  const equals = step.indexOf('=')
  return equals < 0 ? undefined : { field: step.slice(1, equals), value: step.slice(equals + 1, -1) }
}

/** Splits at dots; `[a.b/c]` is one step, and keeps its brackets when it is a condition such as `[name=cart]`. */
export function splitPath(path: string): readonly string[] {
  const parts = pathSteps(path, '.')
  const steps: string[] = []
  for (let index = 0; index < parts.length; index += 1) {
    let part = parts[index] ?? ''
    if (!part.startsWith('[') || part.endsWith(']')) {
      steps.push(part)
      continue
    }
    while (index < parts.length - 1 && !part.endsWith(']')) {
      index += 1
      part = `${part}.${parts[index] ?? ''}`
    }
    steps.push(part.includes('=') ? part : part.replace(/^\[+|\]+$/g, ''))
  }
  return steps
}

function applyTo(list: readonly Resource[], value: Draft, target: Written): void {
  const selector = target.get('select')
  if (!selector.present) throw broken(`${target.at}: a target needs select`)
  selector.only(SELECT_FIELDS)
  const paths = target.get('fieldPaths').texts()
  const wanted = paths.length > 0 ? paths.map(({ text }) => text) : ['metadata.name']
  for (const resource of list) {
    if (!hasLabels(resource, selector) || isRejected(resource, target)) continue
    if (!anyIds(resource).some((id) => isSelected(id, selector))) continue
    for (const path of wanted) copyTo(resource, value, path, target)
  }
}

function hasLabels({ object }: Resource, selector: Written): boolean {
  return (
    matchesSelector(parseSelector(selector.get('labelSelector')), metadataTexts(object, 'labels')) &&
    matchesSelector(parseSelector(selector.get('annotationSelector')), metadataTexts(object, 'annotations'))
  )
}

function isRejected(resource: Resource, target: Written): boolean {
  return target
    .get('reject')
    .items()
    .some((reject) => {
      const byLabels = reject.get('labelSelector').filled || reject.get('annotationSelector').filled
      const byId = ['group', 'version', 'kind', 'name', 'namespace'].some((field) => reject.get(field).filled)
      return (
        (byLabels && hasLabels(resource, reject)) || (byId && anyIds(resource).some((id) => isSelected(id, reject)))
      )
    })
}

function copyTo(resource: Resource, value: Draft, path: string, target: Written): void {
  const options = target.get('options')
  const create = options.get('create').flag()
  const slots: Made[] = []
  const root: Made = { value: resource.object, set: () => undefined, fresh: false }
  collect(root, splitPath(path), { create, leaf: value, at: target.at, into: slots })
  if (slots.length === 0) throw broken(`${target.at}: the target has no ${path}`)
  for (const slot of slots) {
    if (!mayGrow(resource.object, value)) throw tooLarge(`${target.at}: the copies make the object too large`)
    setSlot(slot, value, options)
    resource.copies.push({ path, at: target.at })
  }
}

/** A place of the target; `fresh` when it was made for this replacement. */
type Made = Slot & { readonly fresh: boolean }
type Collecting = { readonly create: boolean; readonly leaf: Draft; readonly at: string; readonly into: Made[] }

function collect(slot: Made, path: readonly string[], work: Collecting): void {
  const [step, ...rest] = path
  if (step === undefined) {
    work.into.push(slot)
    return
  }
  const here = slot.value
  if (Array.isArray(here)) collectItems(here, step, rest, work)
  else if (isMap(here)) collectField(here, step, rest, work)
}

function collectField(map: DraftMap, step: string, rest: readonly string[], work: Collecting): void {
  const fresh = own(map, step) === undefined
  if (fresh) {
    if (!work.create) return
    map[step] = emptyFor(rest[0], work.leaf)
  }
  const set = (item: Draft): void => {
    if (isScalar(item)) setShared(map, step, item)
    else map[step] = item
  }
  collect({ value: own(map, step), set, fresh }, rest, work)
}

/** What has to stand where the next step leads on: a list for a position or condition, else a map; at the end the kind of the value. */
function emptyFor(next: string | undefined, leaf: Draft): Draft {
  if (next === undefined) return Array.isArray(leaf) ? [] : isMap(leaf) ? {} : ''
  return /^\d+$/.test(next) || next === '-' || conditionOf(next) !== undefined ? [] : {}
}

function collectItems(list: Draft[], step: string, rest: readonly string[], work: Collecting): void {
  if (/^\d+$/.test(step)) {
    collectIndex(list, Number(step), rest, work)
    return
  }
  if (step === '*') {
    for (const index of list.keys()) collect({ ...itemSlot(list, index), fresh: false }, rest, work)
    return
  }
  const condition = conditionOf(step)
  if (condition === undefined) throw broken(`${work.at}: ${step} can't be found in a list`)
  const pattern = compilePattern(condition.value)
  if (pattern === undefined) throw broken(`${work.at}: ${step} is not a condition that is read here`)
  const { field } = condition
  const fits = (item: Draft): boolean => {
    const value = field === '' ? item : isMap(item) ? own(item, field) : undefined
    return isScalar(value) && pattern.found(textOf(value))
  }
  if (work.create && !list.some(fits)) list.push(field === '' ? condition.value : { [field]: condition.value })
  for (const [index, item] of list.entries())
    if (fits(item)) collect({ ...itemSlot(list, index), fresh: false }, rest, work)
}

function collectIndex(list: Draft[], index: number, rest: readonly string[], work: Collecting): void {
  const fresh = index === list.length && work.create
  if (fresh) list.push(emptyFor(rest[0], work.leaf))
  if (index >= list.length) throw broken(`${work.at}: the list has ${list.length} elements, and none at ${index}`)
  collect({ ...itemSlot(list, index), fresh }, rest, work)
}

function setSlot(slot: Made, value: Draft, options: Written): void {
  const delimiter = options.get('delimiter').text()
  const there = slot.value
  const text = delimiter === '' ? textOf(value) : withPart(slot, textOf(value), delimiter, options)
  if (isNull(there) && !slot.fresh && isScalar(value)) throw broken(`${options.at}: a null stands at the target`)
  if (!isScalar(there) && !isNull(there)) slot.set(copyOf(value))
  else if (!isScalar(value)) slot.set(slot.fresh || isNull(there) ? copyOf(value) : '')
  else if (slot.fresh) slot.set(plainScalar(text))
  else slot.set(typeof there === 'string' ? text : plainScalar(text))
}

/** The text with one part replaced; a part before the first is added in front, one after the last behind. */
function withPart({ value }: Made, part: string, delimiter: string, options: Written): string {
  if (!isScalar(value)) throw broken(`${options.at}: only a plain value can be split`)
  const index = options.get('index').integer()
  const parts = textOf(value).split(delimiter)
  if (index < 0) return [part, ...parts].join(delimiter)
  if (index >= parts.length) return [...parts, part].join(delimiter)
  return parts.map((old, at) => (at === index ? part : old)).join(delimiter)
}
