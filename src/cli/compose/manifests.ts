import { isJsonObject, KintsugiError, type Manifest, type Tree } from '../../domain/index.ts'
import { readYaml } from '../../source/index.ts'

/** Objects of a YAML file, Lists unpacked; none where the file is not YAML, as templates are not. */
export function manifestsIn(bytes: Uint8Array, file: string): readonly Manifest[] {
  const read = readYaml(bytes, file)
  if (!read.read) return []
  return read.documents.flatMap(({ value }) => {
    if (!isJsonObject(value)) return []
    const { items } = value
    return value['kind'] === 'List' && Array.isArray(items) ? items.filter(isJsonObject) : [value]
  })
}

/** The same of a file in a tree; none too where the tree lists the file and does not read it, being too large. */
export function manifestsAt(tree: Tree, path: string): readonly Manifest[] {
  try {
    return manifestsIn(tree.bytes(path) ?? new Uint8Array(), path)
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002') return []
    throw error
  }
}
