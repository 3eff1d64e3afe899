import { createHash } from 'node:crypto'
import type { ApiListing } from './api.ts'

type Leaf = { readonly mode: string; readonly oid: string }

/** A folder of a tree. Its id is computed once, so that another tree costs only the folders in which it differs. */
type Folder = { readonly entries: Map<string, Leaf | Folder>; oid?: string }

/** Every folder of one tree. */
export type Folders = { readonly root: Folder }

/** Blobs that are put in, by path; their modes stay those of the tree, and are 100644 where they are new. */
export type Blobs = ReadonlyMap<string, string>

function isFolder(entry: Leaf | Folder | undefined): entry is Folder {
  return entry !== undefined && 'entries' in entry
}

export function foldersOf(entries: ApiListing['entries']): Folders {
  const root: Folder = { entries: new Map() }
  const known = new Map<string, Folder>([['', root]])
  const folderAt = (path: string): Folder => {
    const found = known.get(path)
    if (found !== undefined) return found
    const made: Folder = { entries: new Map() }
    const slash = path.lastIndexOf('/')
    folderAt(slash < 0 ? '' : path.slice(0, slash)).entries.set(path.slice(slash + 1), made)
    known.set(path, made)
    return made
  }
  for (const { path, mode, oid } of entries) {
    const slash = path.lastIndexOf('/')
    folderAt(slash < 0 ? '' : path.slice(0, slash)).entries.set(path.slice(slash + 1), { mode, oid })
  }
  return { root }
}

/** Git compares names as bytes, folders as if they ended with a slash. Code units sort alike, but for what lies outside of the first plane. */
function inOrder(a: string, b: string): number {
  if (/[\ud800-\uffff]/.test(a) || /[\ud800-\uffff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}

function oidOf(folder: Folder): string {
  if (folder.oid !== undefined) return folder.oid
  const rows = [...folder.entries].map(([name, entry]) => ({ key: isFolder(entry) ? `${name}/` : name, name, entry }))
  rows.sort((a, b) => inOrder(a.key, b.key))
  const parts = rows.map(({ name, entry }) => {
    const head = isFolder(entry) ? `40000 ${name}\0` : `${entry.mode.replace(/^0/, '')} ${name}\0`
    return { head, oid: isFolder(entry) ? oidOf(entry) : entry.oid }
  })
  const size = parts.reduce((sum, { head }) => sum + Buffer.byteLength(head) + 20, 0)
  const content = Buffer.allocUnsafe(size)
  let at = 0
  for (const { head, oid } of parts) {
    at += content.write(head, at)
    at += content.write(oid, at, 'hex')
  }
  folder.oid = createHash('sha1').update(`tree ${size}\0`).update(content).digest('hex')
  return folder.oid
}

function withBlob(folder: Folder, parts: readonly string[], oid: string): Folder {
  const [name = '', ...rest] = parts
  const entries = new Map(folder.entries)
  const there = entries.get(name)
  if (rest.length > 0) entries.set(name, withBlob(isFolder(there) ? there : { entries: new Map() }, rest, oid))
  else entries.set(name, { mode: there !== undefined && !isFolder(there) ? there.mode : '100644', oid })
  return { entries }
}

/** Id that Git gives the tree of these leaves. */
export function treeOid(entries: ApiListing['entries']): string {
  return oidOf(foldersOf(entries).root)
}

/** Id that Git gives the tree with the blobs put in. */
export function oidWith({ root }: Folders, blobs: Blobs = new Map()): string {
  let changed = root
  for (const [path, oid] of blobs) changed = withBlob(changed, path.split('/'), oid)
  return oidOf(changed)
}
