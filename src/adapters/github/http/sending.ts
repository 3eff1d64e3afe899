import { KintsugiError } from '../../../domain/index.ts'
import { AmbiguousWrite, type Last } from '../api.ts'
import type { Step } from '../permissions.ts'
import type { Cost, Priority } from './budget.ts'
import { limitWord, usedUp } from './limit-words.ts'
import type { Scrubber } from './scrub.ts'
import type { Tokens } from './tokens.ts'
import { Deferred, type Pace, type Turns } from './wait.ts'
import { type Wire, WireFailure, type WireReply, type WireRequest } from './wire.ts'

/** What is reported of every request: names and numbers, never contents. */
export type RequestReport = {
  readonly method: string
  /** Template of the route, or the name of the GraphQL document. */
  readonly what: string
  readonly step: Step | 'app'
  /** 0 where no answer came. */
  readonly status: number
  readonly ms: number
  /** Of the answer's body, unpacked. */
  readonly bytes: number
  /** Of the secondary limit: 1 for a read, 5 for a write. */
  readonly points: number
  /** Of the primary limit of GraphQL, as GitHub counted. */
  readonly graphqlCost?: number
}

export type Call = {
  readonly method: WireRequest['method']
  readonly route: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly step: Step
  /** For reports and errors. */
  readonly what: string
  readonly resource?: Cost['resource']
  /** A write is sent once. `content`: how many things it makes. */
  readonly write?: { readonly priority: Priority; readonly content: number }
  /** Asked right before it is sent. `Withheld` is thrown where the answer is no. */
  readonly last?: Last | undefined
  readonly mostBytes?: number
  readonly timeoutMs?: number
  /** Told what a whole answer says, before it counts as one: words of limits in a 200, and what it cost. */
  readonly hear?: (text: string) => {
    readonly text: string
    readonly rateLimited: boolean
    readonly broken?: boolean
    readonly cost?: number | undefined
  }
}

export type ClientParts = {
  readonly wire: Wire
  readonly tokens: Tokens
  readonly turns: () => Promise<Turns>
  readonly pace: Pace
  readonly scrub: Scrubber
  readonly report: (one: RequestReport) => void
}

const MOST_BYTES = 32 * 1024 * 1024
const TIMEOUT_MS = 30_000
export const MOST_REDIRECTS = 3

/** A write that was not sent, since the last word of its caller was no. */
export class Withheld extends Error {
  override readonly name = 'Withheld'
}

export const WITHHELD = { ok: false, refusal: { kind: 'withheld', status: 0, text: '' } } as const

/** Undefined where it was withheld. */
export async function orWithheld<Value>(sending: Promise<Value>): Promise<Value | undefined> {
  try {
    return await sending
  } catch (error) {
    if (error instanceof Withheld) return undefined
    throw error
  }
}

/** A read that failed for a reason that passes, as 5xx, resets and time-outs do. */
export class Passing extends Error {
  override readonly name = 'Passing'
}

type Budget = Turns['budget']

/** Takes what an answer says of limits to the budget; throws `Deferred` where the answer is itself a refusal for them. */
export function obey(budget: Budget, call: Call, heard: Parameters<typeof limitWord>[0], nowMs: number): void {
  const resource = call.resource ?? 'core'
  const word = limitWord(heard, nowMs)
  budget.told(resource, word, nowMs)
  const last = usedUp(heard.headers)
  if (last !== undefined) budget.told(resource, { kind: 'primary', resetMs: last.resetMs }, nowMs)
  if (word.kind === 'fine') return
  const verdict = budget.ask({ resource, writes: false, content: 0, priority: 'merge' }, nowMs)
  if (verdict.go) budget.ended()
  const untilMs = verdict.go ? nowMs : verdict.untilMs
  throw new Deferred(
    call.what,
    word.kind === 'primary' ? "GitHub's hourly limit is used up" : 'GitHub has asked to wait (secondary limit)',
    untilMs,
  )
}

export type SentReply = { readonly reply: WireReply; readonly token: string; readonly startMs: number }

/** Takes a turn and a token and sends. The budget counts it as open until the caller has read it. */
export async function sent(parts: ClientParts, call: Call, route: string, anonymous = false): Promise<SentReply> {
  const { params, method, headers } = call
  const turns = await parts.turns()
  await turns.take(call.what, {
    resource: call.resource ?? 'core',
    writes: call.write !== undefined,
    content: call.write?.content ?? 0,
    priority: call.write?.priority ?? 'open',
  })
  // After the turn: asking for a token is a request too.
  const token = anonymous ? '' : await tokenFor(parts, call, turns)
  if (call.last !== undefined && !(await call.last())) {
    turns.budget.ended()
    throw new Withheld(call.what)
  }
  const startMs = parts.pace.nowMs()
  try {
    const reply = await parts.wire.send({
      method,
      route,
      ...(params === undefined || route !== call.route ? {} : { params }),
      ...(headers === undefined ? {} : { headers }),
      ...(anonymous ? {} : { authorization: `token ${token}` }),
      mostBytes: call.mostBytes ?? MOST_BYTES,
      timeoutMs: call.timeoutMs ?? TIMEOUT_MS,
    })
    return { reply, token, startMs }
  } catch (error) {
    turns.budget.ended()
    parts.report(reportOf(parts, call, 0, startMs, 0))
    throw failed(parts, call, error)
  }
}

async function tokenFor(parts: ClientParts, call: Call, { budget }: Turns): Promise<string> {
  try {
    const token = await parts.tokens.token(call.step)
    if (token !== undefined) return token
  } catch (error) {
    budget.ended()
    throw error
  }
  budget.ended()
  throw new KintsugiError('KIN-4007', `the App was not given what ${call.what} needs`)
}

function failed(parts: ClientParts, call: Call, error: unknown): Error {
  if (!(error instanceof WireFailure)) return error instanceof Error ? error : new Error(String(error))
  if (call.write !== undefined && error.sent) return new AmbiguousWrite(call.what, error)
  if (call.write === undefined) return new Passing(error.message, { cause: error })
  return new KintsugiError(
    'KIN-4003',
    `GitHub cannot be reached for ${call.what}: ${parts.scrub.clean(error.message)}`,
    {
      retryable: true,
      cause: error,
    },
  )
}

export function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined
}

export function reportOf(
  parts: ClientParts,
  call: Call,
  status: number,
  startMs: number,
  bytes: number,
  cost?: number,
): RequestReport {
  return {
    method: call.method,
    what: call.what,
    step: call.step,
    status,
    ms: parts.pace.nowMs() - startMs,
    bytes,
    points: call.write === undefined ? 1 : 5,
    ...(cost === undefined ? {} : { graphqlCost: cost }),
  }
}
