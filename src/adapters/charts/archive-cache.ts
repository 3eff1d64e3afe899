import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../domain/index.ts'

/** Packed charts by their digests. Whatever goes wrong on disk, the network takes its place: nothing here throws. */
export type ArchiveCache = {
  get(digest: string): Promise<Buffer | undefined>
  put(digest: string, archive: Uint8Array): Promise<void>
}

/** A folder of this user alone (0700). What is read there counts only if it has the digest that it is named by. */
export function archiveCache(dir: string, mostBytes: number): ArchiveCache {
  let ready: Promise<boolean> | undefined
  const usable = (): Promise<boolean> => {
    ready ??= ownFolder(dir)
    return ready
  }
  const fileOf = (digest: string): string => join(dir, `${digest}.tgz`)
  return {
    async get(digest) {
      if (!(await usable())) return undefined
      try {
        if ((await lstat(fileOf(digest))).size > mostBytes) return undefined
        const archive = await readFile(fileOf(digest))
        if (sha256(archive) === digest) return archive
        await rm(fileOf(digest), { force: true })
      } catch {
        // Not there, or not to be read.
      }
      return undefined
    },
    async put(digest, archive) {
      if (!(await usable())) return
      const temporary = join(dir, `.${randomUUID()}.tmp`)
      try {
        await writeFile(temporary, archive, { flag: 'wx', mode: 0o600 })
        await rename(temporary, fileOf(digest))
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
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
