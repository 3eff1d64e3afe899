import { isJsonObject, type Manifest, type ObjectKey, objectKey, valueAt } from '../domain/index.ts'
import { isNamespaced } from './scope.ts'
import type { RenderedObject } from './target.ts'

/** No name of an object has it. */
const UNNAMED = '*'

/** What the cluster names (`generateName`, as hooks have it) goes by what its name begins with: `migrate-*`. */
function keyOfUnnamed(manifest: Manifest): ObjectKey | undefined {
  const metadata = isJsonObject(manifest['metadata']) ? manifest['metadata'] : {}
  const prefix = valueAt(metadata, ['generateName'])
  const name = `${typeof prefix === 'string' ? prefix : ''}${UNNAMED}`
  return objectKey({ ...manifest, metadata: { ...metadata, name } })
}

function keyOf(manifest: Manifest, namespace: string): ObjectKey | undefined {
  const key = objectKey(manifest) ?? keyOfUnnamed(manifest)
  if (key === undefined) return undefined
  if (!isNamespaced(key.group, key.kind)) return { ...key, namespace: '' }
  return key.namespace === '' ? { ...key, namespace: namespace } : key
}

/**
 * The objects of one source with their keys, in `namespace` where none is written. Objects without a name are counted, so that each is
 * compared with the one in its place: `migrate-*`, `migrate-* 2`. What has no kind is left out.
 */
export function keyed(objects: readonly Manifest[], namespace: string, source: number): readonly RenderedObject[] {
  const counts = new Map<string, number>()
  return objects.flatMap((manifest) => {
    const key = keyOf(manifest, namespace)
    if (key === undefined) return []
    if (!key.name.endsWith(UNNAMED)) return [{ key, manifest, source }]
    const alike = JSON.stringify([source, key.group, key.kind, key.namespace, key.name])
    const count = (counts.get(alike) ?? 0) + 1
    counts.set(alike, count)
    const name = [key.name, ...(source > 0 ? [`of source ${source + 1}`] : []), ...(count > 1 ? [count] : [])].join(' ')
    return [{ key: { ...key, name }, manifest, source }]
  })
}
