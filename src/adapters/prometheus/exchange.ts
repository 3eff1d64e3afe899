import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici'
import type { ErrorCode } from '../../domain/index.ts'
import {
  certificatesOf,
  guardedLookup,
  outboundDispatcher,
  type Proxies,
  tokenOf,
  watchedFile,
} from '../outbound/index.ts'

/** What Prometheus said, or why it said nothing. `code` is that of the error table; `status` is there when HTTP answered. */
export type Reply =
  | { readonly answered: true; readonly body: string }
  | { readonly answered: false; readonly code: ErrorCode; readonly problem: string; readonly status?: number }

/** Asks one API path with a form. Never throws for what the server or the network does. */
export interface Exchange {
  post(path: string, form: Readonly<Record<string, string>>): Promise<Reply>
  /** Text of the server as one line that may be shown: without the token. */
  quote(text: string): string
  /** Lets the connections go. */
  close(): Promise<void>
}

export type ExchangeOptions = {
  /** As `parseEndpoint` gives it. */
  readonly endpoint: string
  readonly tokenFile?: string
  readonly caFile?: string
  readonly tenant?: string
  /** From sending the request to the last byte of the answer. */
  readonly timeoutMs: number
  readonly maxBodyBytes: number
  readonly concurrency: number
  readonly proxies?: Proxies
}

const MAX_PROBLEM = 300
const MAX_ERROR_BODY = 64 * 1024

/** A secret as a server may say it again: in JSON, in an address, or in base64, whose first and last signs depend on what stands beside it. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
    return whole.toString('base64').slice(before === 0 ? 0 : before + 1, Math.floor((whole.length * 8) / 6))
  })
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...inBase64].filter(
    (form) => form === secret || form.length >= SHORTEST_FORM,
  )
}

/** Shorter ones would blank out words. */
const SHORTEST_FORM = 8

/** One line of at most 300 characters, without control characters and without the secret. */
function oneLine(text: string, secret?: string): string {
  const hidden = secret === undefined ? [] : formsOf(secret)
  const line = hidden
    .reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text)
    .replace(/\bBearer\s+[^\s"',;]+/gi, 'Bearer [redacted]')
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > MAX_PROBLEM ? `${line.slice(0, MAX_PROBLEM - 1)}…` : line
}

class BodyTooLarge extends Error {}

async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  // Decoded as it comes, so that a large answer is not held as bytes and as text at once.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new BodyTooLarge(`the answer is larger than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** At most `places` of the given tasks run at once; the others wait in the order in which they came. */
function gate(places: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = places
  return async (task) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

function causes(error: unknown): Error[] {
  const found: Error[] = []
  for (let one = error; one instanceof Error && found.length < 5; one = one.cause) found.push(one)
  return found
}

function failureOf(error: unknown, timeoutMs: number, secret: string | undefined): Reply {
  const chain = causes(error)
  if (chain.some((one) => one instanceof BodyTooLarge))
    return { answered: false, code: 'KIN-3004', problem: oneLine(chain[0]?.message ?? '', secret) }
  if (chain.some((one) => /Timeout|Abort/.test(one.name)))
    return { answered: false, code: 'KIN-3002', problem: `no complete answer within ${timeoutMs} ms` }
  const why = chain.map((one) => one.message).find((message) => message !== '') ?? String(error)
  return { answered: false, code: 'KIN-3001', problem: oneLine(why, secret) }
}

/** What an HTTP status other than 200 means. 422 and 503 are how Prometheus says that a query is too heavy or took too long. */
function codeOf(status: number): ErrorCode {
  if (status === 422 || status === 503) return 'KIN-3002'
  if (status >= 500) return 'KIN-3001'
  if ((status >= 300 && status < 400) || status === 404 || status === 405 || status < 300) return 'KIN-3004'
  return 'KIN-3003'
}

function refusal(status: number, body: string, secret: string | undefined): Reply {
  const quoted = /"error"\s*:\s*"((?:[^"\\]|\\.){1,2000})"/.exec(body)?.[1] ?? ''
  const said = status >= 300 && status < 400 ? 'redirects are not followed' : quoted
  return { answered: false, code: codeOf(status), status, problem: oneLine(`HTTP ${status} ${said}`, secret) }
}

function agentWith({ concurrency, timeoutMs, proxies }: ExchangeOptions, ca: string | undefined): Dispatcher {
  return outboundDispatcher(
    { Agent, EnvHttpProxyAgent },
    {
      connections: concurrency,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs, lookup: guardedLookup(), ...(ca === undefined ? {} : { ca }) },
    },
    proxies,
  )
}

/** The agent for the certificates as they are in the file now; an older one ends when its requests have. */
function agents(options: ExchangeOptions): { current(): Dispatcher; close(): Promise<void> } {
  const { caFile } = options
  const file = caFile === undefined ? undefined : { path: caFile, read: watchedFile(caFile, 'CA file') }
  let held: { readonly agent: Dispatcher; readonly ca: string | undefined } | undefined
  return {
    current() {
      const ca = file === undefined ? undefined : certificatesOf(file.read, file.path)
      if (held !== undefined && held.ca === ca) return held.agent
      held?.agent.close().catch(() => undefined)
      held = { agent: agentWith(options, ca), ca }
      return held.agent
    },
    async close() {
      const agent = held?.agent
      held = undefined
      await agent?.close()
    },
  }
}

/** `post` throws KintsugiError only when the token file or the CA file cannot be used. */
export function exchange(options: ExchangeOptions): Exchange {
  const { tokenFile, timeoutMs } = options
  const connections = agents(options)
  const token = tokenFile === undefined ? undefined : watchedFile(tokenFile, 'token file')
  const inTurn = gate(options.concurrency)

  let latest: string | undefined

  async function send(path: string, body: string): Promise<Reply> {
    const secret = token === undefined || tokenFile === undefined ? undefined : tokenOf(token, tokenFile)
    latest = secret
    const dispatcher = connections.current()
    try {
      const answer = await request(`${options.endpoint}${path}`, {
        method: 'POST',
        dispatcher,
        body,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
          ...(options.tenant === undefined ? {} : { 'x-scope-orgid': options.tenant }),
        },
      })
      if (answer.statusCode === 200) return { answered: true, body: await readBody(answer.body, options.maxBodyBytes) }
      const text = await readBody(answer.body, MAX_ERROR_BODY).catch(() => '')
      return refusal(answer.statusCode, text, secret)
    } catch (error) {
      return failureOf(error, timeoutMs, secret)
    }
  }

  return {
    post: (path, form) => inTurn(() => send(path, new URLSearchParams(form).toString())),
    quote: (text) => oneLine(text, latest),
    close: () => connections.close(),
  }
}
