import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type JsonValue, sha256 } from '../../domain/index.ts'
import { ownFolder } from '../own-folder/index.ts'

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
  const folder = ownFolder(dir)
  const nameOf = (key: string): string => `${sha256(key)}.json`
  return {
    async get(key) {
      if (!(await folder.usable())) return undefined
      try {
        const file = join(dir, nameOf(key))
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
      if (json.length > LARGEST / 2) return
      const digest = sha256(`${key}\n${json}`)
      if (!(await folder.write(nameOf(key), `${digest}\n${json}`))) return
      await forgetOldest(dir, most).catch(() => undefined)
    },
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
