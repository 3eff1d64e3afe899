import type {
  Application,
  ApplicationStatus,
  ClusterVersions,
  Config,
  Isolation,
  Policy,
  RenderHelm,
  UnpackChart,
} from '../domain/index.ts'
import type { Cluster, Compute, Forge, GitOps, Metrics, Notifier, OutsideModel } from '../ports/index.ts'
import type { Templates } from '../proposal/index.ts'
import type { edit } from '../source/index.ts'
import type { Audit } from './audit.ts'

/** One cluster as the controller sees it. */
export type Site = {
  readonly metrics: Metrics
  /** The same samples under a budget of its own, for the weeks that models are fitted on; `metrics` where it is left out. */
  readonly history?: Metrics
  readonly cluster: Cluster
  readonly gitops: GitOps
}

/** A repository that the bot may read and, where it is bound, write; with every URL by which Applications name it. */
export type Repository = { readonly urls: readonly string[]; readonly forge: Forge }

export type ControllerDeps = {
  readonly config: Config
  readonly site: Site
  readonly repositories: readonly Repository[]
  /** The operator's own policies; those of repositories and of the cluster are read at each tick. */
  readonly policies: readonly Policy[]
  readonly templates: Templates
  /** Absent where there is no helm: charts are then refused by name. */
  readonly helm?: RenderHelm
  readonly isolation: Isolation
  /** Without it the defaults of packed subcharts are not known. */
  readonly unpack?: UnpackChart
  /** What the cluster of the site says of itself, where that is known. */
  readonly versions?: ClusterVersions
  readonly notifier?: Notifier
  /** Where models are fitted; in line where it is absent, with the same results. */
  readonly compute?: Compute
  /** `beside`: fits go on beside the ticks, and models abstain meanwhile. Left out: a look waits for its fits, so that it shows all it can. */
  readonly fits?: 'beside'
  /** Lets others have their turn while a long computation goes on. */
  readonly breathe?: () => Promise<void>
  /** Models outside that have a vote; none where it is left out. */
  readonly outside?: readonly OutsideModel[]
  /** Whether the operator has stopped the bot, read anew at each tick. Unreadable counts as stopped. */
  readonly paused: () => Promise<boolean>
  readonly frozen: () => Promise<boolean>
  /** Our epoch while we lead, undefined while another copy does. Left out where there is but one. */
  readonly epoch?: () => Promise<number | undefined>
  /** The journal of this process; left out where none is kept. */
  readonly audit?: Audit
  /** `observe` computes everything and writes nothing. */
  readonly writes: 'perform' | 'observe'
  /** The source room's edit, replaced only by tests that ask whether a wrong edit is noticed. */
  readonly edit: typeof edit
  /** Version of the bot, for footers. */
  readonly version: string
}

/** An Application with what Argo CD says of it. */
export type KnownApplication = { readonly application: Application; readonly status: ApplicationStatus }
