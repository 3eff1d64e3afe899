import type { Last, Outcome } from '../api.ts'
import type { Step } from '../permissions.ts'
import type { Priority } from './budget.ts'
import type { Call, Client, Reply } from './client.ts'
import { isObject, type Node, nodeOf, parseJson } from './json.ts'
import type { Repository } from './pulls.ts'
import { refusalOf } from './refusals.ts'
import { orWithheld, WITHHELD } from './sending.ts'

export type Rest = {
  /** A GET; undefined for 404. Answered from memory where GitHub says 304. */
  get(route: string, params?: Readonly<Record<string, unknown>>, options?: GetOptions): Promise<unknown>
  /** A write; what GitHub refuses is a value. */
  write<Value>(
    request: {
      readonly method: 'POST' | 'PUT' | 'PATCH'
      readonly route: string
      readonly params: Readonly<Record<string, unknown>>
      readonly priority: Priority
      readonly step?: Step
      readonly last?: Last | undefined
    },
    read: (node: Node) => Value,
  ): Promise<Outcome<Value>>
}

export type GetOptions = {
  readonly step?: Step
  readonly mostBytes?: number /** Kept for the next time. */
  readonly kept?: boolean
}

const MOST_KEPT = 500
const MOST_KEPT_BYTES = 1_048_576

/** REST for one repository: `{owner}` and `{repo}` are filled in. */
export function restOn(client: Client, { owner, name }: Repository): Rest {
  const kept = new Map<string, { readonly etag: string; readonly value: unknown }>()
  const keep = (key: string, etag: string | null, bytes: number, value: unknown): void => {
    kept.delete(key)
    if (etag !== null && bytes <= MOST_KEPT_BYTES) kept.set(key, { etag, value })
    const oldest = kept.keys().next().value
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  }
  return {
    async get(route, params = {}, { step = 'read', mostBytes, kept: keeping = false } = {}) {
      const key = JSON.stringify([route, params])
      const known = keeping ? kept.get(key) : undefined
      const reply = await client.call({
        method: 'GET',
        route,
        params: { owner, repo: name, ...params },
        step,
        what: route,
        ...(mostBytes === undefined ? {} : { mostBytes }),
        ...(known === undefined ? {} : { headers: { 'if-none-match': known.etag } }),
      })
      if (reply.status === 304 && known !== undefined) return known.value
      if (reply.status === 404) return undefined
      const value = answerOf(route, reply)
      if (keeping) keep(key, reply.headers.get('etag'), reply.bytes.byteLength, value)
      return value
    },
    async write(request, read) {
      const call: Call = {
        method: request.method,
        route: request.route,
        params: { owner, repo: name, ...request.params },
        step: request.step ?? 'write',
        what: `${request.method} ${request.route}`,
        write: { priority: request.priority, content: 1 },
        ...(request.last === undefined ? {} : { last: request.last }),
      }
      const reply = await orWithheld(client.call(call))
      if (reply === undefined) return WITHHELD
      if (reply.status >= 400) return { ok: false, refusal: refusalOf(reply.status, refusalText(reply)) }
      return { ok: true, value: readWritten(call, reply, read) }
    },
  }
}

import { KintsugiError } from '../../../domain/index.ts'
import { AmbiguousWrite } from '../api.ts'

function answerOf(route: string, reply: Reply): unknown {
  if (reply.status === 200) {
    const parsed = parseJson(reply.bytes.toString('utf8'))
    if (parsed !== undefined) return parsed.value
    throw new KintsugiError('KIN-4008', `GitHub answered ${route} with something that is not JSON`)
  }
  const code = reply.status === 401 || reply.status === 403 ? 'KIN-4007' : 'KIN-4008'
  throw new KintsugiError(code, `GitHub refuses ${route} (${reply.status}): ${refusalText(reply).slice(0, 500)}`)
}

/** A 2xx that cannot be read has happened, but not what came of it is known. */
function readWritten<Value>(call: Call, reply: Reply, read: (node: Node) => Value): Value {
  try {
    return read(nodeOf(parseJson(reply.bytes.toString('utf8'))?.value))
  } catch (error) {
    throw new AmbiguousWrite(call.what, error)
  }
}

/** `Validation Failed: Reference already exists`: the message and what its list of errors says. */
export function refusalText(reply: Reply): string {
  const text = reply.bytes.toString('utf8')
  const parsed = parseJson(text)?.value
  if (!isObject(parsed)) return text.slice(0, 2000)
  const message = typeof parsed['message'] === 'string' ? parsed['message'] : ''
  const errors = Array.isArray(parsed['errors']) ? parsed['errors'] : []
  const said = errors.map((one) => {
    if (typeof one === 'string') return one
    if (!isObject(one)) return ''
    return typeof one['message'] === 'string'
      ? one['message']
      : [one['resource'], one['field'], one['code']].filter((part) => typeof part === 'string').join(' ')
  })
  const needed = reply.status === 403 ? reply.headers.get('x-accepted-github-permissions') : null
  return [message, ...said, ...(needed === null ? [] : [`needs ${needed}`])]
    .filter((part) => part !== '')
    .join(': ')
    .slice(0, 2000)
}
