import type { Action, Failure, Gate, JsonValue, Reason, SignalUnit, Vote } from '../../domain/index.ts'

/** How something stands, for colour and sign; the words beside it say the same. */
export type Tone = 'good' | 'bad' | 'waiting' | 'neutral'

/** Where a proposal is on its way, and the sentence that says so. `name` is a verdict, a reason or a state. */
export type Stage = { readonly name: string; readonly tone: Tone; readonly says: string }

/** A moment of the story, drawn in the chart and named below it. */
export type Moment = {
  readonly atMs: number
  readonly what: 'detected' | 'proposed' | 'merged' | 'closed' | 'synced' | 'concluded'
}

/** A regular grid; NaN is a gap. The threshold, where there is one, is on the same grid. */
export type ChartModel = {
  readonly title: string
  readonly valueName: string
  readonly thresholdName?: string
  readonly unit: SignalUnit
  readonly startMs: number
  readonly stepMs: number
  readonly values: readonly number[]
  readonly threshold?: readonly number[]
  readonly moments: readonly Moment[]
}

export type DiffLine = {
  readonly kind: 'same' | 'added' | 'removed'
  /** Line in the file before and after, from 1; absent where the line is not. */
  readonly before?: number
  readonly after?: number
  readonly text: string
  /** The part of the text that differs from its counterpart, [from, to) in UTF-16 units. */
  readonly mark?: readonly [number, number]
}

export type FileDiff = {
  readonly path: string
  readonly hunks: readonly (readonly DiffLine[])[]
  /** Why there are no hunks although the file is touched. */
  readonly unshown?: string
}

export type EvidenceRow = {
  readonly says: string
  readonly signal: string
  readonly unit: SignalUnit
  readonly value: number
  readonly threshold?: number
  readonly atMs: number
  /** The query; '' where it may not be shown. */
  readonly asked: string
}

export type RenderedRow = {
  readonly object: string
  readonly path: string
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

export type ProofModel = {
  readonly isolation: string
  readonly tools: readonly string[]
  readonly changes: readonly RenderedRow[]
  readonly alsoReadBy: readonly string[]
}

export type EditRow = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly before: string
  readonly after: string
}

/** A line of the list. */
export type ChangeCard = {
  readonly number: number
  readonly title: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly kind: 'fix' | 'revert'
  readonly stage: Stage
  /** `shop/cart[app]`, or the branch where nothing can be believed. */
  readonly subject: string
  readonly failure?: Failure
  /** `file:line` of each edit. */
  readonly lines: readonly string[]
  readonly createdAtMs: number
  readonly chart?: ChartModel
}

/** One proposal, as the page shows it. What is absent was not at hand, and its section is left out. */
export type ChangeModel = ChangeCard & {
  readonly url: string
  readonly action?: Action
  readonly mode?: string
  readonly policy?: string
  readonly application?: string
  /** One sentence: what happened and since when. */
  readonly summary?: string
  readonly rationale?: string
  readonly confidence?: number
  readonly independentSignals?: boolean
  readonly reverts?: number
  readonly revertedBy?: number
  readonly branch: string
  readonly base: string
  readonly headSha: string
  readonly mergeCommit?: string
  readonly moments: readonly Moment[]
  readonly evidence: readonly EvidenceRow[]
  readonly votes: readonly Vote[]
  readonly edits: readonly EditRow[]
  readonly files: readonly FileDiff[]
  readonly proof?: ProofModel
  readonly gates: readonly Gate[]
  /** What would take it back. */
  readonly undo?: string
  readonly commitMessage: string
  readonly trailers: readonly { readonly key: string; readonly value: string }[]
  readonly comment?: string
}

/** Something that was seen and left alone. */
export type LeftAlone = {
  readonly subject: string
  readonly failure?: Failure
  readonly reason: Reason
  /** One sentence in fixed words, where there is more to say than the reason does. */
  readonly says?: string
  readonly sinceMs?: number
}

export type ApplicationRow = {
  readonly name: string
  readonly namespace: string
  readonly source: string
  readonly sync: string
  readonly health: string
  readonly revision?: string
  readonly syncedAtMs?: number
}

/** The first page. */
export type Overview = {
  readonly cluster: string
  readonly repository: string
  /** Newest first. */
  readonly changes: readonly ChangeCard[]
  readonly leftAlone: readonly LeftAlone[]
  readonly applications: readonly ApplicationRow[]
}

/** What stands on every page. */
export type Frame = {
  readonly cluster: string
  readonly repository: string
  readonly nowMs: number
  /** The world behind the page is made up, and the page says so. */
  readonly simulated: boolean
}
