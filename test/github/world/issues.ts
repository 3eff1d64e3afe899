import type { MergeMethod } from './rules.ts'

export const REACTIONS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const
export type ReactionContent = (typeof REACTIONS)[number]
export type Reaction = {
  readonly id: number
  readonly login: string
  readonly content: ReactionContent
  readonly createdAt: number
}

/** Who wrote a text, and who changed it last. */
export type Written = {
  readonly author: string
  readonly createdAt: number
  updatedAt: number
  body: string
  editor: string | undefined
  lastEditedAt: number | undefined
}

export type Comment = Written & {
  readonly id: number
  readonly repositoryId: number
  /** Of the issue or pull request. */
  readonly number: number
  readonly reactions: Reaction[]
  minimized: string | undefined
  /** Set where an App wrote it. */
  readonly appId: number | undefined
}

export type TimelineEvent = {
  readonly id: number
  readonly kind:
    | 'closed'
    | 'reopened'
    | 'merged'
    | 'labeled'
    | 'unlabeled'
    | 'head_ref_deleted'
    | 'head_ref_force_pushed'
    | 'auto_merge_enabled'
    | 'auto_merge_disabled'
    | 'added_to_merge_queue'
    | 'removed_from_merge_queue'
  readonly actor: string
  readonly at: number
  readonly label?: string
}

/** What issues and pull requests share; they also share one row of numbers. */
export type Thread = Written & {
  readonly id: number
  readonly repositoryId: number
  readonly number: number
  title: string
  state: 'open' | 'closed'
  closedAt: number | undefined
  closedBy: string | undefined
  readonly labels: Set<string>
  readonly assignees: Set<string>
  readonly comments: Comment[]
  readonly reactions: Reaction[]
  readonly timeline: TimelineEvent[]
}

export type Issue = Thread & {
  readonly kind: 'issue'
  stateReason: 'completed' | 'not_planned' | 'reopened' | undefined
}

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED'
export type Review = {
  readonly id: number
  readonly author: string
  readonly body: string
  state: ReviewState
  readonly commitOid: string
  readonly submittedAt: number
}

export type ReviewThread = { readonly id: number; readonly path: string; readonly author: string; resolved: boolean }

export type AutoMerge = {
  readonly enabledBy: string
  readonly enabledAt: number
  readonly method: MergeMethod
  readonly headline: string | undefined
  readonly body: string | undefined
}

/** `unknown` until the job in the background has merged head into base on trial. */
export type Mergeability =
  | { readonly state: 'unknown' }
  | { readonly state: 'mergeable' | 'conflicting'; readonly head: string; readonly base: string }

export type Pull = Thread & {
  readonly kind: 'pull'
  readonly headRef: string
  headOid: string
  baseRef: string
  /** Tip of the base when the pull request was last touched; frozen when it ends. */
  baseOid: string
  /** Who pushed the head last, for the rule about the last push. */
  lastPusher: string
  isDraft: boolean
  mergeability: Mergeability
  merged: { readonly at: number; readonly by: string; readonly commit: string } | undefined
  autoMerge: AutoMerge | undefined
  readonly reviews: Review[]
  readonly threads: ReviewThread[]
  readonly requestedUsers: Set<string>
  /** `org/slug`. */
  readonly requestedTeams: Set<string>
}
