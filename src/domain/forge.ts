import type { Reason } from './reason.ts'

/** Facts of a forge, in our words: what its rules ask, what its checks and people say. A forge without such things says so with `NO_RULES`. */

export const MERGE_METHODS = ['squash', 'merge', 'rebase'] as const
export type MergeMethod = (typeof MERGE_METHODS)[number]

/** What a person may do in a repository, weakest first. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who did something. Only a `user` is a person; an app's word never commands and never approves. */
export type Account = { readonly login: string; readonly kind: 'user' | 'app' }

/** A check that rules ask for; with `app`, only the one that this integration reports counts. */
export type RequiredCheck = { readonly name: string; readonly app?: number }

/** A ruleset's pattern for names or messages. */
export type NameRule = {
  /** As `ruleset:<rule>` names it. */
  readonly rule: string
  readonly of: 'branch' | 'message' | 'author-email' | 'committer-email'
  readonly operator: 'starts-with' | 'ends-with' | 'contains' | 'regex'
  readonly pattern: string
  readonly negate: boolean
}

/** What the forge asks of a merge into one base branch. */
export type BaseRules = {
  /** Whether all rules could be read. What could not be read is never taken as allowed. */
  readonly known: boolean
  /** Why they could not, where more is known of that than that they could not. */
  readonly unread?: Reason
  readonly requiredChecks: readonly RequiredCheck[]
  /** Whether the head has to hold the newest base. */
  readonly upToDate: boolean
  readonly approvals: number
  readonly codeOwners: boolean
  /** Whether somebody other than the last pusher has to approve. */
  readonly lastPushApproval: boolean
  readonly conversationsResolved: boolean
  readonly signatures: boolean
  readonly mergeQueue: boolean
  /** What the repository's settings and every rule allow. */
  readonly mergeMethods: readonly MergeMethod[]
  /** Whether the repository lets pull requests be merged by the forge itself. */
  readonly autoMerge: boolean
  readonly names: readonly NameRule[]
  /** Rules that the bot cannot meet or does not know, by name. */
  readonly others: readonly string[]
}

export const NO_RULES: BaseRules = {
  known: true,
  requiredChecks: [],
  upToDate: false,
  approvals: 0,
  codeOwners: false,
  lastPushApproval: false,
  conversationsResolved: false,
  signatures: false,
  mergeQueue: false,
  mergeMethods: MERGE_METHODS,
  autoMerge: false,
  names: [],
  others: [],
}

export type CheckFact = {
  readonly name: string
  /** The integration that reported it; absent for a commit status, whose author anybody with a token may be. */
  readonly app?: number
  readonly state: 'queued' | 'running' | 'green' | 'neutral' | 'skipped' | 'red'
  /** The commit that it speaks of. */
  readonly sha: string
  readonly completedAtMs?: number
}

export type ReviewFact = {
  readonly by: Account
  readonly state: 'approved' | 'changes-requested' | 'dismissed'
  /** The commit that was reviewed. */
  readonly sha: string
  readonly atMs: number
  /** Whether the forge counts it: somebody who may write. */
  readonly counts: boolean
}

/** A comment on one of our pull requests whose first line speaks to the bot. */
export type CommandFact = {
  readonly id: string
  readonly by: Account
  readonly atMs: number
  /** An edited comment is never a command. */
  readonly edited: boolean
  readonly firstLine: string
}

/** An entry of a merge queue. */
export type QueueFact = {
  readonly by: 'bot' | 'person'
  /** From 1. */
  readonly place: number
  /** The commit that the queue has built and would put onto the base, and the one that it was built on. */
  readonly group?: { readonly sha: string; readonly parent: string }
}

/** What the forge says of an open pull request, read at once. */
export type PullFacts = {
  /** The head that all of this is about. */
  readonly sha: string
  readonly draft: boolean
  readonly mergeable: 'yes' | 'conflict' | 'unknown'
  /** Whether the forge itself sees nothing in the way; `unknown` while it computes. */
  readonly state: 'clean' | 'blocked' | 'behind' | 'conflict' | 'unstable' | 'unknown'
  readonly checks: readonly CheckFact[]
  /** The newest opinion of each reviewer. */
  readonly reviews: readonly ReviewFact[]
  readonly unresolvedConversations: number
  readonly autoMerge?: { readonly by: 'bot' | 'person' }
  /** Somebody switched off the merging that the bot had asked for, or took it out of the merge queue. */
  readonly disarmedByPerson: boolean
  /** When the merge queue itself put it out, where nobody has put it in again since. */
  readonly leftQueueAtMs?: number
  readonly inMergeQueue: boolean
  /** Its entry in the merge queue, where it has one. */
  readonly queue?: QueueFact
  /** Whether the forge shows the head commit as Verified. */
  readonly verified: boolean
  /** When the head was put there; absent where the forge does not say. */
  readonly pushedAtMs?: number
}

/** What people may ask of the bot: `/kintsugi snooze 7d`. */
export const COMMANDS = ['explain', 'hold', 'snooze', 'retry', 'undo'] as const
export type Command = (typeof COMMANDS)[number]

/** What the bot answered to a comment that spoke to it. Read back from its own replies, this is the state of holds, snoozes and retries. */
export type CommandAnswer = {
  /** Id of the comment that was answered. */
  readonly id: string
  readonly by: string
  /** What they might do when it was answered. */
  readonly role: Role
  /** `unknown` for a line that is none of the commands. */
  readonly command: Command | 'unknown'
  readonly accepted: boolean
  /** Until when a hold or a snooze lasts. A hold without an end lasts until `retry`. */
  readonly untilMs?: number
  readonly atMs: number
}

/** Who the bot is on a forge, so that its own word is never taken for another's. */
export type Self = {
  /** Without `[bot]`. */
  readonly login: string
  /** The integration that its check runs carry. */
  readonly app?: number
  /** Name of its check run. */
  readonly check?: string
  /** Addresses that its commits carry, where they are known before the first. */
  readonly authorEmail?: string
  readonly committerEmail?: string
}

/** The branch of the offer of settings: no lane has one of this name. */
export function onboardingBranch(prefix: string): string {
  return `${prefix}/configure`
}

/** What a new repository is offered: one pull request that holds the bot's settings and nothing else. */
export type Onboarding = {
  readonly branch: string
  readonly base: { readonly branch: string; readonly revision: string }
  readonly title: string
  readonly body: string
  readonly commitMessage: string
  /** All below `.kintsugi/`. */
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[]
}
