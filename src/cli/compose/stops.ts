import { resolve } from 'node:path'
import { proxiesOf } from '../../adapters/outbound/index.ts'
import {
  addressStop,
  commandStop,
  configMapStop,
  fileStop,
  keptFor,
  type ReadConfigMap,
  type StopSource,
} from '../../adapters/stops/index.ts'
import type { Config, FreezeSource, PauseSource } from '../../domain/index.ts'

export type StopOptions = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reads of the cluster of the world; absent where none is asked. */
  readonly configMap?: ReadConfigMap
}

/** What the operator can stop the bot by, from outside of it. */
export type Stops = {
  paused(): Promise<boolean>
  frozen(): Promise<boolean>
  /** Which sources could not be read when they were last asked, and so count as set. */
  says(): readonly string[]
}

type Named = { readonly name: string; readonly ask: StopSource }

/** What is not on this disk is asked once in this time, however many ask. A merge that is under way may be this late to hear of it. */
const KEPT_MS = 5000

/** Any source that says stop, or that cannot be read, stops the bot (DESIGN 6). */
export function stopsOf({ pause, freezes }: Pick<Config, 'pause' | 'freezes'>, options: StopOptions): Stops {
  const problems = new Map<string, string>()
  const pauses = pause.map((source) => pauseOf(source, options))
  const closed = freezes.map((source) => freezeOf(source, options))
  return {
    paused: () => anyOf(pauses, problems),
    frozen: () => anyOf(closed, problems),
    says: () => [...problems].map(([name, why]) => `${name} cannot be read, and counts as set: ${why}`),
  }
}

/** All are asked, so that each is known that cannot be read. */
async function anyOf(sources: readonly Named[], problems: Map<string, string>): Promise<boolean> {
  const said = await Promise.all(sources.map(async ({ name, ask }) => ({ name, stop: await ask() })))
  for (const { name, stop } of said)
    if (stop.stops && stop.unreadable !== undefined) problems.set(name, stop.unreadable)
    else problems.delete(name)
  return said.some(({ stop }) => stop.stops)
}

function pauseOf(source: PauseSource, { cwd, env, configMap }: StopOptions): Named {
  if ('config' in source) {
    const { config } = source
    return { name: 'pause.config', ask: async () => (config ? { stops: true } : { stops: false }) }
  }
  if ('file' in source) return fileOf('pause', source.file, cwd)
  if ('configMap' in source)
    return {
      name: `pause: the ConfigMap ${source.configMap}`,
      ask: keptFor(KEPT_MS, configMapStop(source.configMap, configMap)),
    }
  return {
    name: `pause: the command ${source.command[0]}`,
    ask: keptFor(KEPT_MS, commandStop(source.command, { cwd, env })),
  }
}

function freezeOf(source: FreezeSource, { cwd, env }: StopOptions): Named {
  if ('file' in source) return fileOf('freezes', source.file, cwd)
  const { origin, pathname } = new URL(source.url)
  const proxies = proxiesOf(env)
  // Its query may hold a key.
  return {
    name: `freezes: ${origin}${pathname}`,
    ask: keptFor(KEPT_MS, addressStop(source.url, { ...(proxies && { proxies }) })),
  }
}

function fileOf(key: string, file: string, cwd: string): Named {
  return { name: `${key}: the file ${file}`, ask: fileStop(resolve(cwd, file)) }
}
