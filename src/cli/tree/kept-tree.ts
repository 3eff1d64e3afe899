import { readdirSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { type KeptDocuments, keptDocuments } from '../../adapters/files/index.ts'
import {
  type Application,
  type ApplicationOrigin,
  digestOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../../domain/index.ts'
import type { Io } from '../io.ts'
import type { NotResolved } from './discovered.ts'

/** Raised when what is kept means something else than before. */
const FORMAT = 'kintsugi-tree-1'
/** A tree may take megabytes, an answer takes some bytes. */
const MOST = { trees: 16, answers: 1024 } as const

/** What discovery gave, and the ids of the content that were worked out for it. */
export type KeptTree = {
  readonly applications: readonly Application[]
  readonly unresolved: readonly NotResolved[]
  readonly blobs: Iterable<readonly [string, string]>
}

function cacheFolder(env: Io['env']): string | undefined {
  const { XDG_CACHE_HOME: told, HOME: home } = env
  if (told !== undefined && isAbsolute(told)) return join(told, 'kintsugi')
  return home !== undefined && isAbsolute(home) ? join(home, '.cache', 'kintsugi') : undefined
}

/** Where this user keeps what was worked out of trees, and small answers about them. */
export function keptOf(what: keyof typeof MOST, env: Io['env']): KeptDocuments | undefined {
  const dir = cacheFolder(env)
  return dir === undefined ? undefined : keptDocuments(join(dir, what), MOST[what])
}

/** What finds Applications: this program, its reading of YAML and of files. */
const PROGRAM = resolve(import.meta.dirname, '../..')

/**
 * Which program worked it out: another one may find other Applications. Every file counts, since packages are installed with one time for
 * all versions.
 */
export function programAt(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[jt]s$/.test(name))
  return digestOf(
    files.sort().map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name))
      return [name, size, mtimeMs]
    }),
  )
}

let program: string | undefined

/** The key of what is worked out of trees with these stamps; undefined where one of them may change without a trace. */
export function keyOf(
  stamps: readonly (string | undefined)[],
  settings: readonly (string | undefined)[],
): string | undefined {
  if (stamps.includes(undefined)) return undefined
  program ??= programAt(PROGRAM)
  return digestOf([FORMAT, program, stamps.map(String), settings.map((one) => one ?? null)])
}

type Table = { readonly all: unknown[]; readonly positions: Map<Application, number> }

/** Parents are kept once: each of hundreds of Applications may hold the same one. */
function enter(table: Table, application: Application): number {
  const known = table.positions.get(application)
  if (known !== undefined) return known
  const position = table.all.length
  table.positions.set(application, position)
  table.all.push(undefined)
  const { origin, ...rest } = application
  table.all[position] = { ...rest, ...(origin !== undefined && { origin: packed(table, origin) }) }
  return position
}

function packed(table: Table, origin: ApplicationOrigin): unknown {
  if (origin.from === 'application-set')
    return { ...origin, set: { ...origin.set, origin: packed(table, origin.set.origin) } }
  return origin.from === 'render' ? { ...origin, parent: enter(table, origin.parent) } : origin
}

export function documentOf({ applications, unresolved, blobs }: KeptTree): unknown {
  const table: Table = { all: [], positions: new Map() }
  const found = applications.map((one) => enter(table, one))
  return { table: table.all, found, unresolved, blobs: [...blobs] }
}

type Opening = { readonly table: readonly JsonValue[]; readonly made: Map<number, Application> }

function opened(opening: Opening, position: number): Application {
  const known = opening.made.get(position)
  if (known !== undefined) return known
  const written = opening.table[position]
  if (!isJsonObject(written)) throw new RangeError(`nothing is kept at ${position}`)
  const { origin, ...rest } = written
  const whole = { ...rest, ...(isJsonObject(origin) && { origin: openedOrigin(opening, origin) }) }
  const application = whole as unknown as Application // as packed by `enter`: the digest of the document has been checked
  opening.made.set(position, application)
  return application
}

function openedOrigin(opening: Opening, origin: JsonObject): unknown {
  const { set, parent } = origin
  if (isJsonObject(set) && isJsonObject(set['origin']))
    return { ...origin, set: { ...set, origin: openedOrigin(opening, set['origin']) } }
  return typeof parent === 'number' ? { ...origin, parent: opened(opening, parent) } : origin
}

/** What `documentOf` wrote, again. */
export function keptTreeOf(document: JsonValue | undefined): KeptTree | undefined {
  if (!isJsonObject(document)) return undefined
  const { table, found, unresolved, blobs } = document
  if (!Array.isArray(table) || !Array.isArray(found) || !Array.isArray(unresolved) || !Array.isArray(blobs))
    return undefined
  const opening: Opening = { table, made: new Map() }
  return {
    applications: found.map((position) => opened(opening, Number(position))),
    unresolved: unresolved as unknown as readonly NotResolved[], // written by `documentOf`, as the digest says
    blobs: blobs as unknown as readonly (readonly [string, string])[],
  }
}
