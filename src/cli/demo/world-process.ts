import { resolve } from 'node:path'
import { commitAs, type PlannedCommit, shopCommits, simulatedArgoCd } from '../../adapters/simulation/index.ts'
import { formatInstant } from '../../domain/index.ts'
import { chartsOf } from '../compose/controller.ts'
import { openWorld, type SimulatedWorld } from '../compose/simulated-world.ts'

/** What the world tells of itself, a line of JSON each. */
export type WorldEvent =
  | { readonly event: 'committed'; readonly at: string; readonly author: string; readonly message: string }
  | { readonly event: 'synced'; readonly at: string; readonly application: string; readonly revision: string }
  | {
      readonly event: 'sync-failed'
      readonly at: string
      readonly application: string
      readonly revision: string
      readonly message: string
    }

/** How often Argo CD and the people look, in ms of the machine's clock. */
const LOOK_MS = 200

/** The half of the simulated world that acts: its Argo CD and its people. It shares nothing with the controller but the repository. */
export async function runWorld(dir: string, tell: (event: WorldEvent) => void, signal: AbortSignal): Promise<void> {
  const charts = await chartsOf(process.env)
  const world = await openWorld(dir, charts.helm, charts.isolation)
  const argocd = simulatedArgoCd({ ...world, seed: world.file.seed })
  let planned: readonly PlannedCommit[] = shopCommits(world.file.startMs)
  while (!signal.aborted) {
    const at = formatInstant(world.clock.now())
    planned = await commitDue(world, planned, (commit) =>
      tell({ event: 'committed', at, author: commit.author, message: commit.message }),
    )
    const { synced, failed } = await argocd.step()
    for (const { application, revision } of synced) tell({ event: 'synced', at, application, revision })
    for (const { application, revision, message } of failed)
      tell({ event: 'sync-failed', at, application, revision, message })
    await new Promise((done) => setTimeout(done, LOOK_MS))
  }
}

async function commitDue(
  world: SimulatedWorld,
  planned: readonly PlannedCommit[],
  told: (commit: PlannedCommit) => void,
): Promise<readonly PlannedCommit[]> {
  const nowMs = world.clock.now()
  for (const commit of planned.filter(({ atMs }) => atMs <= nowMs)) {
    await commitAs(world.gitDir, { ...commit, branch: 'main' })
    told(commit)
  }
  return planned.filter(({ atMs }) => atMs > nowMs)
}

const [, entry, dir] = process.argv
if (
  dir !== undefined &&
  entry !== undefined &&
  import.meta.url.endsWith('/world-process.js') &&
  entry.endsWith('world-process.js')
) {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  // Whoever was killed cannot say goodbye, and a world that nobody watches has no reason to go on.
  const starter = process.ppid
  setInterval(() => process.ppid !== starter && stop.abort(), LOOK_MS).unref()
  await runWorld(resolve(dir), (event) => process.stdout.write(`${JSON.stringify(event)}\n`), stop.signal)
}
