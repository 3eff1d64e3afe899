import { blobOid, sha256, type Tree } from '../../domain/index.ts'

/** The tree with these files over it. Nothing is read before it is asked for. */
export function overlayTree(tree: Tree, files: ReadonlyMap<string, Uint8Array>): Tree {
  if (files.size === 0) return tree
  const blobs = new Map([...files].map(([path, content]) => [path, blobOid(content)]))
  let paths: readonly string[] | undefined
  const { specials, link } = tree
  return {
    oid: sha256(JSON.stringify([tree.oid, [...blobs]])),
    paths() {
      paths ??= inOrder([...new Set([...tree.paths(), ...files.keys()])])
      return paths
    },
    bytes: (path) => files.get(path) ?? tree.bytes(path),
    blob: (path) => blobs.get(path) ?? tree.blob(path),
    special: (path) => (files.has(path) ? undefined : tree.special(path)),
    ...(link === undefined ? {} : { link: (path: string) => (files.has(path) ? undefined : tree.link?.(path)) }),
    ...(specials === undefined ? {} : { specials: () => (tree.specials?.() ?? []).filter((path) => !files.has(path)) }),
  }
}

/** A tree of these files alone. */
export function treeOfFiles(files: ReadonlyMap<string, Uint8Array>): Tree {
  const nothing: Tree = {
    oid: '',
    paths: () => [],
    bytes: () => undefined,
    blob: () => undefined,
    special: () => undefined,
    specials: () => [],
  }
  return overlayTree(nothing, files)
}

/** Code point order, which is the order of the bytes of UTF-8. */
function inOrder(paths: readonly string[]): readonly string[] {
  const keyed = paths.map((path) => ({ path, bytes: Buffer.from(path) }))
  return keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ path }) => path)
}
