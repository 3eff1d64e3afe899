import {
  formatObjectKey,
  formatPath,
  type JsonPath,
  type JsonValue,
  type ObjectKey,
  sameObject,
  valueAt,
} from '../domain/index.ts'
import { diffLeaves, type LeafChange, samePath, startsWith } from './diff.ts'
import { sameValue, type ValueKind } from './fields.ts'
import type { RenderedObject } from './target.ts'

/** A leaf of a rendered object that differs; the manifests are those of before and after. */
export type ObjectChange = { readonly key: ObjectKey; readonly change: LeafChange; readonly shown: string }

/** A leaf that an edit is meant to change, and nothing else. */
export type Meant = {
  readonly key: ObjectKey
  readonly path: JsonPath
  readonly kind: ValueKind
  readonly value: string
}

const NAMED_LISTS = new Set(['containers', 'initContainers', 'volumes', 'env', 'volumeMounts', 'volumeClaimTemplates'])

/** `spec.template.spec.containers[app].image`: list positions as names where the elements have one. */
export function readablePath(manifest: JsonValue | undefined, path: JsonPath): string {
  const named = path.map((step, index) => {
    const list = path[index - 1]
    if (typeof step !== 'number' || typeof list !== 'string' || !NAMED_LISTS.has(list)) return step
    const element = valueAt(manifest, path.slice(0, index + 1))
    const name = valueAt(element, ['name']) ?? valueAt(element, ['metadata', 'name'])
    return typeof name === 'string' ? { name } : step
  })
  let text = ''
  for (const step of named) text += typeof step === 'object' ? `[${step.name}]` : joined(text, formatPath([step]))
  return text
}

function joined(before: string, step: string): string {
  return before === '' || step.startsWith('[') ? step : `.${step}`
}

type Indexed = ReadonlyMap<string, RenderedObject>

const indexes = new WeakMap<readonly RenderedObject[], Indexed>()

/** By key; kept as long as the render, which is compared with several others. */
function byKey(objects: readonly RenderedObject[]): Indexed {
  const known = indexes.get(objects)
  if (known !== undefined) return known
  const index = new Map(objects.map((object) => [formatObjectKey(object.key), object]))
  indexes.set(objects, index)
  return index
}

function changesOf(old: RenderedObject | undefined, now: RenderedObject | undefined): readonly ObjectChange[] {
  const object = now ?? old
  if (object === undefined || old?.manifest === now?.manifest) return []
  return diffLeaves(old?.manifest, now?.manifest).map((change) => ({
    key: object.key,
    change,
    shown: readablePath(object.manifest, change.path),
  }))
}

/** Every leaf that differs between two renders, object by object. */
export function compareRenders(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
): readonly ObjectChange[] {
  const [from, to] = [byKey(before), byKey(after)]
  const changes: ObjectChange[] = []
  for (const [name, old] of from) changes.push(...changesOf(old, to.get(name)))
  for (const [name, now] of to) if (!from.has(name)) changes.push(...changesOf(undefined, now))
  return changes
}

function isMeant({ key, change }: ObjectChange, meant: Meant): boolean {
  if (!sameObject(key, meant.key) || !samePath(change.path, meant.path)) return false
  if (meant.kind === 'integer' && typeof change.after !== 'number') return false
  return sameValue(meant.kind, change.after, meant.value)
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** `resources: {}` stops being an empty map when a limit comes into it: that is the same change. */
function isFilled({ key, change }: ObjectChange, meant: Meant): boolean {
  if (!sameObject(key, meant.key) || change.after !== undefined || !isEmpty(change.before)) return false
  return startsWith(meant.path, change.path) && change.path.length < meant.path.length
}

export type Judgement = {
  /** Changes that were meant, as they are shown. */
  readonly done: readonly ObjectChange[]
  /** Leaves that were meant and did not change so. */
  readonly missing: readonly Meant[]
  /** Changes that nobody meant. */
  readonly extra: readonly ObjectChange[]
}

export function judge(changes: readonly ObjectChange[], meant: readonly Meant[]): Judgement {
  return {
    done: changes.filter((change) => meant.some((one) => isMeant(change, one))),
    missing: meant.filter((one) => !changes.some((change) => isMeant(change, one))),
    extra: changes.filter((change) => !meant.some((one) => isMeant(change, one) || isFilled(change, one))),
  }
}

/** Leaves that two renders of one state give differently: certificates, passwords, times. They say nothing about an edit. */
export function withoutNoise(
  changes: readonly ObjectChange[],
  noise: readonly ObjectChange[],
): readonly ObjectChange[] {
  const renamed = new Set(appeared(noise).values())
  const same = [...appeared(changes)].flatMap(([name, content]) => (renamed.has(content) ? [name] : []))
  return changes.filter(
    ({ key, change }) =>
      !same.includes(formatObjectKey(key)) &&
      !noise.some((other) => sameObject(other.key, key) && samePath(other.change.path, change.path)),
  )
}

/**
 * Objects that are new, by name, with what they say apart from it: of an object whose name is drawn anew in each render, two renders
 * give two names and one content.
 */
function appeared(changes: readonly ObjectChange[]): ReadonlyMap<string, string> {
  const found = new Map<string, string[]>()
  const fresh = new Set(
    changes.flatMap(({ key, change: { path, before } }) =>
      before === undefined && path.length === 1 && path[0] === 'kind' ? [formatObjectKey(key)] : [],
    ),
  )
  for (const { key, change } of changes) {
    const name = formatObjectKey(key)
    if (!fresh.has(name)) continue
    const leaf = JSON.stringify([change.path, change.after]).replaceAll(key.name, '')
    found.set(name, [...(found.get(name) ?? [`${key.group} ${key.kind} ${key.namespace}`]), leaf])
  }
  return new Map([...found].map(([name, leaves]) => [name, leaves.join('\n')]))
}

/** `apps/Deployment shop/cart spec.replicas`, at most five of them. Paths only: values may be secret. */
export function listChanges(changes: readonly ObjectChange[]): string {
  const shown = changes.slice(0, 5).map(({ key, shown: path }) => `${formatObjectKey(key)} ${path}`)
  const more = changes.length > 5 ? ` and ${changes.length - 5} more` : ''
  return shown.join('; ') + more
}
