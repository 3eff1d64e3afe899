import { isJsonObject, type Manifest } from '../../domain/index.ts'
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
