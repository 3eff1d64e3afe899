import { resolve } from 'node:path'
import { type DiskTree, diskTree } from '../../adapters/files/index.ts'
import { KintsugiError, type Tree } from '../../domain/index.ts'
import { repositoryKey } from './repository-key.ts'

/** A folder that stands for a repository. `dir` is absolute. */
export type Checkout = { readonly dir: string; readonly tree: Tree }

/** `key` is that of the repository. */
export type NamedCheckout = Checkout & { readonly key: string; readonly tree: DiskTree }

/** The folders of `--source URL=DIR`. */
export async function namedTrees(given: readonly string[], cwd: string): Promise<readonly NamedCheckout[]> {
  const trees: NamedCheckout[] = []
  for (const one of given) {
    const equals = one.lastIndexOf('=')
    if (equals <= 0 || equals === one.length - 1)
      throw new KintsugiError('KIN-1001', `--source is URL=DIR, and not "${one}".`)
    const key = repositoryKey(one.slice(0, equals))
    if (trees.some((other) => other.key === key))
      throw new KintsugiError('KIN-1001', `--source names ${one.slice(0, equals)} twice.`)
    const dir = resolve(cwd, one.slice(equals + 1))
    trees.push({ key, dir, tree: await diskTree(dir) })
  }
  return trees
}
