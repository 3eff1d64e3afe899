import { refusal } from './answers.ts'
import type { Actor, Answer } from './exchange.ts'

/**
 * GitHub's documented limits for an installation. Requests are always counted and told in headers; refused only where switched on.
 * Source: docs.github.com, "Rate limits for the REST API" and "Rate limits and query limits for the GraphQL API".
 */
export type LimitPlan = {
  readonly primary: boolean
  readonly secondary: boolean
  /** Requests, and points of GraphQL, in an hour. */
  readonly perHour: number
  readonly contentPerMinute: number
  readonly contentPerHour: number
  /** A read is one point, a write five. */
  readonly restPointsPerMinute: number
  readonly graphqlPointsPerMinute: number
  readonly concurrent: number
  /** Seconds in `retry-after` of a secondary refusal; none where undefined. */
  readonly retryAfter: number | null
  /** GitHub uses both. */
  readonly status: 403 | 429
}

export const LIMITS: LimitPlan = {
  primary: false,
  secondary: false,
  perHour: 5000,
  contentPerMinute: 80,
  contentPerHour: 500,
  restPointsPerMinute: 900,
  graphqlPointsPerMinute: 2000,
  concurrent: 100,
  retryAfter: 60,
  status: 403,
}

export type Spent = { readonly resource: 'core' | 'graphql'; readonly writes: boolean; readonly free: boolean }

export type Limits = {
  plan(): LimitPlan
  set(change: Partial<LimitPlan>): void
  /** Counts a request; an answer where it is one too many. */
  spend(actor: Actor, spent: Spent): Answer | undefined
  /** To be called when a request that was counted ends. */
  ended(actor: Actor): void
  /** A 304 does not count against the primary limit. */
  giveBack(actor: Actor, resource: Spent['resource']): void
  headers(actor: Actor, resource: Spent['resource']): Readonly<Record<string, string>>
  standing(actor: Actor, resource: Spent['resource']): Standing
}

export type Standing = {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** Seconds since 1970. */
  readonly reset: number
}

const HOUR = 3_600_000
const MINUTE = 60_000
const SECONDARY = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
const CONTENT =
  'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.'

type Window = { start: number; used: number }
type Book = {
  readonly hour: Record<Spent['resource'], Window>
  readonly points: Record<Spent['resource'], [number, number][]>
  content: number[]
  open: number
}

export function createLimits(now: () => number): Limits {
  let plan = LIMITS
  const books = new Map<string, Book>()
  const book = (actor: Actor): Book => {
    const key = identity(actor)
    const known = books.get(key) ?? freshBook(now())
    books.set(key, known)
    return known
  }
  const standing = (actor: Actor, resource: Spent['resource']) => standingOf(book(actor), plan, resource, now())
  return {
    plan: () => plan,
    set(change) {
      plan = { ...plan, ...change }
      books.clear()
    },
    spend(actor, spent) {
      const own = book(actor)
      own.open += 1
      const over = spent.free ? undefined : primaryRefusal(own, plan, actor, spent, now())
      return over ?? secondaryRefusal(own, plan, spent, now())
    },
    ended(actor) {
      const own = book(actor)
      own.open = Math.max(0, own.open - 1)
    },
    giveBack(actor, resource) {
      const window = book(actor).hour[resource]
      window.used = Math.max(0, window.used - 1)
    },
    standing,
    headers(actor, resource) {
      const { limit, used, remaining, reset } = standing(actor, resource)
      return {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(reset),
        'x-ratelimit-used': String(used),
        'x-ratelimit-resource': resource,
      }
    },
  }
}

function freshBook(start: number): Book {
  return {
    hour: { core: { start, used: 0 }, graphql: { start, used: 0 } },
    points: { core: [], graphql: [] },
    content: [],
    open: 0,
  }
}

export function identity(actor: Actor): string {
  if (actor.kind === 'installation') return `installation ID ${actor.installationId}`
  if (actor.kind === 'user') return `user ${actor.login}`
  return actor.kind === 'app' ? `app ID ${actor.appId}` : '127.0.0.1'
}

function standingOf(book: Book, plan: LimitPlan, resource: Spent['resource'], now: number): Standing {
  const window = book.hour[resource]
  if (now - window.start >= HOUR) {
    window.start = now
    window.used = 0
  }
  const { used } = window
  const reset = Math.ceil((window.start + HOUR) / 1000)
  return { limit: plan.perHour, used, remaining: Math.max(0, plan.perHour - used), reset }
}

function primaryRefusal(book: Book, plan: LimitPlan, actor: Actor, spent: Spent, now: number): Answer | undefined {
  const { remaining } = standingOf(book, plan, spent.resource, now)
  if (remaining > 0 || !plan.primary) {
    book.hour[spent.resource].used += 1
    return undefined
  }
  const message = `API rate limit exceeded for ${identity(actor)}.`
  if (spent.resource === 'core') return refusal(plan.status, message)
  return { status: 200, body: { errors: [{ type: 'RATE_LIMITED', message }] } }
}

function secondaryRefusal(book: Book, plan: LimitPlan, spent: Spent, now: number): Answer | undefined {
  const points = book.points[spent.resource].filter(([at]) => now - at < MINUTE)
  points.push([now, spent.writes ? 5 : 1])
  book.points[spent.resource] = points
  if (spent.writes) book.content = [...book.content.filter((at) => now - at < HOUR), now]
  if (!plan.secondary) return undefined
  const headers: Record<string, string> = plan.retryAfter === null ? {} : { 'retry-after': String(plan.retryAfter) }
  const lastMinute = book.content.filter((at) => now - at < MINUTE).length
  if (spent.writes && (lastMinute > plan.contentPerMinute || book.content.length > plan.contentPerHour))
    return refusal(plan.status, CONTENT, headers)
  const most = spent.resource === 'core' ? plan.restPointsPerMinute : plan.graphqlPointsPerMinute
  const sum = points.reduce((total, [, cost]) => total + cost, 0)
  return sum > most || book.open > plan.concurrent ? refusal(plan.status, SECONDARY, headers) : undefined
}
