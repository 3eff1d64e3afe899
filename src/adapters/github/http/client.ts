import { KintsugiError } from '../../../domain/index.ts'
import { AmbiguousWrite } from '../api.ts'
import type { Scrubber } from './scrub.ts'
import { type Call, type ClientParts, MOST_REDIRECTS, obey, originOf, Passing, reportOf, sent } from './sending.ts'
import { streamed } from './stream.ts'
import { messageIn } from './tokens.ts'
import { readAll, type WireReply } from './wire.ts'

export type { Call, ClientParts, RequestReport } from './sending.ts'

export type Reply = { readonly status: number; readonly headers: Headers; readonly bytes: Buffer }

export type Client = {
  /** 2xx, 304 and what GitHub refuses (4xx). Throws Deferred, AmbiguousWrite or KintsugiError for the rest. */
  call(call: Call): Promise<Reply>
  /** The body of a 2xx, unread. */
  stream(call: Call): Promise<AsyncIterable<Uint8Array>>
}

const MOST_TRIES = 3

/** The way of every request: its turn within the limits, a token of its step, one exchange, and what the answer means. Safe reads alone are tried again. */
export function clientOf(parts: ClientParts): Client {
  return {
    call: (call) => trying(parts, call, () => attempt(parts, call)),
    stream: (call) => trying(parts, call, () => streamed(parts, call)),
  }
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
  const heard = heardOf(call, status, bytes, parts.scrub)
  parts.report(reportOf(parts, call, status, startMs, bytes.byteLength, heard.cost))
  obey(budget, call, { status, headers, ...heard }, parts.pace.nowMs())
  if (status === 401) parts.tokens.forget(token)
  if (status >= 500 || heard.broken) throw passingOrAmbiguous(call, `answered ${status}`)
  if (status >= 300 && status < 400 && status !== 304) return redirected(parts, call, reply, redirects)
  // Whatever GitHub says of a refused request is quoted in errors and refusals.
  return { status, headers, bytes: status < 400 ? bytes : Buffer.from(parts.scrub.clean(bytes.toString('utf8'))) }
}

function heardOf(call: Call, status: number, bytes: Buffer, scrub: Scrubber) {
  if (status >= 400)
    return { text: messageIn(bytes.toString('utf8'), scrub), rateLimited: false, broken: false, cost: undefined }
  const heard = call.hear?.(bytes.toString('utf8'))
  return {
    text: heard?.text ?? '',
    rateLimited: heard?.rateLimited ?? false,
    broken: heard?.broken ?? false,
    cost: heard?.cost,
  }
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
