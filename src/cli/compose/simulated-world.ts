import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gitTree } from '../../adapters/local/index.ts'
import {
  gitSyncStore,
  type RenderApplication,
  type Scenario,
  type Simulation,
  type SyncStore,
  shopScenario,
  simulatedClock,
  simulation,
} from '../../adapters/simulation/index.ts'
import {
  type Isolation,
  isJsonObject,
  type JsonValue,
  KintsugiError,
  type Manifest,
  type RenderHelm,
} from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import { parseApplication, renderApplication } from '../../source/index.ts'

/** What the folder of a simulated world says about it: enough for any process to see the same world at the same time. */
export type WorldFile = {
  readonly schemaVersion: 1
  readonly seed: number
  readonly speed: number
  /** Where the story starts, epoch milliseconds of the world. */
  readonly startMs: number
  readonly startedWallMs: number
  /** With the app that needs a helm. */
  readonly helm: boolean
  /** A world whose time stands still, for tests that move it by hand. */
  readonly frozenAtMs?: number
  /** The repository is on a stand-in for GitHub; the folder's own is what Argo CD has fetched of it. */
  readonly github?: WorldGithub
}

export type WorldGithub = {
  /** Root of the stand-in. */
  readonly root: string
  readonly repository: string
  readonly appId: number
  /** The App's key and a person's token: files of the folder. */
  readonly privateKeyFile: string
  readonly tokenFile: string
}

export const WORLD_FILE = 'world.json'
export const REPOSITORY_FOLDER = 'shop-gitops.git'
/** As the Applications of the simulated cluster name the repository. */
export const REPOSITORY_URL = 'https://git.shop.example/shop-gitops.git'
export const CLUSTER = 'demo'

/** As the Applications of a world name its repository. */
export function repositoryUrl({ github }: Pick<WorldFile, 'github'>): string {
  return github === undefined ? REPOSITORY_URL : `${github.root}/${github.repository}`
}

export type SimulatedWorld = {
  readonly file: WorldFile
  readonly gitDir: string
  readonly clock: Clock
  readonly scenario: Scenario
  readonly syncs: SyncStore
  readonly simulation: Simulation
  readonly render: RenderApplication
  readonly readTree: (revision: string) => ReturnType<typeof gitTree>
}

/** Opens the simulated world of a folder. Nothing is started: the world is a function of its file, the time and the syncs in Git. */
export async function openWorld(
  dir: string,
  helm: RenderHelm | undefined,
  isolation: Isolation,
): Promise<SimulatedWorld> {
  const file = await readWorldFile(dir)
  const gitDir = join(dir, REPOSITORY_FOLDER)
  const clock = clockOf(file)
  const scenario = shopScenario({ repoURL: repositoryUrl(file), startMs: file.startMs, helm: file.helm })
  const syncs = gitSyncStore({ gitDir })
  const render = renderFrom(helm, isolation)
  const readTree = (revision: string) => gitTree(gitDir, revision)
  const options = { scenario, seed: file.seed, clock, render, readTree, syncs }
  return { file, gitDir, clock, scenario, syncs, simulation: simulation(options), render, readTree }
}

/** The source room's render, as the world's Argo CD uses it: every source is in the one tree. */
export function renderFrom(helm: RenderHelm | undefined, isolation: Isolation): RenderApplication {
  return async (tree, manifest) => {
    const parsed = parseApplication(manifest)
    if (!parsed.parsed) return { rendered: false, reason: parsed.reason, message: parsed.message }
    const result = await renderApplication(parsed.application, { tree: () => tree }, { helm, isolation })
    if (!result.rendered) return result
    return {
      rendered: true,
      objects: result.objects.map((object) => namespaced(object.manifest, object.key.namespace)),
    }
  }
}

/** Argo CD puts an object without a namespace into the destination. */
function namespaced(manifest: Manifest, namespace: string): Manifest {
  const metadata = manifest['metadata']
  return { ...manifest, metadata: { ...(isJsonObject(metadata) ? metadata : {}), namespace } }
}

function clockOf(file: WorldFile): Clock {
  const { frozenAtMs } = file
  if (frozenAtMs === undefined)
    return simulatedClock({ epochMs: file.startMs, startedWallMs: file.startedWallMs, speed: file.speed })
  return { now: () => frozenAtMs, sleep: async () => undefined }
}

async function readWorldFile(dir: string): Promise<WorldFile> {
  const path = join(dir, WORLD_FILE)
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${path} cannot be read: it is made by kintsugi demo`, { cause })
  }
  if (!isWorldFile(value)) throw new KintsugiError('KIN-1003', `${path} is not the file of a simulated world`)
  return value
}

/** Beyond this a Date has no text, in ms on either side of 1970. */
const MOST_TIME_MS = 8.64e15

function isWorldFile(value: unknown): value is WorldFile {
  if (!isJsonObject(value) || value['schemaVersion'] !== 1 || typeof value['helm'] !== 'boolean') return false
  const { seed, speed, frozenAtMs, github } = value
  if (github !== undefined && !isWorldGithub(github)) return false
  const times = [value['startMs'], value['startedWallMs'], ...(frozenAtMs === undefined ? [] : [frozenAtMs])]
  const timely = times.every((time) => typeof time === 'number' && Math.abs(time) <= MOST_TIME_MS)
  return timely && Number.isSafeInteger(seed) && typeof speed === 'number' && speed > 0 && Number.isFinite(speed)
}

function isWorldGithub(value: JsonValue): value is WorldGithub {
  if (!isJsonObject(value) || typeof value['appId'] !== 'number') return false
  const { root, repository, privateKeyFile, tokenFile } = value
  return [root, repository, privateKeyFile, tokenFile].every((one) => typeof one === 'string')
}
