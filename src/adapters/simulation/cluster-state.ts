import { isJsonObject, type Manifest, type Tree, valueAt } from '../../domain/index.ts'
import { admissionProblem } from './deployed.ts'
import type { Scenario } from './scenario.ts'
import type { RenderApplication, Rendered } from './simulation.ts'
import type { SyncRecord, SyncStore } from './sync-log.ts'
import { type Sync, type World, worldsOf } from './world.ts'

export type ClusterStateOptions = {
  readonly scenario: Scenario
  readonly seed: number
  readonly render: RenderApplication
  readonly readTree: (revision: string) => Promise<Tree>
  readonly syncs: Pick<SyncStore, 'read'>
}

/** What is in the cluster: the recorded syncs, rendered. */
export type ClusterState = {
  /** Renders an Application at a revision, once. Objects without a namespace get the destination's. */
  rendered(application: Manifest, revision: string): Promise<Rendered>
  /** Syncs up to a moment, oldest first, and the world that they make. */
  at(nowMs: number): Promise<{ readonly syncs: readonly Sync[]; readonly world: World }>
}

export function applicationName(application: Manifest): string {
  return String(valueAt(application, ['metadata', 'name']) ?? '')
}

/** The branch that an Application follows. */
export function branchOf(application: Manifest): string {
  const source = valueAt(application, ['spec', 'source']) ?? valueAt(application, ['spec', 'sources', 0])
  const revision = valueAt(source, ['targetRevision'])
  return typeof revision === 'string' && revision !== '' && revision !== 'HEAD' ? revision : 'main'
}

export function clusterState(options: ClusterStateOptions): ClusterState {
  const worldFrom = worldsOf(options.scenario, options.seed)
  const renders = new Map<string, Promise<Rendered>>()
  let made:
    | { readonly key: string; readonly state: { readonly syncs: readonly Sync[]; readonly world: World } }
    | undefined
  const rendered: ClusterState['rendered'] = (application, revision) => {
    const key = `${applicationName(application)} ${revision}`
    const known = renders.get(key)
    if (known !== undefined) return known
    const fresh = renderAt(options, application, revision)
    renders.set(key, fresh)
    // What the world did to us may be over the next time; a refusal is an answer and stays.
    fresh.catch(() => renders.delete(key))
    return fresh
  }
  return {
    rendered,
    at: async (nowMs) => {
      const records = (await options.syncs.read()).filter(({ atMs }) => atMs <= nowMs)
      const key = records.map(({ application, revision, atMs }) => `${application} ${revision} ${atMs}`).join('\n')
      if (made?.key === key) return made.state
      const syncs = (await Promise.all(records.map((record) => syncOf(options, rendered, record)))).flat()
      const state = { syncs, world: worldFrom(syncs) }
      made = { key, state }
      return state
    },
  }
}

async function renderAt(options: ClusterStateOptions, application: Manifest, revision: string): Promise<Rendered> {
  const answer = await options.render(await options.readTree(revision), application)
  if (!answer.rendered) return answer
  const objects = answer.objects.map((manifest) => inNamespace(manifest, application))
  const problem = admissionProblem(objects)
  if (problem !== undefined) return { rendered: false, reason: 'value-invalid', message: problem }
  return { rendered: true, objects }
}

function inNamespace(manifest: Manifest, application: Manifest): Manifest {
  const metadata = manifest['metadata']
  const namespace = valueAt(application, ['spec', 'destination', 'namespace'])
  if (!isJsonObject(metadata) || metadata['namespace'] !== undefined || typeof namespace !== 'string') return manifest
  return { ...manifest, metadata: { ...metadata, namespace } }
}

/** A sync that cannot be rendered any more, or of an Application that is not there, put nothing into the cluster. */
async function syncOf(
  { scenario }: ClusterStateOptions,
  rendered: ClusterState['rendered'],
  record: SyncRecord,
): Promise<Sync[]> {
  const application = scenario.applications.find((one) => applicationName(one) === record.application)
  if (application === undefined) return []
  const answer = await rendered(application, record.revision)
  return answer.rendered ? [{ ...record, objects: answer.objects }] : []
}
