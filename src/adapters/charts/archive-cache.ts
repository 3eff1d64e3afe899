import { lstat, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../domain/index.ts'
import { ownFolder } from '../own-folder/index.ts'

/** Packed charts by their digests. Whatever goes wrong on disk, the network takes its place: nothing here throws. */
export type ArchiveCache = {
  get(digest: string): Promise<Buffer | undefined>
  put(digest: string, archive: Uint8Array): Promise<void>
}

/** A folder of this user alone (0700). What is read there counts only if it has the digest that it is named by. */
export function archiveCache(dir: string, mostBytes: number): ArchiveCache {
  const folder = ownFolder(dir)
  const fileOf = (digest: string): string => join(dir, `${digest}.tgz`)
  return {
    async get(digest) {
      if (!(await folder.usable())) return undefined
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
      await folder.write(`${digest}.tgz`, archive)
    },
  }
}
