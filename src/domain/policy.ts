import type { CompanionPolicy } from './edit.ts'
import type { Action, Failure } from './failure.ts'
import type { KnownEvent, Stretch } from './known-event.ts'
import type { Quantity } from './quantity.ts'
import type { Reason } from './reason.ts'

/** From the mildest to the strictest: comment < propose < merge-on-approval < automerge in what the bot may do. */
export const MODES = ['comment', 'propose', 'merge-on-approval', 'automerge'] as const
export type Mode = (typeof MODES)[number]

export function stricterMode(a: Mode, b: Mode): Mode {
  return MODES.indexOf(a) <= MODES.indexOf(b) ? a : b
}

export const VOTINGS = ['any', 'majority', 'all', 'weighted'] as const
export type Voting = (typeof VOTINGS)[number]

export type MaintenanceWindow = {
  readonly timeZone: string
  /** 0 is Sunday. */
  readonly days: readonly number[]
  /** Minutes since midnight in `timeZone`; `to` may be before `from` for a window over midnight. */
  readonly fromMinute: number
  readonly toMinute: number
}

export type Limits = {
  readonly maxIncreaseFactor: number
  readonly memoryMax?: Quantity
  readonly cpuMax?: Quantity
  readonly replicasMax?: number
  readonly storageMax?: Quantity
  readonly openPullRequests: number
  readonly perHour: number
}

/** Where a policy was written; decides its scope and its rank. */
export type PolicyOrigin =
  | { readonly from: 'operator'; readonly namespace: string }
  | { readonly from: 'repository'; readonly repo: string; readonly file: string }
  | { readonly from: 'resource'; readonly namespace: string }

/** A SelfHealingPolicy, parsed and with every default filled in. */
export type Policy = {
  readonly name: string
  readonly origin: PolicyOrigin
  readonly targetNamespace: string
  readonly failure: Failure
  readonly action: Action
  /** 0 to 1. */
  readonly confidenceThreshold: number
  readonly cooldownMs: number
  readonly maxRetries: number
  readonly enabled: boolean
  readonly preChecks: readonly string[]
  readonly postActions: readonly string[]
  readonly workloads: { readonly matchLabels: Readonly<Record<string, string>>; readonly names: readonly string[] }
  /** Empty means every cluster. */
  readonly clusters: readonly string[]
  readonly voting?: Voting
  /** What the models are told of the workloads, where the policy has a word on it. Their findings are of the failure `Anomaly`. */
  readonly detection?: {
    readonly timeZone?: string
    readonly excluded: readonly Stretch[]
    readonly knownEvents: readonly KnownEvent[]
  }
  readonly pullRequest: {
    readonly mode: Mode
    readonly requiredChecks: number
    /** Ends of a required check that count as green beside green itself. */
    readonly acceptConclusions: readonly ('neutral' | 'skipped')[]
    readonly mergeMethod: 'squash' | 'merge' | 'rebase'
    readonly labels: readonly string[]
    readonly window?: MaintenanceWindow
    /** Globs over paths in the repository; empty means every path of the binding. */
    readonly allowedPaths: readonly string[]
    /** What becomes of changes that come with the meant ones, such as version labels after an image. */
    readonly companions: CompanionPolicy
  }
  readonly limits: Limits
  readonly verify: { readonly windowMs: number; readonly syncTimeoutMs: number; readonly onHarm: 'revert' | 'notify' }
  /** Digest of what was written, quoted in the trailers. */
  readonly digest: string
}

/** What the policy room says of one diagnosis. Holding is an answer with a name, not an error. */
export type Decision =
  | { readonly do: 'act'; readonly action: Action; readonly mode: Mode; readonly policy: Policy }
  | { readonly do: 'notify'; readonly reason: Reason; readonly policy?: Policy }
  | { readonly do: 'hold'; readonly reason: Reason; readonly untilMs?: number; readonly policy?: Policy }
