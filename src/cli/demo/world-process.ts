import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  commitAs,
  fetchFrom,
  type PlannedCommit,
  pushTo,
  type Remote,
  shopCommits,
  simulatedArgoCd,
} from '../../adapters/simulation/index.ts'
import { formatInstant } from '../../domain/index.ts'
import { chartsOf } from '../compose/controller.ts'
import { openWorld, repositoryUrl, type SimulatedWorld } from '../compose/simulated-world.ts'

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

const BRANCH = 'main'
/** How often Argo CD and the people look, in ms of the machine's clock. */
const LOOK_MS = 200

/** The half of the simulated world that acts: its Argo CD and its people. It shares nothing with the controller but the repository. */
export async function runWorld(dir: string, tell: (event: WorldEvent) => void, signal: AbortSignal): Promise<void> {
  const charts = await chartsOf(process.env)
  const world = await openWorld(dir, charts.helm, charts.isolation)
  const argocd = simulatedArgoCd({ ...world, seed: world.file.seed })
  let planned: readonly PlannedCommit[] = shopCommits(world.file.startMs)
  const remote = await remoteOf(dir, world)
  while (!signal.aborted) {
    if (remote !== undefined) await fetchFrom(world.gitDir, remote)
    const at = formatInstant(world.clock.now())
    planned = await commitDue(world, remote, planned, (commit) =>
      tell({ event: 'committed', at, author: commit.author, message: commit.message }),
    )
    const { synced, failed } = await argocd.step()
    for (const { application, revision } of synced) tell({ event: 'synced', at, application, revision })
    for (const { application, revision, message } of failed)
      tell({ event: 'sync-failed', at, application, revision, message })
    await new Promise((done) => setTimeout(done, LOOK_MS))
  }
}

/** Where Argo CD fetches from and people push to; undefined where the folder's repository is all there is. */
async function remoteOf(dir: string, { file }: SimulatedWorld): Promise<Remote | undefined> {
  if (file.github === undefined) return undefined
  const token = await readFile(join(dir, file.github.tokenFile), 'utf8')
  return { url: `${repositoryUrl(file)}.git`, branch: BRANCH, token: token.trim() }
}

async function commitDue(
  world: SimulatedWorld,
  remote: Remote | undefined,
  planned: readonly PlannedCommit[],
  told: (commit: PlannedCommit) => void,
): Promise<readonly PlannedCommit[]> {
  const nowMs = world.clock.now()
  const due = planned.filter(({ atMs }) => atMs <= nowMs)
  for (const commit of due) await commitAs(world.gitDir, { ...commit, branch: BRANCH })
  // Somebody was faster: the next look fetches, and they commit on top of that.
  if (due.length > 0 && remote !== undefined && !(await pushed(world.gitDir, remote))) return planned
  for (const commit of due) told(commit)
  return planned.filter(({ atMs }) => atMs > nowMs)
}

function pushed(gitDir: string, remote: Remote): Promise<boolean> {
  return pushTo(gitDir, remote).then(
    () => true,
    () => false,
  )
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
