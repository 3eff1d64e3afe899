import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { blobOid, sha256 } from '../../../domain/index.ts'

/** A folder of objects by their Git ids: disposable, of this user alone. Whatever goes wrong on disk, the network takes its place: nothing here throws. */
export type Disk = {
  /** Bytes count only if they hash to the id that they were asked by. */
  blob(oid: string): Promise<Uint8Array | undefined>
  putBlob(oid: string, bytes: Uint8Array): Promise<void>
  /** A text by a key of hex digits, with its digest in front. */
  text(kind: string, key: string): Promise<string | undefined>
  putText(kind: string, key: string, text: string): Promise<void>
  /** Removes what was used longest ago until at most this much is left. */
  trim(mostBytes: number): Promise<void>
}

const KEY = /^[0-9a-f]{40,64}$/

export function diskAt(dir: string): Disk {
  let ready: Promise<boolean> | undefined
  const usable = (): Promise<boolean> => {
    ready ??= ownFolder(dir)
    return ready
  }
  const fileOf = (kind: string, key: string): string => join(dir, kind, key.slice(0, 2), key.slice(2))
  const read = async (kind: string, key: string, whole: (bytes: Buffer) => boolean): Promise<Buffer | undefined> => {
    if (!KEY.test(key) || !(await usable())) return undefined
    const file = fileOf(kind, key)
    try {
      const bytes = await readFile(file)
      if (whole(bytes)) return bytes
      await rm(file, { force: true })
    } catch {
      // Not there, or not to be read.
    }
    return undefined
  }
  const put = async (kind: string, key: string, bytes: Uint8Array): Promise<void> => {
    if (!KEY.test(key) || !(await usable())) return
    await writeAtomically(fileOf(kind, key), bytes)
  }
  return {
    blob: (oid) => read('blobs', oid, (bytes) => blobOid(bytes) === oid),
    putBlob: (oid, bytes) => put('blobs', oid, bytes),
    async text(kind, key) {
      const bytes = await read(kind, key, digestHolds)
      if (bytes === undefined) return undefined
      const now = new Date()
      await utimes(fileOf(kind, key), now, now).catch(() => undefined)
      return bytes.toString('utf8', 65)
    },
    putText: (kind, key, text) => put(kind, key, Buffer.from(`${sha256(text)}\n${text}`, 'utf8')),
    async trim(mostBytes) {
      if (await usable()) await trim(dir, mostBytes)
    },
  }
}

function digestHolds(bytes: Buffer): boolean {
  return bytes.length >= 65 && bytes.toString('latin1', 0, 64) === sha256(bytes.subarray(65))
}

async function writeAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(temporary, bytes, { flag: 'wx', mode: 0o600 })
    await rename(temporary, file)
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

async function ownFolder(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const found = await lstat(dir)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false
  }
}

type Kept = { readonly file: string; readonly bytes: number; readonly atMs: number }

async function trim(dir: string, mostBytes: number): Promise<void> {
  const kept: Kept[] = []
  try {
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      const found = await lstat(file).catch(() => undefined)
      if (found !== undefined) kept.push({ file, bytes: found.size, atMs: found.mtimeMs })
    }
  } catch {
    return
  }
  let total = kept.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const { file, bytes } of kept.sort((a, b) => a.atMs - b.atMs)) {
    if (total <= mostBytes) return
    await rm(file, { force: true }).catch(() => undefined)
    total -= bytes
  }
}
