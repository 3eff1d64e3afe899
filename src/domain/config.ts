import type { Action } from './failure.ts'
import type { OwnModelId } from './finding.ts'
import type { MergeMethod } from './forge.ts'
import type { Learning, ScopedEvent } from './known-event.ts'
import type { Mode } from './policy.ts'
import type { SignalId } from './signal.ts'

export type ClusterConfig = {
  readonly name: string
  readonly prometheus?: {
    readonly url: string
    /** The page that people open, for links to queries; none where it is left out. Without a slash at its end. */
    readonly externalUrl?: string
    readonly tokenFile?: string
    readonly caFile?: string
    readonly clusterLabel?: string
    readonly tenant?: string
    /** Jobs whose series may decide anything: kubelet or cAdvisor, and kube-state-metrics. */
    readonly jobs: { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }
    /** How applications count their own requests; nothing is known of those where it is left out. */
    readonly application?: {
      readonly jobs: readonly string[]
      readonly requests: string
      readonly failed: { readonly label: string; readonly pattern: string }
      readonly durationBuckets?: string
    }
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

/** How an organisation wants its pull requests to look. What is left out is as Kintsugi has it. */
export type HouseRules = {
  /** Of pull requests and commits, in one line, with `{title}` where ours goes. */
  readonly title?: string
  /** Of commits, with `{message}` where ours goes. */
  readonly message?: string
  /** `Name <address>`, which a `Signed-off-by` trailer gets. */
  readonly signOff?: string
  /** Beside those that the policy names. Labels that a repository lacks are left out and said. */
  readonly labels: readonly string[]
  readonly draft: boolean
  /** Wins over that of the policy. */
  readonly mergeMethod?: MergeMethod
}

export const NO_HOUSE_RULES: HouseRules = { labels: [], draft: false }

/** What holds in one repository, by its URL or `owner/name`: its own rules over those of its forge. */
export function houseRulesFor(forge: ForgeConfig | undefined, repository: string): HouseRules {
  if (forge === undefined) return NO_HOUSE_RULES
  const plain = repository.replace(/\/+$/, '').replace(/\.git$/, '')
  const wanted = plain.split(/[/:]/).slice(-2).join('/').toLowerCase()
  const own = forge.repositories.find(({ name }) => name.toLowerCase() === wanted)
  if (own === undefined) return forge.rules
  const { name: _, ...rules } = own
  return { ...forge.rules, ...rules }
}

export type ForgeConfig = {
  readonly name: string
  readonly kind: 'local' | 'github'
  /** A bare repository, or the root of a forge: `https://github.com`. */
  readonly url: string
  readonly branchPrefix: string
  readonly rules: HouseRules
  /** What differs in single repositories: `owner/name`. */
  readonly repositories: readonly (Partial<HouseRules> & { readonly name: string })[]
  /** Present where `kind` is `github`. */
  readonly github?: GithubConfig
}

export type GithubConfig = {
  /** Root of the REST API, without a slash at its end. */
  readonly apiUrl: string
  readonly appId: number
  readonly privateKeyFile: string
  readonly webhookSecretFile?: string
  /** Counts beside the present one while a rotation lasts. */
  readonly webhookPreviousSecretFile?: string
  /** Whether GitHub may merge by itself, where policies allow it and no window or freeze could be missed. */
  readonly nativeAutoMerge: boolean
  /** The server does not sign commits of Apps: then they are believed by their accounts alone. */
  readonly signatures?: 'absent'
}

/** Where a server listens, such as 0.0.0.0:8080. */
export type ListenConfig = { readonly host: string; readonly port: number }

/** A model that runs outside and has a vote. */
export type KserveVoter = {
  readonly name: string
  /** Root of its server, to which `/v1/models/MODEL:predict` is added. */
  readonly url: string
  readonly model: string
  /** What a row holds, in the order that the model takes. */
  readonly features: readonly SignalId[]
  readonly timeoutMs: number
  readonly tokenFile?: string
  readonly caFile?: string
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
  /** Whether somebody who changed the policy or asked for the change may not be its only approver. */
  readonly fourEyes: boolean
}

export type PauseSource =
  | { readonly config: boolean }
  | { readonly file: string }
  | { readonly configMap: string }
  | { readonly command: readonly string[] }

export type FreezeSource = { readonly file: string } | { readonly url: string }

/** What the models may take beside the ticks. */
export type DetectionBudget = {
  /** Fitted models in memory; beyond it those of the series that were judged longest ago come from the disk. */
  readonly memoryBytes: number
  /** Fitted models on disk, for later processes. */
  readonly diskBytes: number
  /** Threads that fit; one less than there are cores, at least one, where left out. */
  readonly workers?: number
  /** Requests for history, and samples that one of them may be answered with. */
  readonly requestsPerMinute: number
  readonly samplesPerRequest: number
}

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
  /** One pull request for each bound repository that a live Application reads, before anything else is proposed there. */
  readonly onboarding: { readonly enabled: boolean; readonly perDay: number }
  /** One issue for each repository. */
  readonly dashboard: { readonly enabled: boolean }
  /** Absent: nothing listens, and the forge is asked once per tick. */
  readonly webhooks?: { readonly listen: ListenConfig; readonly path: string }
  /** Where health and metrics are served; absent: nowhere. */
  readonly listen?: ListenConfig
  /** Who judges beside our own models. */
  readonly detection: Learning & {
    readonly knownEvents: readonly ScopedEvent[]
    /** Our own models that vote, at least one; those outside are beside them. */
    readonly models: readonly OwnModelId[]
    readonly kserve: readonly KserveVoter[]
    readonly budget: DetectionBudget
    /** Whether notes quote the opinion of the healing classifier, which decides nothing. */
    readonly healing: { readonly enabled: boolean }
  }
  /** Where our own models are served over KServe V1; absent: nowhere. */
  readonly kserve?: { readonly listen: ListenConfig; readonly tokenFile?: string }
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
