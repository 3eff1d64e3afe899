import { groupOf } from '../../domain/index.ts'
import { type DraftMap, isNull, madeMap, own, ownMap, textOf } from './draft.ts'
import { isClusterScoped } from './kinds.ts'

/** An object by what it was called at one time. `namespace` is the effective one: `default` when none is written. */
export type Id = {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** A group, version and kind to select by; what is absent or empty selects all. */
export type Gvk = { readonly group?: string; readonly version?: string; readonly kind?: string }

/** An object while it is built, with what it was called before: references are written in old names. */
export type Resource = {
  object: DraftMap
  readonly before: { readonly name: string; readonly namespace: string; readonly kind: string }[]
  readonly prefixes: string[]
  readonly suffixes: string[]
  hashed: boolean
  /** What replacements wrote into it. */
  readonly copies: Copied[]
}

/** A field as a replacement names it, and where the replacement stands. */
export type Copied = { readonly path: string; readonly at: string }

/** Namespace in the ids of objects that have none by nature. */
export const NO_NAMESPACE = '_non_namespaceable_'

export function newResource(object: DraftMap): Resource {
  return { object, before: [], prefixes: [], suffixes: [], hashed: false, copies: [] }
}

export function kindOf(object: DraftMap): string {
  return textOf(own(object, 'kind'))
}

export function apiVersionOf(object: DraftMap): string {
  return textOf(own(object, 'apiVersion'))
}

export function nameOf(object: DraftMap): string {
  return textOf(ownMap(object, 'metadata')?.['name'])
}

export function namespaceOf(object: DraftMap): string {
  const metadata = ownMap(object, 'metadata')
  const namespace = metadata === undefined ? undefined : own(metadata, 'namespace')
  return isNull(namespace) ? '' : textOf(namespace)
}

export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

export function currentId({ object }: Resource): Id {
  const apiVersion = apiVersionOf(object)
  const kind = kindOf(object)
  return {
    group: groupOf(apiVersion),
    version: versionOf(apiVersion),
    kind,
    name: nameOf(object),
    namespace: isClusterScoped(apiVersion, kind) ? NO_NAMESPACE : effectiveNamespace(namespaceOf(object)),
  }
}

export function effectiveNamespace(namespace: string): string {
  return namespace === '' ? 'default' : namespace
}

/** Earlier ids, oldest first; group and version are those of now. */
export function previousIds(resource: Resource): readonly Id[] {
  if (resource.before.length === 0) return []
  const apiVersion = apiVersionOf(resource.object)
  return resource.before.map((one) => ({ ...one, group: groupOf(apiVersion), version: versionOf(apiVersion) }))
}

export function originalId(resource: Resource): Id {
  return previousIds(resource)[0] ?? currentId(resource)
}

export function anyIds(resource: Resource): readonly Id[] {
  return [...previousIds(resource), currentId(resource)]
}

export function rememberId(resource: Resource): void {
  const { name, namespace, kind } = currentId(resource)
  resource.before.push({ name, namespace, kind })
}

export function sameId(a: Id, b: Id): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.kind === b.kind &&
    a.group === b.group &&
    a.version === b.version
  )
}

export function formatId(id: Id): string {
  const kind = id.group === '' ? id.kind : `${id.group}/${id.kind}`
  return id.namespace === NO_NAMESPACE ? `${kind} ${id.name}` : `${kind} ${id.namespace}/${id.name}`
}

/** A text that two ids share only when they are the same. */
export function idKey(id: Id): string {
  return JSON.stringify([id.group, id.version, id.kind, id.namespace, id.name])
}

export function isOf(
  id: { readonly group: string; readonly version: string; readonly kind: string },
  gvk: Gvk,
): boolean {
  return matches(gvk.group, id.group) && matches(gvk.version, id.version) && matches(gvk.kind, id.kind)
}

function matches(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === '' || wanted === value
}

export function setName(resource: Resource, name: string): void {
  madeMap(resource.object, 'metadata')['name'] = name
}

/** `labels` or `annotations` as the texts that kustomize reads in them. */
export function metadataTexts(object: DraftMap, field: 'labels' | 'annotations'): Record<string, string> {
  const metadata = ownMap(object, 'metadata')
  const map = metadata === undefined ? undefined : ownMap(metadata, field)
  return map === undefined ? {} : Object.fromEntries(Object.entries(map).map(([key, value]) => [key, textOf(value)]))
}

/** Writes `labels` or `annotations` back as texts; an empty map removes the field. */
export function setMetadataTexts(
  object: DraftMap,
  field: 'labels' | 'annotations',
  texts: Readonly<Record<string, string>>,
): void {
  const metadata = madeMap(object, 'metadata')
  if (Object.keys(texts).length === 0) delete metadata[field]
  else metadata[field] = { ...texts }
}
