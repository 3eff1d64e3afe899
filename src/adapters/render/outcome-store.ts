import { lstat, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gunzip, gzip } from 'node:zlib'
import { isJsonObject, isReason, type JsonValue, type RenderOutcome, sha256 } from '../../domain/index.ts'
import { ownFolder } from '../own-folder/index.ts'

/** Outcomes on disk. Whatever goes wrong there, a render takes its place: nothing here throws. */
export type OutcomeStore = {
  get(key: string): Promise<RenderOutcome | undefined>
  put(key: string, json: string): Promise<void>
}

const ENTRY = /^[0-9a-f]{64}\.gz$/
const LARGEST_JSON = 64 * 1024 * 1024
const STALE_MS = 3_600_000
/** What is left after a clean-up, so that not every write makes one. */
const KEPT_SHARE = 0.8

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/**
 * A folder of packed JSON, one file for each key, of this user alone (0700 and 0600). An entry names its own key and digest and counts only
 * if both hold; the ones that were used longest ago go when there are more than `mostBytes`.
 */
export function outcomeStore(dir: string, mostBytes: number): OutcomeStore {
  let total: number | undefined
  const folder = ownFolder(dir)
  return {
    async get(key) {
      if (!(await folder.usable())) return undefined
      const file = join(dir, `${key}.gz`)
      try {
        const { size } = await lstat(file)
        if (size > LARGEST_JSON) return undefined
        const found = outcomeIn(await unpack(await readFile(file), { maxOutputLength: LARGEST_JSON }), key)
        if (found === undefined) await rm(file, { force: true })
        else await utimes(file, new Date(), new Date())
        return found
      } catch {
        return undefined
      }
    },
    async put(key, json) {
      if (json.length * 2 > LARGEST_JSON || !(await folder.usable())) return
      try {
        const packed = await pack(
          `${key} ${sha256(json)}
${json}`,
          { level: constants.Z_BEST_SPEED },
        )
        if (!(await folder.write(`${key}.gz`, packed))) return
        total = (total ?? (await sizeOf(dir))) + packed.byteLength
        if (total > mostBytes) total = await cleanUp(dir, mostBytes * KEPT_SHARE)
      } catch {
        // What could not be kept is rendered again.
      }
    },
  }
}

function outcomeIn(content: Buffer, key: string): RenderOutcome | undefined {
  const newline = content.indexOf(0x0a)
  const json = content.toString('utf8', newline + 1)
  if (content.toString('latin1', 0, newline) !== `${key} ${sha256(json)}`) return undefined
  const value = JSON.parse(json) as JsonValue
  if (!isJsonObject(value)) return undefined
  const { rendered, objects, tool, reason, message } = value
  if (rendered === true && Array.isArray(objects) && objects.every(isJsonObject) && typeof tool === 'string')
    return { rendered, objects, tool }
  if (rendered === false && typeof reason === 'string' && isReason(reason) && typeof message === 'string')
    return { rendered, reason, message }
  return undefined
}

type Entry = { readonly file: string; readonly bytes: number; readonly usedMs: number }

async function entriesOf(dir: string): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for (const name of await readdir(dir)) {
    const file = join(dir, name)
    const found = await stat(file).catch(() => undefined)
    if (found === undefined) continue
    if (ENTRY.test(name)) entries.push({ file, bytes: found.size, usedMs: found.mtimeMs })
    else if (name.endsWith('.tmp') && Date.now() - found.mtimeMs > STALE_MS) await rm(file, { force: true })
  }
  return entries
}

async function sizeOf(dir: string): Promise<number> {
  return (await entriesOf(dir)).reduce((sum, { bytes }) => sum + bytes, 0)
}

async function cleanUp(dir: string, mostBytes: number): Promise<number> {
  const entries = (await entriesOf(dir)).toSorted((a, b) => b.usedMs - a.usedMs)
  let total = 0
  for (const { file, bytes } of entries) {
    if (total + bytes > mostBytes) await rm(file, { force: true })
    else total += bytes
  }
  return total
}
