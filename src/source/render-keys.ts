import { type Manifest, type ObjectKey, objectKey } from '../domain/index.ts'
import { isNamespaced } from './scope.ts'
import type { RenderedObject } from './target.ts'

function keyOf(manifest: Manifest, namespace: string): ObjectKey | undefined {
  const key = objectKey(manifest)
  if (key === undefined) return undefined
  if (!isNamespaced(key.group, key.kind)) return { ...key, namespace: '' }
  return key.namespace === '' ? { ...key, namespace: namespace } : key
}

/** The objects of one source with their keys, in `namespace` where none is written; what has no name is left out. */
export function keyed(objects: readonly Manifest[], namespace: string, source: number): readonly RenderedObject[] {
  return objects.flatMap((manifest) => {
    const key = keyOf(manifest, namespace)
    return key === undefined ? [] : [{ key, manifest, source }]
  })
}
