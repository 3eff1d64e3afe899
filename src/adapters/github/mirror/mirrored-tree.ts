import { KintsugiError, type Tree } from '../../../domain/index.ts'
import type { ApiListing } from '../api.ts'

type Entry = ApiListing['entries'][number]

export function isRegular({ mode }: { readonly mode: string }): boolean {
  return mode === '100644' || mode === '100755'
}

/**
 * What Git makes a tree of: a relative path without `.`, `..` or `.git`. Any other sign may stand in a name, a backslash too (units of systemd have
 * them); what is written, or put onto a disk, is held to more.
 */
export function isTreePath(path: string): boolean {
  if (path === '' || path.length > 4096 || path.includes('\0')) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
}

/** A tree from its listing and the blobs that were read ahead. What is too large is listed; asking for its bytes throws KIN-1002. */
export function mirroredTree(listing: ApiListing, blobs: ReadonlyMap<string, Uint8Array>): Tree {
  const entries = new Map<string, Entry>(listing.entries.map((entry) => [entry.path, entry]))
  const paths = [...entries.values()]
    .filter(isRegular)
    .map(({ path }) => path)
    .sort(byCodePoint)
  const specials = [...entries.values()].filter((entry) => !isRegular(entry)).map(({ path }) => path)
  const file = (path: string): Entry | undefined => {
    const entry = entries.get(path)
    return entry !== undefined && isRegular(entry) ? entry : undefined
  }
  return {
    oid: listing.tree,
    paths: () => paths,
    bytes(path) {
      const entry = file(path)
      if (entry === undefined) return undefined
      const content = blobs.get(entry.oid)
      if (content !== undefined) return content
      throw new KintsugiError(
        'KIN-1002',
        `${path} cannot be read: it has more than 1 MB, its tree more than 256 MB, or GitHub leaves too much out of archives`,
      )
    },
    blob: (path) => file(path)?.oid,
    special(path) {
      const mode = entries.get(path)?.mode
      if (mode === '120000') return 'symlink'
      return mode === '160000' ? 'submodule' : undefined
    },
    specials: () => specials,
    link(path) {
      const entry = entries.get(path)
      const content = entry?.mode === '120000' ? blobs.get(entry.oid) : undefined
      return content === undefined ? undefined : new TextDecoder().decode(content)
    },
  }
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}
