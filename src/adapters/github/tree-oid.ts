import { createHash } from 'node:crypto'
import type { ApiListing } from './api.ts'

type Leaf = { readonly mode: string; readonly oid: string }
type Folder = Map<string, Leaf | Folder>

/** Blobs that are put in, by path; their modes stay those of the listing, and are 100644 where they are new. */
export type Blobs = ReadonlyMap<string, string>

function foldersOf(leaves: Iterable<readonly [string, Leaf]>): Folder {
  const root: Folder = new Map()
  for (const [path, leaf] of leaves) {
    const parts = path.split('/')
    const name = parts.pop() ?? ''
    let at = root
    for (const part of parts) {
      const next = at.get(part)
      const folder: Folder = next instanceof Map ? next : new Map()
      if (folder !== next) at.set(part, folder)
      at = folder
    }
    at.set(name, leaf)
  }
  return root
}

function oidOf(folder: Folder): string {
  const rows = [...folder].map(([name, entry]) =>
    entry instanceof Map
      ? { key: Buffer.from(`${name}/`), head: `40000 ${name}\0`, oid: oidOf(entry) }
      : { key: Buffer.from(name), head: `${entry.mode.replace(/^0/, '')} ${name}\0`, oid: entry.oid },
  )
  rows.sort((a, b) => Buffer.compare(a.key, b.key))
  const content = Buffer.concat(rows.flatMap(({ head, oid }) => [Buffer.from(head), Buffer.from(oid, 'hex')]))
  return createHash('sha1').update(`tree ${content.byteLength}\0`).update(content).digest('hex')
}

/** Id that Git gives the tree of these leaves with the blobs put in. */
export function treeOid(entries: ApiListing['entries'], blobs: Blobs = new Map()): string {
  const leaves = new Map<string, Leaf>(entries.map(({ path, mode, oid }) => [path, { mode, oid }]))
  for (const [path, oid] of blobs) leaves.set(path, { mode: leaves.get(path)?.mode ?? '100644', oid })
  return oidOf(foldersOf(leaves))
}
