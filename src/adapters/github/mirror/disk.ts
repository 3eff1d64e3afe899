import { lstat, readdir, readFile, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { blobOid, sha256 } from '../../../domain/index.ts'
import { ownFolder } from '../../own-folder/index.ts'

/** A folder of objects by their Git ids: disposable, of this user alone. Whatever goes wrong on disk, the network takes its place: nothing here throws. */
export type Disk = {
  /** Bytes count only if they hash to the id that they were asked by. */
  blob(oid: string): Promise<Uint8Array | undefined>
  putBlob(oid: string, bytes: Uint8Array): Promise<void>
  /** A text by a key of hex digits, with its digest in front. */
  text(kind: string, key: string): Promise<string | undefined>
  putText(kind: string, key: string, text: string): Promise<void>
  /** Removes what was used longest ago until at most this much is left. Looks only where a thirty-second of that was written since. */
  trim(mostBytes: number): Promise<void>
}

const KEY = /^[0-9a-f]{40,64}$/

export function diskAt(dir: string): Disk {
  const folder = ownFolder(dir)
  let grown = Number.POSITIVE_INFINITY
  const fileOf = (kind: string, key: string): string => join(kind, key.slice(0, 2), key.slice(2))
  const read = async (kind: string, key: string, whole: (bytes: Buffer) => boolean): Promise<Buffer | undefined> => {
    if (!KEY.test(key) || !(await folder.usable())) return undefined
    const file = join(dir, fileOf(kind, key))
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
    if (KEY.test(key) && (await folder.write(fileOf(kind, key), bytes))) grown += bytes.byteLength
  }
  return {
    blob: (oid) => read('blobs', oid, (bytes) => blobOid(bytes) === oid),
    putBlob: (oid, bytes) => put('blobs', oid, bytes),
    async text(kind, key) {
      const bytes = await read(kind, key, digestHolds)
      if (bytes === undefined) return undefined
      const now = new Date()
      await utimes(join(dir, fileOf(kind, key)), now, now).catch(() => undefined)
      return bytes.toString('utf8', 65)
    },
    putText: (kind, key, text) => put(kind, key, Buffer.from(`${sha256(text)}\n${text}`, 'utf8')),
    async trim(mostBytes) {
      if (grown < mostBytes / 32 || !(await folder.usable())) return
      grown = 0
      await trim(dir, mostBytes)
    },
  }
}

function digestHolds(bytes: Buffer): boolean {
  return bytes.length >= 65 && bytes.toString('latin1', 0, 64) === sha256(bytes.subarray(65))
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
