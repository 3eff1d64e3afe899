import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../domain/index.ts'
import type { Shelf } from '../../ports/index.ts'
import { ownFolder } from '../own-folder/index.ts'
import { bytesOf, plainOf } from './plain-bytes.ts'

export type DiskShelfOptions = {
  /** Belongs to this user alone (0700, files 0600); made when first used. */
  readonly dir: string
  readonly mostBytes: number
  readonly mostEntries: number
  /** Larger ones are not kept, and larger files are not read. */
  readonly largestBytes?: number
}

const LARGEST = 32 * 1024 * 1024
/** Format of the files; another one has another digest. */
const FORMAT = 'kintsugi-shelf-1'
const DIGEST_BYTES = 32
const NAME = /^[0-9a-f]{64}\.kept$/
/** What a process left behind that was killed while it wrote. */
const LEFT = /^\.[0-9a-f-]{36}\.tmp$/
const LEFT_AFTER_MS = 3_600_000
/** Room is made for so much more than is needed at once, so that the folder is not sorted for each file. */
const ROOM = 0.05

/**
 * A file for each entry, named by the digest of its key: the digest of format, key and content, then the content. A file that another
 * program left, that was cut short or changed is not that entry. The digest is no signature: who may write into the folder is trusted.
 */
export function diskShelf({ dir, mostBytes, mostEntries, largestBytes = LARGEST }: DiskShelfOptions): Shelf {
  const folder = ownFolder(dir)
  /** Bytes of each file, in the order of writing. */
  const kept = new Map<string, number>()
  let bytes = 0
  let listed: Promise<void> | undefined

  const note = (name: string, size: number | undefined): void => {
    bytes += (size ?? 0) - (kept.get(name) ?? 0)
    kept.delete(name)
    if (size !== undefined) kept.set(name, size)
  }
  const ready = async (): Promise<boolean> => {
    if (!(await folder.usable())) return false
    listed ??= list(dir).then((found) => {
      for (const { name, size } of found) note(name, size)
    })
    await listed
    return true
  }
  const remove = async (name: string): Promise<void> => {
    note(name, undefined)
    await rm(join(dir, name), { force: true }).catch(() => undefined)
  }
  const makeRoom = async (): Promise<void> => {
    if (bytes <= mostBytes && kept.size <= mostEntries) return
    for (const name of [...kept.keys()]) {
      if (bytes <= mostBytes * (1 - ROOM) && kept.size <= mostEntries * (1 - ROOM)) return
      await remove(name)
    }
  }

  return {
    async get(key) {
      if (!(await ready())) return undefined
      const name = nameOf(key)
      if (!kept.has(name)) return undefined
      const content = await contentOf(join(dir, name), key, largestBytes)
      const value = content === undefined ? undefined : plainOf(content)
      if (value === undefined) await remove(name)
      return value?.word
    },
    async put(key, value) {
      const content = bytesOf(value)
      if (content === undefined || content.byteLength + DIGEST_BYTES > Math.min(largestBytes, mostBytes)) return false
      if (!(await ready())) return false
      const name = nameOf(key)
      const file = Buffer.concat([digestOf(key, content), content])
      if (!(await folder.write(name, file))) return false
      note(name, file.byteLength)
      await makeRoom()
      return kept.has(name)
    },
    async drop(key) {
      if ((await ready()) && kept.has(nameOf(key))) await remove(nameOf(key))
    },
    held: () => ({ entries: kept.size, bytes }),
  }
}

function nameOf(key: string): string {
  return `${sha256(key)}.kept`
}

function digestOf(key: string, content: Uint8Array): Buffer {
  return createHash('sha256').update(`${FORMAT}\n${key.length}\n${key}\n`).update(content).digest()
}

type Listed = { readonly name: string; readonly size: number; readonly writtenMs: number }

/** What earlier processes kept, the oldest first. */
async function list(dir: string): Promise<readonly Listed[]> {
  const found: Listed[] = []
  for (const name of await readdir(dir).catch(() => [])) {
    if (!NAME.test(name) && !LEFT.test(name)) continue
    const file = await lstat(join(dir, name)).catch(() => undefined)
    if (file === undefined) continue
    if (NAME.test(name)) found.push({ name, size: file.size, writtenMs: file.mtimeMs })
    else if (Date.now() - file.mtimeMs > LEFT_AFTER_MS)
      await rm(join(dir, name), { force: true }).catch(() => undefined)
  }
  return found.sort((a, b) => a.writtenMs - b.writtenMs)
}

/** The content where its digest is that of the key; never follows a link, never reads more than the largest. */
async function contentOf(path: string, key: string, largest: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile() || found.size > largest || found.size <= DIGEST_BYTES) return undefined
      // Of its own, so that typed arrays can look at it where it lies: the digest takes a multiple of eight.
      const whole = new Uint8Array(found.size)
      const { bytesRead } = await file.read(whole, 0, whole.byteLength, 0)
      const content = whole.subarray(DIGEST_BYTES)
      return bytesRead === whole.byteLength && digestOf(key, content).equals(whole.subarray(0, DIGEST_BYTES))
        ? content
        : undefined
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
