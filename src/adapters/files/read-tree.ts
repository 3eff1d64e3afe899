import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs'
import { join } from 'node:path'
import { blobOid, digestOf, KintsugiError, sha256, type Tree } from '../../domain/index.ts'

export type TreeLimits = {
  /** Files, links and submodules together. */
  readonly entries: number
  /** Bytes of one file; a larger one is listed, but reading it throws. */
  readonly fileBytes: number
  readonly depth: number
}

const LIMITS: TreeLimits = { entries: 200_000, fileBytes: 32 * 1024 * 1024, depth: 64 }

type Entry = { readonly size: number; readonly modifiedMs: number; readonly changedMs: number; readonly inode: number }
type Special = 'symlink' | 'submodule'
type Walked = { readonly files: ReadonlyMap<string, Entry>; readonly special: ReadonlyMap<string, Special> }

function unreadable(path: string, problem: string, cause?: unknown): KintsugiError {
  return new KintsugiError('KIN-1002', `${path}: ${problem}`, { cause })
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable'
}

/** A folder below the root with its own `.git` is another repository: a submodule's checkout, or a nested clone. */
function isRepository(names: readonly { readonly name: string }[]): boolean {
  return names.some((one) => one.name === '.git')
}

function walk(root: string, limits: TreeLimits): Walked {
  const files = new Map<string, Entry>()
  const special = new Map<string, Special>()
  const enter = (folder: string, depth: number): void => {
    if (depth > limits.depth) throw unreadable(folder, `more than ${limits.depth} folders deep`)
    const entries = readdirSync(join(root, folder), { withFileTypes: true })
    if (folder !== '' && isRepository(entries)) {
      special.set(folder, 'submodule')
      return
    }
    for (const entry of entries) {
      // A name that is not UTF-8 comes with U+FFFD for what it holds: it cannot be asked for by anyone.
      if (entry.name === '.git' || entry.name.includes('\ufffd')) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink()) special.set(path, 'symlink')
      else if (entry.isDirectory()) enter(path, depth + 1)
      else if (entry.isFile()) {
        const stat = lstatSync(`${root}/${path}`)
        files.set(path, { size: stat.size, modifiedMs: stat.mtimeMs, changedMs: stat.ctimeMs, inode: stat.ino })
      }
      if (files.size + special.size > limits.entries) throw unreadable(root, `more than ${limits.entries} files`)
    }
  }
  try {
    enter('', 0)
  } catch (thrown) {
    if (thrown instanceof KintsugiError) throw thrown
    throw unreadable(root, codeOf(thrown), thrown)
  }
  return { files, special }
}

/** Reads through one descriptor that follows no link, so that the file judged is the file read. */
function readEntry(root: string, path: string, entry: Entry, limits: TreeLimits): Uint8Array {
  if (entry.size > limits.fileBytes) throw unreadable(path, `larger than ${limits.fileBytes} bytes`)
  let descriptor: number
  try {
    descriptor = openSync(`${root}/${path}`, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (thrown) {
    throw unreadable(path, codeOf(thrown), thrown)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile() || stat.size !== entry.size || stat.mtimeMs !== entry.modifiedMs)
      throw unreadable(path, 'changed while the folder was being read')
    const content = new Uint8Array(entry.size)
    let read = 0
    while (read < content.length) {
      const got = readSync(descriptor, content, read, content.length - read, read)
      if (got === 0) throw unreadable(path, 'changed while the folder was being read')
      read += got
    }
    return content
  } finally {
    closeSync(descriptor)
  }
}

const SURROGATE = /[\ud800-\udfff]/

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Same order as git's: by code point. That of UTF-16 units, which is quick, is another one only where there are surrogates. */
function sorted(paths: Iterable<string>): readonly string[] {
  const all = [...paths].sort()
  if (!all.some((path) => SURROGATE.test(path))) return all
  return all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** A tree with what a later process needs to know it again without reading its files. */
export type DiskTree = Tree & {
  /** Digest of names, sizes, times and inodes: equal stamps of one folder are equal content. Undefined while a file is so new that it may change without a trace. */
  readonly stamp: string | undefined
  /** Ids of content that were worked out so far. */
  readonly blobs: () => ReadonlyMap<string, string>
  /** Takes ids for true that were worked out under an equal stamp. */
  readonly trust: (blobs: Iterable<readonly [string, string]>) => void
}

/** Coarser than the clock of any file system that is in use. */
const RACY_MS = 2_000

function stampOf(
  root: string,
  paths: readonly string[],
  { files, special }: Walked,
  nowMs: number,
): string | undefined {
  const lines: string[] = [root]
  for (const path of paths) {
    const entry = files.get(path)
    if (entry === undefined) continue
    const { size, modifiedMs, changedMs, inode } = entry
    if (Math.max(modifiedMs, changedMs) > nowMs - RACY_MS) return undefined
    lines.push(`${size} ${modifiedMs} ${changedMs} ${inode} ${JSON.stringify(path)}`)
  }
  return sha256([...lines, JSON.stringify([...special])].join('\n'))
}

/**
 * A folder on disk as a Tree: what stood there when it was walked. Links are never followed, `.git` is left out, a nested repository is a `submodule`.
 * A file is read when first asked for; one that changed since the walk throws KIN-1002 rather than giving a mixture of two states.
 */
export async function diskTree(dir: string, limits: Partial<TreeLimits> = {}): Promise<DiskTree> {
  const bound = { ...LIMITS, ...limits }
  let root: string
  try {
    root = realpathSync(dir)
    if (!lstatSync(root).isDirectory()) throw unreadable(dir, 'not a folder')
  } catch (thrown) {
    throw thrown instanceof KintsugiError ? thrown : unreadable(dir, codeOf(thrown), thrown)
  }
  const nowMs = Date.now()
  const walked = walk(root, bound)
  const { files, special } = walked
  const paths = sorted(files.keys())
  const links = sorted(special.keys())
  const contents = new Map<string, Uint8Array>()
  const bytes = (path: string): Uint8Array | undefined => {
    const entry = files.get(path)
    if (entry === undefined) return undefined
    const content = contents.get(path) ?? readEntry(root, path, entry, bound)
    contents.set(path, content)
    return content
  }
  const blobs = new Map<string, string>()
  const blobOf = (path: string): string | undefined => {
    const entry = files.get(path)
    // Nobody reads it, so nobody compares its content: that it is the same file is all that its id has to tell.
    if (entry !== undefined && entry.size > bound.fileBytes) return digestOf([path, entry.size, entry.modifiedMs])
    const content = bytes(path)
    return content === undefined ? undefined : blobOid(content)
  }
  const blob = (path: string): string | undefined => {
    if (!files.has(path)) return undefined
    const known = blobs.get(path) ?? blobOf(path)
    if (known !== undefined) blobs.set(path, known)
    return known
  }
  let oid: string | undefined
  return {
    get oid() {
      oid ??= digestOf([paths.map((path) => [path, blob(path)]), [...special]])
      return oid
    },
    paths: () => paths,
    bytes,
    blob,
    special: (path) => special.get(path),
    specials: () => links,
    link: (path) => (special.get(path) === 'symlink' ? linkAt(join(root, path)) : undefined),
    stamp: stampOf(root, paths, walked, nowMs),
    blobs: () => blobs,
    trust: (known) => {
      for (const [path, blob] of known) if (files.has(path)) blobs.set(path, blob)
    },
  }
}
