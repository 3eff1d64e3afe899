import { createHash } from 'node:crypto'
import { accepted, accessTo } from './access.ts'
import { refusal } from './answers.ts'
import type { Actor, Answer, Exchange } from './exchange.ts'
import type { Handled, Prepared } from './pipeline.ts'
import type { Found } from './router.ts'
import { tooLarge } from './sizes.ts'
import type { Incoming, StandIn } from './stand-in.ts'
import type { World } from './world/world.ts'

/** A REST request as one of the operations that the stand-in knows; an answer where it is none. */
export function restRequest(
  standIn: StandIn,
  incoming: Incoming,
  actor: Actor,
  token: string | undefined,
): Prepared | Answer {
  const found = standIn.find(incoming.method, incoming.path)
  if (found === undefined)
    return broken(standIn, 'unknown-route', `${incoming.method} ${incoming.path}`, ['the stand-in has no such route'])
  const body = parsed(incoming)
  if (body === MALFORMED) return refusal(400, 'Problems parsing JSON')
  const operation = `${found.route.method} ${found.route.template}`
  const read = found.route.method === 'GET'
  const exchange = exchangeOf(incoming, actor, token, body)
  return {
    kind: 'rest',
    operation,
    operations: [operation],
    read,
    spent: { resource: 'core', writes: !read, free: found.route.template === '/rate_limit' },
    handle: (world) => handle(standIn, world, found, exchange, operation),
    left: () => [],
  }
}

const MALFORMED = Symbol('malformed')

function parsed(incoming: Incoming): unknown {
  if (incoming.bytes.length === 0) return undefined
  try {
    return JSON.parse(incoming.bytes.toString('utf8'))
  } catch {
    return MALFORMED
  }
}

function exchangeOf(incoming: Incoming, actor: Actor, token: string | undefined, body: unknown): Exchange {
  const { method, path, query, root } = incoming
  // A route that revokes the token itself has to see it.
  const headers = token === undefined ? incoming.headers : { ...incoming.headers, authorization: `token ${token}` }
  return { method, path, query, headers, body, actor, root }
}

async function handle(
  standIn: StandIn,
  world: World,
  { route, params }: Found,
  exchange: Exchange,
  operation: string,
): Promise<Handled> {
  const access = accessTo(world, route, exchange.actor, params)
  if ('refused' in access) return { answer: access.refused, needed: access.needed }
  const large = tooLarge(operation, exchange.body)
  if (large) return { answer: large, needed: access.needed }
  const asked = { params, query: exchange.query, body: exchange.body }
  const wrong = standIn.description.requestProblems(route, asked)
  if (wrong.length > 0) return { answer: broken(standIn, 'request', operation, wrong), needed: access.needed }
  const answer = await route.handle(world, exchange, params)
  const odd = standIn.description.answerProblems(route, answer)
  if (odd.length > 0) return { answer: broken(standIn, 'answer', operation, odd), needed: access.needed }
  return { answer: finished(standIn, exchange, answer, route.needs), needed: access.needed }
}

/** Something that fails the test: recorded, and said so loudly that the client stops too. */
export function broken(
  standIn: StandIn,
  kind: 'unknown-route' | 'request' | 'answer' | 'graphql' | 'crash',
  operation: string,
  problems: readonly string[],
): Answer {
  standIn.violations.add({ kind, operation, problems })
  return refusal(501, `stand-in: ${kind} ${operation}: ${problems.join('; ')}`)
}

function finished(standIn: StandIn, exchange: Exchange, answer: Answer, needs: Found['route']['needs']): Answer {
  const headers: Record<string, string> = { 'x-github-media-type': 'github.v3; format=json', ...answer.headers }
  if (typeof needs !== 'string' && exchange.actor.kind === 'installation')
    headers['x-accepted-github-permissions'] = accepted(needs)
  if (exchange.method !== 'GET' || answer.status !== 200) return { ...answer, headers }
  const etag = etagOf(answer.body)
  const asked = exchange.headers['if-none-match']
  if (asked === undefined || !asked.split(',').some((one) => one.trim() === etag))
    return { ...answer, headers: { ...headers, etag } }
  standIn.limits.giveBack(exchange.actor, 'core')
  return { status: 304, headers: { ...headers, etag } }
}

function etagOf(body: unknown): string {
  const bytes = body instanceof Uint8Array ? body : JSON.stringify(body ?? null)
  return `W/"${createHash('sha256').update(bytes).digest('hex')}"`
}
