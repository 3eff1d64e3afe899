import { KintsugiError, type Tree } from '../domain/index.ts'
import { readYaml, type YamlRead } from './yaml/index.ts'

/** Reads a file of a tree; one that is not there is empty, and one that the tree lists and does not read is `input-too-large`. */
export function readYamlFile(tree: Tree, path: string, dialect?: 'settings'): YamlRead {
  try {
    return readYaml(tree.bytes(path) ?? new Uint8Array(), path, dialect)
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002')
      return { read: false, reason: 'input-too-large', message: error.message }
    throw error
  }
}
