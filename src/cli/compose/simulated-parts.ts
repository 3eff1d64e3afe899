import { join, resolve } from 'node:path'
import { localForge } from '../../adapters/local/index.ts'
import type { Repository, Site } from '../../controller/index.ts'
import type { Config } from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import { type Charts, readConfig } from './controller.ts'
import { openWorld, REPOSITORY_URL } from './simulated-world.ts'

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
  const forge = localForge({ gitDir: world.gitDir, url: REPOSITORY_URL, branchPrefix: 'kintsugi', clock: world.clock })
  return { config, site: world.simulation, repositories: [{ urls: [REPOSITORY_URL], forge }], clock: world.clock }
}
