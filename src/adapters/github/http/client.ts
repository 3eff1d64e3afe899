import { KintsugiError } from '../../../domain/index.ts'
import { AmbiguousWrite } from '../api.ts'
import type { Step } from '../permissions.ts'
import type { Cost, Priority } from './budget.ts'
import { limitWord, usedUp } from './limit-words.ts'
import type { Scrubber } from './scrub.ts'
import { messageIn, type Tokens } from './tokens.ts'
import { Deferred, type Pace, type Turns } from './wait.ts'
import { readAll, type Wire, WireFailure, type WireReply, type WireRequest } from './wire.ts'

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

export type Reply = { readonly status: number; readonly headers: Headers; readonly bytes: Buffer }

export type ClientParts = {
  readonly wire: Wire
  readonly tokens: Tokens
  readonly turns: () => Promise<Turns>
  readonly pace: Pace
  readonly scrub: Scrubber
  readonly report: (one: RequestReport) => void
}

export type Client = {
  /** 2xx, 304 and what GitHub refuses (4xx). Throws Deferred, AmbiguousWrite or KintsugiError for the rest. */
  call(call: Call): Promise<Reply>
  /** The body of a 2xx, unread. */
  stream(call: Call): Promise<AsyncIterable<Uint8Array>>
}

const MOST_BYTES = 32 * 1024 * 1024
const TIMEOUT_MS = 30_000
const MOST_TRIES = 3
const MOST_REDIRECTS = 3

/** The way of every request: its turn within the limits, a token of its step, one exchange, and what the answer means. Safe reads alone are tried again. */
export function clientOf(parts: ClientParts): Client {
  return {
    call: (call) => trying(parts, call, () => attempt(parts, call)),
    stream: (call) => trying(parts, call, () => streamed(parts, call)),
  }
}

/** A read that failed for a reason that passes, as 5xx, resets and time-outs do. */
class Passing extends Error {
  override readonly name = 'Passing'
}

async function trying<Value>(parts: ClientParts, call: Call, once: () => Promise<Value>): Promise<Value> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await once()
    } catch (error) {
      if (!(error instanceof Passing)) throw error
      if (tried >= MOST_TRIES)
        throw new KintsugiError(
          'KIN-4003',
          `GitHub does not answer ${call.what}: ${parts.scrub.clean(error.message)}`,
          {
            retryable: true,
            cause: error.cause,
          },
        )
      await parts.pace.sleep(Math.round(200 * 2 ** tried * (0.5 + parts.pace.random())))
    }
  }
}

async function attempt(parts: ClientParts, call: Call): Promise<Reply> {
  const first = await exchange(parts, call, call.route)
  return first.status === 401 ? exchange(parts, call, call.route) : first
}

async function exchange(parts: ClientParts, call: Call, route: string, redirects = 0): Promise<Reply> {
  const { reply, token, startMs } = await sent(parts, call, route)
  const { status, headers } = reply
  let bytes: Buffer
  try {
    bytes = await readAll(reply.body)
  } catch (error) {
    parts
      .turns()
      .then(({ budget }) => budget.ended())
      .catch(() => {})
    parts.report(reportOf(parts, call, status, startMs, 0))
    throw unreadable(parts, call, error)
  }
  const { budget } = await parts.turns()
  budget.ended()
  const heard = heardOf(call, status, bytes)
  parts.report(reportOf(parts, call, status, startMs, bytes.byteLength, heard.cost))
  obey(budget, call, { status, headers, ...heard }, parts.pace.nowMs())
  if (status === 401) parts.tokens.forget(call.step, token)
  if (status >= 500 || heard.broken) throw passingOrAmbiguous(call, `answered ${status}`)
  if (status >= 300 && status < 400 && status !== 304) return redirected(parts, call, reply, redirects)
  // Whatever GitHub says of a refused request is quoted in errors and refusals.
  return { status, headers, bytes: status < 400 ? bytes : Buffer.from(parts.scrub.clean(bytes.toString('utf8'))) }
}

type Budget = Turns['budget']

function obey(budget: Budget, call: Call, heard: Parameters<typeof limitWord>[0], nowMs: number): void {
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

function heardOf(call: Call, status: number, bytes: Buffer) {
  if (status >= 400)
    return { text: messageIn(bytes.toString('utf8')), rateLimited: false, broken: false, cost: undefined }
  const heard = call.hear?.(bytes.toString('utf8'))
  return {
    text: heard?.text ?? '',
    rateLimited: heard?.rateLimited ?? false,
    broken: heard?.broken ?? false,
    cost: heard?.cost,
  }
}

type SentReply = { readonly reply: WireReply; readonly token: string; readonly startMs: number }

/** Takes a turn and a token and sends. The budget counts it as open until the caller has read it. */
async function sent(parts: ClientParts, call: Call, route: string, anonymous = false): Promise<SentReply> {
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

function passingOrAmbiguous(call: Call, message: string): Error {
  return call.write === undefined ? new Passing(message) : new AmbiguousWrite(call.what, new Error(message))
}

function unreadable(parts: ClientParts, call: Call, error: unknown): Error {
  if (call.write !== undefined) return new AmbiguousWrite(call.what, error)
  if (error instanceof KintsugiError) return error
  return new Passing(error instanceof Error ? parts.scrub.clean(error.message) : 'the answer broke off', {
    cause: error,
  })
}

/** A repository that was renamed answers with its new address. Only reads follow, and only to the same host: the token goes nowhere else. */
async function redirected(
  parts: ClientParts,
  call: Call,
  { headers, url: asked }: WireReply,
  redirects: number,
): Promise<Reply> {
  const to = headers.get('location') ?? ''
  const from = originOf(asked)
  if (call.write !== undefined || redirects >= MOST_REDIRECTS || !URL.canParse(to))
    throw new KintsugiError('KIN-4003', `GitHub has moved what ${call.what} asks for: was the repository renamed?`)
  if (originOf(to) !== from)
    throw new KintsugiError('KIN-4003', `GitHub sends ${call.what} to another host, which is not followed`)
  return exchange(parts, call, to, redirects + 1)
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined
}

/** Archives are handed out by another host, by an address that carries its own right: it gets no token of ours. */
async function streamed(parts: ClientParts, call: Call): Promise<AsyncIterable<Uint8Array>> {
  let at = await sent(parts, call, call.route)
  if (at.reply.status === 401) {
    await closed(parts, call, at)
    parts.tokens.forget(call.step, at.token)
    at = await sent(parts, call, call.route)
  }
  for (let step = 0; at.reply.status >= 300 && at.reply.status < 400; step += 1) {
    const to = at.reply.headers.get('location') ?? ''
    const from = originOf(at.reply.url)
    await closed(parts, call, at)
    if (step >= MOST_REDIRECTS || !mayServe(to, from))
      throw new KintsugiError('KIN-4003', `GitHub sends ${call.what} to a host that is not followed`)
    at = await sent(parts, call, to, true)
  }
  if (at.reply.status === 200) return counted(parts, call, at)
  const text = await closed(parts, call, at)
  obey(
    (await parts.turns()).budget,
    call,
    { status: at.reply.status, headers: at.reply.headers, text },
    parts.pace.nowMs(),
  )
  if (at.reply.status >= 500) throw new Passing(`answered ${at.reply.status}`)
  throw new KintsugiError(
    'KIN-4002',
    `GitHub has no ${call.what} (${at.reply.status}): ${parts.scrub.clean(messageIn(text))}`,
  )
}

/** `codeload.` of the same domain, or the same host. */
function mayServe(to: string, from: string | undefined): boolean {
  if (!URL.canParse(to) || from === undefined) return false
  const [there, here] = [new URL(to), new URL(from)]
  if (there.origin === here.origin) return true
  const domain = here.hostname.replace(/^api\./, '')
  return there.protocol === here.protocol && (there.hostname === `codeload.${domain}` || there.hostname === domain)
}

async function closed(parts: ClientParts, call: Call, { reply, startMs }: SentReply): Promise<string> {
  const text = await readAll(reply.body).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  )
  ;(await parts.turns()).budget.ended()
  parts.report(reportOf(parts, call, reply.status, startMs, Buffer.byteLength(text)))
  return text
}

async function* counted(parts: ClientParts, call: Call, { reply, startMs }: SentReply): AsyncGenerator<Uint8Array> {
  const turns = await parts.turns()
  let bytes = 0
  try {
    for await (const chunk of reply.body) {
      bytes += chunk.byteLength
      yield chunk
    }
  } catch (error) {
    if (error instanceof KintsugiError) throw error
    const why = error instanceof Error ? parts.scrub.clean(error.message) : 'no reason'
    throw new KintsugiError('KIN-4003', `${call.what} broke off: ${why}`, { retryable: true, cause: error })
  } finally {
    turns.budget.ended()
    parts.report(reportOf(parts, call, reply.status, startMs, bytes))
  }
}

function reportOf(
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
