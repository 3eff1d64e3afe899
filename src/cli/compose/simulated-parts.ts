import { join, resolve } from 'node:path'
import { localForge } from '../../adapters/local/index.ts'
import type { Repository, Site } from '../../controller/index.ts'
import { type Config, KintsugiError } from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import { type Charts, readConfig } from './controller.ts'
import { openWorld, repositoryUrl, type SimulatedWorld } from './simulated-world.ts'

/** The operator's configuration that `kintsugi demo` writes beside its world. */
export const CONFIG_FILE = 'kintsugi.yaml'

export type SimulatedParts = {
  readonly config: Config
  readonly site: Site
  readonly repositories: readonly Repository[]
  readonly clock: Clock
}

/** The parts of a controller whose cluster is the simulated world of a folder. */
export async function simulatedParts(
  dir: string,
  cwd: string,
  charts: Charts,
  given: Config | undefined,
): Promise<SimulatedParts> {
  const folder = resolve(cwd, dir)
  const world = await openWorld(folder, charts.helm, charts.isolation)
  const config = given ?? (await readConfig(join(folder, CONFIG_FILE), cwd))
  const repositories = [await repositoryOf(folder, world, config)]
  return { config, site: world.simulation, repositories, clock: world.clock }
}

async function repositoryOf(folder: string, world: SimulatedWorld, config: Config): Promise<Repository> {
  const { clock, gitDir, file } = world
  const url = repositoryUrl(file)
  if (file.github === undefined)
    return { urls: [url], forge: localForge({ gitDir, url, branchPrefix: 'kintsugi', clock }) }
  const { githubDoor } = await import('./github-door.ts')
  const { openRepositories } = await import('./github-world.ts')
  const pace = { nowMs: () => clock.now(), sleep: (ms: number) => clock.sleep(ms), random: Math.random }
  const door = githubDoor({ cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') }, pace })
  const { repositories } = await openRepositories(config, door, clock, false)
  const [repository] = repositories
  if (repository === undefined) throw new KintsugiError('KIN-9001', 'the world has no repository')
  return repository
}
