import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readObject } from './object-reader.ts'
import { git, gitTextOnce } from './process.ts'

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export type TreeEntry = {
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly oid: string
  /** Bytes; only of blobs. */
  readonly size: number | undefined
}

/** Entry to set (`oid`), or to take away (undefined). */
export type TreeChange = { readonly path: string; readonly mode: string; readonly oid: string | undefined }

export async function listTree(gitDir: string, treeish: string, recursive: boolean): Promise<TreeEntry[]> {
  const args = ['ls-tree', '-z', '-l', '--full-tree', ...(recursive ? ['-r', '-t'] : []), treeish]
  const lines = (await gitTextOnce(gitDir, args, [treeish])).split('\0')
  return lines.flatMap((line) => {
    const [, mode, type, oid, size, path] = /^(\d+) (blob|tree|commit) ([0-9a-f]{40}) +(-|\d+)\t(.*)$/s.exec(line) ?? []
    if (mode === undefined || oid === undefined || path === undefined) return []
    return [{ path, mode, type: type as TreeEntry['type'], oid, size: size === '-' ? undefined : Number(size) }]
  })
}

export async function writeBlob(gitDir: string, content: string | Buffer): Promise<string> {
  return (await git(gitDir, ['hash-object', '-w', '--stdin'], { input: content })).trim()
}

/** Many at once, by one process: a repository of thousands of files is made in a second. */
export async function writeBlobs(gitDir: string, contents: readonly (string | Buffer)[]): Promise<string[]> {
  const parts = contents.flatMap((content, at) => {
    const bytes = Buffer.from(content)
    return [Buffer.from(`blob\nmark :${at + 1}\ndata ${bytes.length}\n`), bytes, Buffer.from(`\nget-mark :${at + 1}\n`)]
  })
  const printed = await git(gitDir, ['fast-import', '--quiet'], { input: Buffer.concat(parts) })
  return printed.split('\n').slice(0, contents.length)
}

export async function readBlob(gitDir: string, name: string): Promise<Buffer | undefined> {
  const object = await readObject(gitDir, name)
  return object?.type === 'blob' ? object.content : undefined
}

/** The tree that comes of a base and changes, by an index of its own that is thrown away. */
export async function changeTree(gitDir: string, base: string, changes: readonly TreeChange[]): Promise<string> {
  const index = join(gitDir, `index-${randomUUID()}`)
  const environment = { GIT_INDEX_FILE: index }
  try {
    await git(gitDir, ['read-tree', base], { environment })
    await git(gitDir, ['update-index', '-z', '--index-info'], { environment, input: changes.map(indexLine).join('') })
    return (await git(gitDir, ['write-tree'], { environment })).trim()
  } finally {
    await rm(index, { force: true })
  }
}

function indexLine(change: TreeChange): string {
  return change.oid === undefined
    ? `0 ${'0'.repeat(40)}\t${change.path}\0`
    : `${change.mode} ${change.oid}\t${change.path}\0`
}
