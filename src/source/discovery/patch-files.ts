import { isJsonObject, type JsonValue, type Tree } from '../../domain/index.ts'
import { isKustomizationPath } from '../kustomize/index.ts'
import { bytesIfReadable, joinPath, parentPath } from '../tree.ts'
import { readYaml } from '../yaml/index.ts'

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function listed(value: JsonValue, key: string): readonly JsonValue[] {
  const list = isJsonObject(value) ? value[key] : undefined
  return Array.isArray(list) ? list : []
}

/** The files that one kustomization lays over others. */
function patchesOf(tree: Tree, path: string): readonly string[] {
  const read = readYaml(bytesIfReadable(tree, path) ?? new Uint8Array(), path, 'settings')
  const value = read.read ? (read.documents[0]?.value ?? null) : null
  const paths = listed(value, 'patches').map((one) => (isJsonObject(one) ? (one['path'] ?? null) : null))
  return [...paths, ...listed(value, 'patchesStrategicMerge')].flatMap((one) =>
    typeof one === 'string' ? (joinPath(parentPath(path), one) ?? []) : [],
  )
}

/** Of some files those that a kustomization names as a patch: what stands there is a part of an object, and no object of its own. */
export function patchFiles(tree: Tree, among: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set([...among].map(nameOf))
  const decoder = new TextDecoder()
  const found = tree.paths().flatMap((path) => {
    if (!isKustomizationPath(path)) return []
    const text = decoder.decode(bytesIfReadable(tree, path))
    // Few kustomizations have patches of Applications: the others need not be read.
    const mentions =
      text.includes('patch') && (text.match(/[^\s/"'[\],]+\.(?:ya?ml|json)\b/g) ?? []).some((one) => names.has(one))
    return mentions ? patchesOf(tree, path) : []
  })
  return new Set(found.filter((path) => among.has(path)))
}
