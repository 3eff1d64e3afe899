/** What a request is for, most important first. When GitHub's limits leave few, the last ones wait. */
export const PRIORITIES = ['merge', 'open', 'check', 'comment', 'background'] as const
export type Priority = (typeof PRIORITIES)[number]

export type Cost = {
  readonly resource: 'core' | 'graphql'
  readonly writes: boolean
  /** Things that the request makes: each counts as content. 0 for a read. */
  readonly content: number
  readonly priority: Priority
}

/**
 * GitHub's published limits of one installation, REST and GraphQL together where not named. Source: docs.github.com, "Rate limits for the REST
 * API", "Rate limits and query limits for the GraphQL API", "Best practices for using the REST API".
 */
export type BudgetLimits = {
  readonly contentPerMinute: number
  readonly contentPerHour: number
  /** A read is one point, a write five. */
  readonly corePointsPerMinute: number
  readonly graphqlPointsPerMinute: number
  readonly concurrent: number
  /** "If you are making a large number of" writes, a second between them: the first of a minute that need none. */
  readonly unspacedWrites: number
  readonly spacingMs: number
}

export const GITHUB_LIMITS: BudgetLimits = {
  contentPerMinute: 80,
  contentPerHour: 500,
  corePointsPerMinute: 900,
  graphqlPointsPerMinute: 2000,
  concurrent: 100,
  unspacedWrites: 10,
  spacingMs: 1000,
}

/** Part of the content limits that a priority may use up: what is left is for those above it. */
const SHARE: Readonly<Record<Priority, number>> = { merge: 1, open: 0.9, check: 0.8, comment: 0.7, background: 0.5 }

const MINUTE = 60_000
const HOUR = 3_600_000
/** Where GitHub names no time. */
const LEAST_SECONDARY = 60_000
const MOST_SECONDARY = HOUR

export type Verdict = { readonly go: true } | { readonly go: false; readonly untilMs: number; readonly because: string }

/** What an answer says of limits. */
export type LimitWord =
  | { readonly kind: 'fine' }
  | { readonly kind: 'primary'; readonly resetMs: number | undefined }
  | { readonly kind: 'secondary'; readonly retryAfterMs: number | undefined }

type Spent = { readonly atMs: number; readonly amount: number }

/**
 * Says when the next request may be made. Knows no clock and makes no request: `ask` before each, `told` after each. One for each installation,
 * which is what GitHub counts by; it lives in memory and may be lost, for GitHub's own answers bring it back.
 */
export class Budget {
  readonly #limits: BudgetLimits
  #content: Spent[] = []
  readonly #points: Record<Cost['resource'], Spent[]> = { core: [], graphql: [] }
  #writes: number[] = []
  #open = 0
  #secondaryUntil = 0
  #secondaries = 0
  readonly #primaryUntil: Record<Cost['resource'], number> = { core: 0, graphql: 0 }

  constructor(limits: BudgetLimits = GITHUB_LIMITS) {
    this.#limits = limits
  }

  /** Counts the request where it may be made now. */
  ask(cost: Cost, nowMs: number): Verdict {
    this.#forget(nowMs)
    const waits = [this.#refused(cost), this.#crowded(cost, nowMs), ...(cost.writes ? this.#writing(cost, nowMs) : [])]
    const wait = waits.reduce((later, one) => (one.untilMs > later.untilMs ? one : later))
    if (wait.untilMs > nowMs) return { go: false, ...wait }
    this.#points[cost.resource].push({ atMs: nowMs, amount: cost.writes ? 5 : 1 })
    if (cost.writes) this.#writes.push(nowMs)
    if (cost.content > 0) this.#content.push({ atMs: nowMs, amount: cost.content })
    this.#open += 1
    return { go: true }
  }

  /** A request that was counted has ended. */
  ended(): void {
    this.#open = Math.max(0, this.#open - 1)
  }

  told(resource: Cost['resource'], word: LimitWord, nowMs: number): void {
    if (word.kind === 'fine') this.#secondaries = 0
    else if (word.kind === 'primary') {
      const until = word.resetMs ?? nowMs + LEAST_SECONDARY
      this.#primaryUntil[resource] = Math.max(this.#primaryUntil[resource], until)
    } else {
      const own = Math.min(MOST_SECONDARY, LEAST_SECONDARY * 2 ** this.#secondaries)
      this.#secondaries += 1
      this.#secondaryUntil = Math.max(this.#secondaryUntil, nowMs + (word.retryAfterMs ?? own))
    }
  }

  #refused(cost: Cost): Wait {
    const primary = this.#primaryUntil[cost.resource]
    if (primary > this.#secondaryUntil) return { untilMs: primary, because: "GitHub's hourly limit is used up" }
    return { untilMs: this.#secondaryUntil, because: 'GitHub has asked to wait (secondary limit)' }
  }

  #crowded(cost: Cost, nowMs: number): Wait {
    const { concurrent, corePointsPerMinute, graphqlPointsPerMinute } = this.#limits
    if (this.#open >= concurrent) return { untilMs: nowMs + 100, because: `${concurrent} requests are under way` }
    const most = cost.resource === 'core' ? corePointsPerMinute : graphqlPointsPerMinute
    const room = most - (cost.writes ? 5 : 1)
    return { untilMs: roomAt(this.#points[cost.resource], room, MINUTE), because: `${most} points in a minute` }
  }

  #writing(cost: Cost, nowMs: number): readonly Wait[] {
    const { contentPerMinute, contentPerHour, unspacedWrites, spacingMs } = this.#limits
    const share = SHARE[cost.priority]
    const of = (most: number): number => Math.max(0, Math.floor(most * share) - cost.content)
    const recent = this.#content.filter(({ atMs }) => nowMs - atMs < MINUTE)
    const last = this.#writes.at(-1)
    return [
      { untilMs: roomAt(recent, of(contentPerMinute), MINUTE), because: `${contentPerMinute} writes in a minute` },
      { untilMs: roomAt(this.#content, of(contentPerHour), HOUR), because: `${contentPerHour} writes in an hour` },
      ...(last === undefined || this.#writes.length < unspacedWrites
        ? []
        : [{ untilMs: last + spacingMs, because: 'a second between writes' }]),
    ]
  }

  #forget(nowMs: number): void {
    this.#content = this.#content.filter(({ atMs }) => nowMs - atMs < HOUR)
    this.#writes = this.#writes.filter((atMs) => nowMs - atMs < MINUTE)
    for (const resource of ['core', 'graphql'] as const)
      this.#points[resource] = this.#points[resource].filter(({ atMs }) => nowMs - atMs < MINUTE)
  }
}

type Wait = { readonly untilMs: number; readonly because: string }

/** When at most `room` of what was spent is still within the window; 0 where it is so now. */
function roomAt(spent: readonly Spent[], room: number, windowMs: number): number {
  let left = spent.reduce((sum, { amount }) => sum + amount, 0)
  let until = 0
  for (const { atMs, amount } of spent) {
    if (left <= room) return until
    left -= amount
    until = atMs + windowMs
  }
  return until
}
