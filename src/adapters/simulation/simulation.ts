import {
  isWithin,
  type Manifest,
  type Reason,
  type SignalAnswer,
  type SignalId,
  type TimeRange,
  type Tree,
} from '../../domain/index.ts'
import type { Clock, Cluster, GitOps, Metrics, MetricsScope } from '../../ports/index.ts'
import { simulatedGitOps } from './argocd.ts'
import { clusterState } from './cluster-state.ts'
import { factsOf } from './facts.ts'
import type { Scenario } from './scenario.ts'
import type { SyncStore } from './sync-log.ts'
import type { World } from './world.ts'

/** What rendering an Application gave. */
export type Rendered =
  | { readonly rendered: true; readonly objects: readonly Manifest[] }
  | { readonly rendered: false; readonly reason: Reason; readonly message: string }

/** Renders an Application, given as its manifest, from the files of one commit. */
export type RenderApplication = (tree: Tree, application: Manifest) => Promise<Rendered>

export type SimulationOptions = {
  readonly scenario: Scenario
  readonly seed: number
  readonly clock: Clock
  readonly render: RenderApplication
  readonly readTree: (revision: string) => Promise<Tree>
  readonly syncs: Pick<SyncStore, 'head' | 'read'>
}

export type Simulation = {
  readonly metrics: Metrics
  readonly gitops: GitOps
  readonly cluster: Cluster
  /** The world as the syncs recorded until now make it. */
  world(): Promise<World>
}

/** A cluster with its Prometheus and its Argo CD, as the recorded syncs make them. Nothing here writes. */
export function simulation(options: SimulationOptions): Simulation {
  const { scenario, clock } = options
  const state = clusterState(options)
  return {
    metrics: {
      cluster: scenario.cluster,
      read: async (ids, range, scope) => {
        const nowMs = clock.now()
        const { world } = await state.at(nowMs)
        return ids.map((id) => within(answer(world, id, range, nowMs), scope))
      },
    },
    gitops: simulatedGitOps(options, state),
    cluster: {
      cluster: scenario.cluster,
      facts: async (subject) => {
        const nowMs = clock.now()
        return factsOf({ ...(await state.at(nowMs)), subject, nowMs })
      },
      policies: async () => scenario.policies,
    },
    world: async () => (await state.at(clock.now())).world,
  }
}

function within(answer: SignalAnswer, scope: MetricsScope | undefined): SignalAnswer {
  if (scope === undefined) return answer
  const series = answer.series.filter(({ subject }) => isWithin(subject, scope))
  return { ...answer, series, status: series.length === 0 ? 'empty' : answer.status }
}

/** Nobody has samples of the future. */
function answer(world: World, signal: SignalId, range: TimeRange, nowMs: number): SignalAnswer {
  const series = world.read(signal, range).map((one) => ({
    ...one,
    values: one.values.map((value, index) => (one.startMs + index * one.stepMs > nowMs ? Number.NaN : value)),
  }))
  return {
    signal,
    status: series.length === 0 ? 'empty' : 'ok',
    series,
    asked: `simulation: ${signal} of every workload`,
  }
}
