import type { Action } from './failure.ts'
import type { Mode } from './policy.ts'

export type ClusterConfig = {
  readonly name: string
  readonly prometheus?: {
    readonly url: string
    readonly tokenFile?: string
    readonly caFile?: string
    readonly clusterLabel?: string
    readonly tenant?: string
    /** Jobs whose series may decide anything: kubelet or cAdvisor, and kube-state-metrics. */
    readonly jobs: { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }
  }
  readonly kubernetes?: {
    readonly kubeconfig?: string
    readonly context?: string
    /** What charts may ask for (`.Capabilities`), where the cluster cannot be asked. */
    readonly kubeVersion?: string
    readonly apiVersions?: readonly string[]
  }
  readonly argocd?: { readonly namespaces: readonly string[]; readonly hub: boolean }
}

export type ForgeConfig = {
  readonly name: string
  readonly kind: 'local' | 'github'
  readonly url: string
  readonly branchPrefix: string
}

/** Which repositories a cluster's project or namespace may be mended in. What is not bound is never written. */
export type Binding = {
  readonly cluster: string
  readonly project?: string
  readonly namespace?: string
  readonly repositories: readonly string[]
  readonly baseBranches: readonly string[]
  /** Globs. */
  readonly paths: readonly string[]
}

export type Environment = {
  readonly name: string
  readonly order: number
  readonly paths: readonly string[]
  readonly branches: readonly string[]
  readonly edit: 'direct' | 'promote' | 'never'
}

/** The operator's upper bound on whatever a policy allows. */
export type Ceiling = {
  readonly mode: Mode
  readonly actions: readonly Action[]
  readonly fields: readonly string[]
  readonly maxIncreaseFactor: number
  readonly memoryMaxBytes?: number
  readonly cpuMaxMillicores?: number
  readonly replicasMax?: number
  readonly protectedNamespaces: readonly string[]
  /** Auto-merge needs a renderer of its own unless the operator says that a bounded child is enough. */
  readonly automergeIsolation: 'isolated' | 'process'
}

export type PauseSource =
  | { readonly config: boolean }
  | { readonly file: string }
  | { readonly configMap: string }
  | { readonly command: readonly string[] }

export type FreezeSource = { readonly file: string } | { readonly url: string }

/** The operator's configuration (DESIGN 6), parsed once. */
export type Config = {
  readonly clusters: readonly ClusterConfig[]
  readonly forges: readonly ForgeConfig[]
  readonly bindings: readonly Binding[]
  readonly environments: readonly Environment[]
  readonly ceiling: Ceiling
  readonly policyNamespaces: readonly string[]
  /** `group/version` of SelfHealingPolicy; `aiops.example.com/v1alpha1` unless set. */
  readonly policyApiVersion?: string
  readonly receivers: readonly { readonly name: string; readonly kind: string; readonly urlFile?: string }[]
  readonly freezes: readonly FreezeSource[]
  readonly pause: readonly PauseSource[]
  /** A renderer of its own, which charts are rendered in; without it, in a child of this process. */
  readonly renderer?: { readonly url: string }
  readonly audit: { readonly repository?: string; readonly enabled: boolean }
  /** Seconds are for policies; here everything is milliseconds. */
  readonly tick: {
    readonly everyMs: number
    readonly stepMs: number
    /** Observed without acting after a start, until the warm-up is clean. */
    readonly warmUpMs: number
    /** How far back a tick reads. */
    readonly lookBackMs: number
  }
}
