import { readdirSync, readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { diskShelf } from '../../adapters/shelf/index.ts'
import type { Keeping } from '../../controller/index.ts'
import { type Config, sha256 } from '../../domain/index.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A model takes some tens of kilobytes. */
const MOST_ENTRIES = 200_000
const ROOT = resolve(import.meta.dirname, '../..')
/** What fits depend on beside their samples: the models, and which samples they are given. */
const FOLDERS = ['detection', 'controller']

/** Where fitted models outlast the process: in the user's cache, or nowhere where there is none. */
export function keepingOf({ detection: { budget } }: Config, env: Env): Keeping {
  const dir = cacheFolder(env)
  const bounds = { mostBytes: budget.memoryBytes }
  if (dir === undefined) return bounds
  const shelf = diskShelf({ dir: join(dir, 'models'), mostBytes: budget.diskBytes, mostEntries: MOST_ENTRIES })
  return { ...bounds, shelf, program: programOf(ROOT) }
}

/** Digest of the sources and of the versions of what they are built on: whatever changes there may fit otherwise. */
function programOf(root: string): string {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => join(root, folder, name)),
  )
  const all = [resolve(root, '../package.json'), ...files.sort()]
  return sha256(all.map((file) => sha256(readFileSync(file))).join('\n'))
}

function cacheFolder({ XDG_CACHE_HOME: told, HOME: home }: Env): string | undefined {
  if (told !== undefined && isAbsolute(told)) return join(told, 'kintsugi')
  return home !== undefined && isAbsolute(home) ? join(home, '.cache', 'kintsugi') : undefined
}
