import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JsonValue, sha256 } from '../../domain/index.ts'

/** JSON documents that later processes of this user read. Whatever goes wrong there, nothing is kept: nothing here throws. */
export type KeptDocuments = {
  get(key: string): Promise<JsonValue | undefined>
  put(key: string, document: unknown): Promise<void>
}

const LARGEST = 64 * 1024 * 1024
const NAME = /^[0-9a-f]{64}\.json$/

/**
 * A folder of this user alone (0700, files 0600), with at most `most` documents: the ones that were written longest ago go. A document
 * counts only where its first line is the digest of its key and of the rest.
 */
export function keptDocuments(dir: string, most: number): KeptDocuments {
  let ready: Promise<boolean> | undefined
  const usable = (): Promise<boolean> => {
    ready ??= ownFolder(dir)
    return ready
  }
  const fileOf = (key: string): string => join(dir, `${sha256(key)}.json`)
  return {
    async get(key) {
      if (!(await usable())) return undefined
      try {
        const file = fileOf(key)
        const found = await lstat(file)
        if (!found.isFile() || found.size > LARGEST) return undefined
        const text = await readFile(file, 'utf8')
        const end = text.indexOf('\n')
        const json = text.slice(end + 1)
        return text.slice(0, end) === sha256(`${key}\n${json}`) ? (JSON.parse(json) as JsonValue) : undefined
      } catch {
        return undefined
      }
    },
    async put(key, document) {
      const json = JSON.stringify(document)
      if (json.length > LARGEST / 2 || !(await usable())) return
      const temporary = join(dir, `.${randomUUID()}.tmp`)
      try {
        await writeFile(temporary, `${sha256(`${key}\n${json}`)}\n${json}`, { flag: 'wx', mode: 0o600 })
        await rename(temporary, fileOf(key))
        await forgetOldest(dir, most)
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
  }
}

/** Makes the folder; one that another user owns, may write or read, or that is a link, is not used. */
async function ownFolder(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const found = await lstat(dir)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false
  }
}

async function forgetOldest(dir: string, most: number): Promise<void> {
  const names = (await readdir(dir)).filter((name) => NAME.test(name))
  if (names.length <= most) return
  const entries = await Promise.all(
    names.map(async (name) => ({ name, writtenMs: (await lstat(join(dir, name))).mtimeMs })),
  )
  const old = entries.sort((a, b) => b.writtenMs - a.writtenMs).slice(most)
  for (const { name } of old) await rm(join(dir, name), { force: true })
}
