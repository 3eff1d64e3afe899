import type { Agent } from 'undici'
import { type Allowed, guardedLookup, isForbiddenHost } from './allowed.ts'
import { type ChartProblem, missing, shown } from './found-chart.ts'

export type Got = { readonly status: number; readonly headers: Headers; readonly body: Buffer }

export type HttpGet = {
  /** `from` is the repository on whose behalf it is asked. Redirects are followed to where it may go, without the headers elsewhere. */
  get(url: URL, from: URL, mostBytes: number, headers?: Readonly<Record<string, string>>): Promise<Got | ChartProblem>
  close(): Promise<void>
}

const MOST_REDIRECTS = 5

/** Plain GETs without credentials, to allowed places with public addresses, bounded in bytes and time. Never throws. */
export function httpGet(allowed: Allowed, timeoutMs: number): HttpGet {
  // undici is read when there is something to fetch: whoever fetches nothing starts faster.
  const agents = new Map<boolean, Promise<Agent>>()
  const agentFor = (mayBePrivate: boolean): Promise<Agent> => {
    const made = agents.get(mayBePrivate) ?? agentWith(mayBePrivate, timeoutMs)
    agents.set(mayBePrivate, made)
    return made
  }
  const once = async (
    url: URL,
    most: number,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Got | ChartProblem> => {
    const mayBePrivate = allowed.isPrivateHost(url)
    if (isForbiddenHost(url, mayBePrivate))
      return missing('chart-not-allowed', `${shown(url.host)} is a private address, which is not asked`)
    const { request } = await import('undici')
    const dispatcher = await agentFor(mayBePrivate)
    try {
      const answer = await request(url, { dispatcher, signal, headers: { 'user-agent': 'kintsugi', ...headers } })
      const body = await bounded(answer.body, most)
      if (body === undefined) return missing('chart-rejected', `${shown(url.href)} is larger than ${most} bytes`)
      return { status: answer.statusCode, headers: headersOf(answer.headers), body }
    } catch (error) {
      const why = signal.aborted
        ? 'it took too long'
        : error instanceof Error
          ? error.message || 'no connection'
          : 'no connection'
      return missing('chart-unreachable', `${shown(url.host)} does not answer: ${shown(why)}`)
    }
  }
  return {
    async get(url, from, most, headers = {}) {
      const signal = AbortSignal.timeout(timeoutMs)
      let [at, sent] = [url, headers]
      for (let step = 0; step <= MOST_REDIRECTS; step += 1) {
        if (!allowed.step(at, from))
          return missing(
            'chart-not-allowed',
            `${shown(at.origin + at.pathname)} is not among the allowed chart repositories`,
          )
        const got = await once(at, most, sent, signal)
        if ('found' in got) return got
        const location = got.headers.get('location')
        if (got.status < 300 || got.status > 399 || location === null) return got
        if (!URL.canParse(location, at.href)) break
        const next = new URL(location, at.href)
        if (at.protocol === 'https:' && next.protocol !== 'https:')
          return missing('chart-not-allowed', `${shown(at.host)} redirects away from https`)
        if (next.origin !== at.origin) sent = {}
        at = next
      }
      return missing('chart-rejected', `${shown(url.host)} redirects without end`)
    },
    async close() {
      await Promise.all([...agents.values()].map(async (agent) => (await agent).close()))
    },
  }
}

async function agentWith(mayBePrivate: boolean, timeoutMs: number): Promise<Agent> {
  const undici = await import('undici')
  return new undici.Agent({
    connections: 4,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs, lookup: guardedLookup(mayBePrivate), rejectUnauthorized: true },
  })
}

async function bounded(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function headersOf(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    const text = Array.isArray(value) ? value[0] : value
    if (text !== undefined && /^[\x20-\x7e]*$/.test(text)) headers.set(name, text)
  }
  return headers
}
