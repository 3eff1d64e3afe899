import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** A Kubernetes object as written or rendered. `metadata.name` is always a non-empty string. */
export type Manifest = JsonObject

/** Names one object of one cluster. `group` is empty for the core group; `namespace` is empty when none is written. */
export type ObjectKey = {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** The key of a manifest, or undefined when it lacks apiVersion, kind or name and so is not an object of Kubernetes. */
export function objectKey(manifest: Manifest): ObjectKey | undefined {
  const metadata = manifest['metadata']
  if (!isJsonObject(metadata)) return undefined
  const apiVersion = text(manifest['apiVersion'])
  const kind = text(manifest['kind'])
  const name = text(metadata['name'])
  if (apiVersion === '' || kind === '' || name === '') return undefined
  return { group: groupOf(apiVersion), kind, namespace: text(metadata['namespace']), name }
}

/** `apps/Deployment shop/cart`; the group is left out for the core group, the namespace where there is none. */
export function formatObjectKey(key: ObjectKey): string {
  const kind = key.group === '' ? key.kind : `${key.group}/${key.kind}`
  return key.namespace === '' ? `${kind} ${key.name}` : `${kind} ${key.namespace}/${key.name}`
}

export function sameObject(a: ObjectKey, b: ObjectKey): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
}
