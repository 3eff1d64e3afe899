import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gunzip, gzip } from 'node:zlib'
import { isJsonObject, isReason, type JsonValue, type RenderOutcome, sha256 } from '../../domain/index.ts'

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
  let ready: Promise<boolean> | undefined
  let total: number | undefined
  const usable = (): Promise<boolean> => {
    ready ??= ownFolder(dir)
    return ready
  }
  return {
    async get(key) {
      if (!(await usable())) return undefined
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
      if (json.length * 2 > LARGEST_JSON || !(await usable())) return
      const temporary = join(dir, `.${randomUUID()}.tmp`)
      try {
        const packed = await pack(`${key} ${sha256(json)}\n${json}`, { level: constants.Z_BEST_SPEED })
        await writeFile(temporary, packed, { flag: 'wx', mode: 0o600 })
        await rename(temporary, join(dir, `${key}.gz`))
        total = (total ?? (await sizeOf(dir))) + packed.byteLength
        if (total > mostBytes) total = await cleanUp(dir, mostBytes * KEPT_SHARE)
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
