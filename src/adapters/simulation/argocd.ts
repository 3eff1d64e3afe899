import { type ApplicationStatus, canonicalJson, type LiveApplication, type Manifest } from '../../domain/index.ts'
import type { Clock, GitOps } from '../../ports/index.ts'
import { applicationName, branchOf, type ClusterState, clusterState } from './cluster-state.ts'
import { deployedOf } from './deployed.ts'
import { drawn, streamOf } from './noise.ts'
import type { SimulationOptions } from './simulation.ts'
import type { SyncRecord, SyncStore } from './sync-log.ts'
import type { Sync, World } from './world.ts'

const SHORTEST_DELAY_MS = 20_000
const LONGEST_DELAY_MS = 90_000

/** What one look at the branches led to. */
export type ArgoCdStep = {
  readonly synced: readonly SyncRecord[]
  /** Revisions that could not be put into the cluster: told once each. */
  readonly failed: readonly { readonly application: string; readonly revision: string; readonly message: string }[]
}

/** The half of Argo CD that acts: the one writer of syncs. */
export type SimulatedArgoCd = { step(): Promise<ArgoCdStep> }

export type SimulatedArgoCdOptions = Omit<SimulationOptions, 'syncs'> & { readonly syncs: SyncStore }

/**
 * Syncs each Application 20 to 90 s of world time after its branch moved, and records it.
 * When the branch moved is the one thing it keeps in memory: a restart only makes a sync later.
 */
export function simulatedArgoCd(options: SimulatedArgoCdOptions): SimulatedArgoCd {
  const state = clusterState(options)
  const seen = new Map<string, number>()
  const failed = new Set<string>()
  return {
    step: async () => {
      const nowMs = options.clock.now()
      const last = lastRevisions(await options.syncs.read())
      const head = headsOf(options.syncs)
      const outcome: { synced: SyncRecord[]; failed: ArgoCdStep['failed'][number][] } = { synced: [], failed: [] }
      for (const application of options.scenario.applications) {
        const name = applicationName(application)
        const revision = await head(branchOf(application))
        const key = `${name} ${revision}`
        if (revision === undefined || last.get(name) === revision || failed.has(key)) continue
        if (!isDue({ seen, key, nowMs, seed: options.seed })) continue
        const answer = await state.rendered(application, revision)
        if (answer.rendered) outcome.synced.push({ application: name, revision, atMs: nowMs })
        else {
          failed.add(key)
          outcome.failed.push({ application: name, revision, message: answer.message })
        }
      }
      await options.syncs.append(outcome.synced)
      return outcome
    },
  }
}

/** Asks for each branch once: in one look all Applications see the same commit. */
function headsOf(syncs: Pick<SyncStore, 'head'>): SyncStore['head'] {
  const asked = new Map<string, Promise<string | undefined>>()
  return (branch) => {
    const head = asked.get(branch) ?? syncs.head(branch)
    asked.set(branch, head)
    return head
  }
}

function lastRevisions(records: readonly SyncRecord[]): ReadonlyMap<string, string> {
  return new Map(records.map(({ application, revision }) => [application, revision]))
}

function isDue(look: { seen: Map<string, number>; key: string; nowMs: number; seed: number }): boolean {
  const sinceMs = look.seen.get(look.key) ?? look.nowMs
  look.seen.set(look.key, sinceMs)
  return look.nowMs - sinceMs >= drawn(look.seed, streamOf('sync', look.key), SHORTEST_DELAY_MS, LONGEST_DELAY_MS)
}

/** The half of Argo CD that tells. */
export function simulatedGitOps(
  options: Pick<SimulationOptions, 'scenario' | 'syncs'> & { readonly clock: Clock },
  state: ClusterState,
): GitOps {
  return {
    cluster: options.scenario.cluster,
    applications: async () => {
      const nowMs = options.clock.now()
      const { syncs, world } = await state.at(nowMs)
      const headOf = headsOf(options.syncs)
      const live = async (application: Manifest): Promise<LiveApplication> => {
        const own = syncs.filter((sync) => sync.application === applicationName(application))
        const head = await headOf(branchOf(application))
        const sync = await syncStatus(state, { application, head, last: own.at(-1) })
        return { manifest: application, status: statusOf(own, sync, healthOf(world, own.at(-1), nowMs)) }
      }
      return Promise.all(options.scenario.applications.map(live))
    },
  }
}

async function syncStatus(
  state: ClusterState,
  { application, head, last }: { application: Manifest; head: string | undefined; last: Sync | undefined },
): Promise<ApplicationStatus['sync']> {
  if (head === undefined) return 'Unknown'
  if (head === last?.revision) return 'Synced'
  const answer = await state.rendered(application, head)
  if (!answer.rendered) return 'Unknown'
  return last !== undefined && canonicalJson(answer.objects) === canonicalJson(last.objects) ? 'Synced' : 'OutOfSync'
}

function statusOf(
  own: readonly Sync[],
  sync: ApplicationStatus['sync'],
  health: ApplicationStatus['health'],
): ApplicationStatus {
  const last = own.at(-1)
  return {
    sync,
    health,
    ...(last === undefined ? {} : { revision: last.revision, syncedAtMs: last.atMs }),
    history: own.map(({ revision, atMs }) => ({ revision, deployedAtMs: atMs })),
  }
}

/** As bad as the worst workload. */
function healthOf(world: World, last: Sync | undefined, nowMs: number): ApplicationStatus['health'] {
  if (last === undefined) return 'Missing'
  const all = last.objects.flatMap((manifest) => {
    const deployed = deployedOf(manifest, '')
    return deployed === undefined ? [] : [world.health({ cluster: world.cluster, ...deployed }, nowMs)]
  })
  for (const worst of ['Degraded', 'Missing', 'Progressing'] as const) if (all.includes(worst)) return worst
  return 'Healthy'
}
