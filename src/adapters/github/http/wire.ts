import type { Dispatcher } from 'undici'
import { KintsugiError } from '../../../domain/index.ts'
import { outboundDispatcher, type Proxies } from '../../outbound/index.ts'

/** What one HTTP exchange needs; no policy is in it. */
export type WireRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A template of GitHub's REST description (`/repos/{owner}/{repo}/pulls`), or an address. Parameters that it does not name go into query or body. */
  readonly route: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** Never sent to another host than the API's. */
  readonly authorization?: string
  readonly mostBytes: number
  readonly timeoutMs: number
}

export type WireReply = {
  /** Address that was asked. */
  readonly url: string
  readonly status: number
  readonly headers: Headers
  /** Unread, and bounded while it is read. */
  readonly body: AsyncIterable<Uint8Array>
}

export type WireOptions = {
  /** `https://api.github.com`, `https://HOST/api/v3`, or a stand-in's. */
  readonly baseUrl: string
  readonly userAgent: string
  readonly connectTimeoutMs?: number
  readonly connections?: number
  /** Certificates of a GitHub Enterprise Server, PEM. */
  readonly ca?: string
  /** Which way it is asked; straight where left out. */
  readonly proxies?: Proxies
}

/** The connection failed. `sent`: the request may have arrived. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure'
  readonly sent: boolean

  constructor(sent: boolean, cause: unknown) {
    super(messageOf(cause), { cause })
    this.sent = sent
  }
}

export type Wire = {
  send(request: WireRequest): Promise<WireReply>
  close(): Promise<void>
}

const API_VERSION = '2022-11-28'
const MOST_REFUSAL_BYTES = 1_048_576

/** Octokit builds the requests; undici's fetch makes them, on connections of our own. Nothing is retried, throttled or redirected here. Both are loaded when first used. */
export function wire(options: WireOptions): Wire {
  let opened: ReturnType<typeof open> | undefined
  const ready = (): ReturnType<typeof open> => {
    opened ??= open(options)
    return opened
  }
  return {
    async send(request) {
      const { octokit, agent, fetch } = await ready()
      let asked = ''
      const { authorization, headers, params, method, route, timeoutMs } = request
      try {
        const answer = await octokit.request({
          ...params,
          method,
          url: route,
          headers: {
            'x-github-api-version': API_VERSION,
            ...headers,
            ...(authorization === undefined ? {} : { authorization }),
          },
          request: {
            fetch: (url: string, init: Sent) => {
              asked = url
              return fetchOnce({ agent, fetch }, url, init)
            },
            signal: AbortSignal.timeout(timeoutMs),
            redirect: 'manual',
            parseSuccessResponseBody: false,
            log: SILENT,
          },
        })
        return {
          url: asked,
          status: answer.status,
          headers: headersOf(answer.headers),
          body: bounded(answer.data, request.mostBytes),
        }
      } catch (error) {
        return refusedOrFailed(asked, error)
      }
    },
    async close() {
      if (opened !== undefined) await (await opened).agent.destroy()
    },
  }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

async function open(options: WireOptions) {
  const [{ Octokit }, undici] = await Promise.all([import('@octokit/rest'), import('undici')])
  const { baseUrl, userAgent, connections = 32, connectTimeoutMs = 10_000, ca, proxies } = options
  const agent = outboundDispatcher(
    undici,
    {
      connections,
      // GitHub closes idle connections after a minute; a request on one that is just being closed is an ambiguous write.
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 30_000,
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
      connect: { timeout: connectTimeoutMs, ...(ca === undefined ? {} : { ca }) },
    },
    proxies,
  )
  return { octokit: new Octokit({ baseUrl, userAgent, log: SILENT }), agent, fetch: undici.fetch }
}

type Sent = {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal?: AbortSignal
}

type Sending = { readonly agent: Dispatcher; readonly fetch: typeof import('undici').fetch }

/** A refusal is read here and handed on as text: Octokit would read it without bounds, and log what is deprecated. */
async function fetchOnce({ agent, fetch }: Sending, url: string, init: Sent): Promise<Response> {
  const { method, headers, body, signal } = init
  const answer = await fetch(url, {
    dispatcher: agent,
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  })
  const kept = new Headers()
  for (const [name, value] of answer.headers)
    if (name !== 'deprecation' && name !== 'content-type') kept.append(name, value)
  kept.set('x-content-type', answer.headers.get('content-type') ?? '')
  if (answer.status < 400)
    // 204 and 304 have no body, and may be given none. The cast: undici's stream is Node's own.
    return new Response(EMPTY.has(answer.status) ? null : (answer.body as ReadableStream<Uint8Array> | null), {
      status: answer.status,
      headers: kept,
    })
  kept.set('content-type', 'text/plain; charset=utf-8')
  return new Response(await refusalText(answer.body), { status: answer.status, headers: kept })
}

const EMPTY: ReadonlySet<number> = new Set([204, 205, 304])

async function refusalText(body: unknown): Promise<string> {
  try {
    return (await readAll(bounded(body, MOST_REFUSAL_BYTES))).toString('utf8')
  } catch {
    // The status has been said; the words are lost.
    return ''
  }
}

function refusedOrFailed(url: string, error: unknown): WireReply {
  if (isRefusal(error)) {
    const { status, headers, data } = error.response
    return { url, status, headers: headersOf(headers), body: once(typeof data === 'string' ? data : '') }
  }
  throw error instanceof KintsugiError ? error : new WireFailure(mayHaveArrived(error), error)
}

function isRefusal(
  error: unknown,
): error is { readonly response: { status: number; headers: unknown; data: unknown } } {
  return error instanceof Error && 'response' in error && typeof error.response === 'object' && error.response !== null
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8')
}

function headersOf(raw: unknown): Headers {
  const headers = new Headers()
  if (typeof raw !== 'object' || raw === null) return headers
  for (const [name, value] of Object.entries(raw)) if (typeof value === 'string') headers.set(name, value)
  return headers
}

/** Throws KIN-4008 where more comes than is asked for. */
async function* bounded(body: unknown, mostBytes: number): AsyncGenerator<Uint8Array> {
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return
  let size = 0
  // The cast: the body of a fetch gives bytes, and streams of Node iterate.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > mostBytes) throw new KintsugiError('KIN-4008', `GitHub's answer is larger than ${mostBytes} bytes`)
    yield chunk
  }
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
])
/** As undici says it: the proxy lets nobody through, so GitHub has heard nothing. */
const TUNNEL_REFUSED = /^Proxy response \((\d{3})\) !== 200/
const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/

function mayHaveArrived(error: unknown): boolean {
  if (chainOf(error).some(({ message }) => TUNNEL_REFUSED.test(message))) return false
  return !codesOf(error).some((code) => NEVER_SENT.has(code) || TLS.test(code))
}

function codesOf(error: unknown): readonly string[] {
  return chainOf(error).flatMap((one) => ('code' in one && typeof one.code === 'string' ? [one.code] : []))
}

/** An error and what it was caused by. */
function chainOf(error: unknown, depth = 0): readonly Error[] {
  return error instanceof Error && depth <= 5 ? [error, ...chainOf(error.cause, depth + 1)] : []
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection'
  if (error.name === 'TimeoutError') return 'it took too long'
  const refused = chainOf(error).flatMap(({ message }) => TUNNEL_REFUSED.exec(message)?.[1] ?? [])[0]
  if (refused !== undefined) return `the proxy answered ${refused}, and lets nobody through`
  const code = codesOf(error)[0]
  return code === undefined ? error.message : `${error.message} (${code})`
}
