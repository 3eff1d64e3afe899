import type { Manifest, Reason, Tree } from '../../domain/index.ts'
import type { Clock, Cluster, GitOps, Metrics } from '../../ports/index.ts'
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
  /** The world as the recorded syncs make it. */
  world(): Promise<World>
}
