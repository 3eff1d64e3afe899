import { setTimeout as sleep } from 'node:timers/promises'
import { refusal } from './answers.ts'
import { authenticate } from './auth.ts'
import type { Actor, Answer, Permissions } from './exchange.ts'
import { type Fault, serverError, stopped, wentWrong } from './faults.ts'
import { graphqlRequest } from './graphql-request.ts'
import type { Spent } from './limits.ts'
import { restRequest } from './rest-request.ts'
import type { Incoming, Outcome, StandIn } from './stand-in.ts'
import type { World } from './world/world.ts'

/** An answer, and what was needed for it. */
export type Handled = { readonly answer: Answer; readonly needed: Permissions }

/** A request that is understood: what it asks for, and how it is done. */
export type Prepared = {
  readonly kind: 'rest' | 'graphql'
  /** As `calls` names it. */
  readonly operation: string
  /** As faults are matched. */
  readonly operations: readonly string[]
  readonly spent: Spent
  readonly read: boolean
  /** The answer of this world; `fields` cuts a document short. */
  handle(world: World, fields: number | undefined): Promise<Handled>
  /** Names of a document's root fields that are left when it is cut after `fields`. */
  left(fields: number): readonly string[]
}

const SELECTED = '2022-11-28'

/** From a request to what becomes of it. */
export async function serve(standIn: StandIn, incoming: Incoming): Promise<Outcome> {
  const forbidden = formRefusal(incoming)
  if (forbidden) return answered(forbidden)
  const who = authenticate(standIn.world, standIn.tokens, incoming.headers['authorization'])
  if ('refused' in who) return answered(who.refused)
  const prepared = isGraphql(incoming.path)
    ? graphqlRequest(standIn, incoming, who.actor)
    : restRequest(standIn, incoming, who.actor, who.token)
  if ('status' in prepared) return answered(prepared)
  const over = standIn.limits.spend(who.actor, prepared.spent)
  try {
    if (over) return answered(dressed(standIn, who.actor, prepared, over))
    return await withFaults(standIn, incoming, who.actor, prepared)
  } finally {
    standIn.limits.ended(who.actor)
  }
}

const answered = (answer: Answer): Outcome => ({ do: 'answer', answer })

export function isGraphql(path: string): boolean {
  return path === '/graphql'
}

function formRefusal(incoming: Incoming): Answer | undefined {
  if (incoming.headers['user-agent'] === undefined)
    return refusal(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    )
  const version = incoming.headers['x-github-api-version']
  if (version !== undefined && version !== SELECTED)
    return refusal(
      400,
      `The API version "${version}" is not supported. Please use one of the supported versions: ${SELECTED}.`,
    )
  return undefined
}

async function withFaults(standIn: StandIn, incoming: Incoming, actor: Actor, prepared: Prepared): Promise<Outcome> {
  const met = standIn.faults.meet(prepared.operations)
  for (const fault of met) if (fault.kind === 'latency') await sleep(fault.ms ?? 0)
  const before = met.find((fault) => fault.kind.endsWith('-before'))
  if (before) return failed(before.kind)
  const key = memoryKey(incoming, actor)
  const stale = met.find((fault) => fault.kind === 'stale')
  const partial = met.find((fault) => fault.kind === 'partial')
  const former = stale && prepared.read ? await staleAnswer(standIn, prepared, key, stale) : undefined
  const { answer, needed } = former ?? (await prepared.handle(standIn.world, partial && (partial.fields ?? 1)))
  record(standIn, incoming, actor, prepared, answer.status, needed)
  if (prepared.read && !former) standIn.memory.keep(key, answer)
  const after = met.find((fault) => fault.kind.endsWith('-after') || fault.kind === 'went-wrong')
  if (after) return after.kind === 'went-wrong' ? answered(wentWrong(incoming.requestId)) : failed(after.kind)
  const cut = partial ? stopped(answer, prepared.left(partial.fields ?? 1), incoming.requestId) : answer
  return answered(dressed(standIn, actor, prepared, cut))
}

/** What the same request was answered before, or what a replica answers that lags behind by `ms`. */
async function staleAnswer(
  standIn: StandIn,
  prepared: Prepared,
  key: string,
  { back = 1, ms }: Fault,
): Promise<Handled | undefined> {
  if (ms === undefined) {
    const answer = standIn.memory.recall(key, back)
    return answer && { answer, needed: {} }
  }
  const view = await standIn.lagging.asOf(ms)
  try {
    return await prepared.handle(view.world, undefined)
  } finally {
    view.close()
  }
}

function failed(kind: Fault['kind']): Outcome {
  if (kind.startsWith('reset')) return { do: 'reset' }
  return kind.startsWith('hang') ? { do: 'hang' } : answered(serverError())
}

/** Reads are remembered for each actor apart: GitHub keeps no answer for one from another. */
function memoryKey(incoming: Incoming, actor: Actor): string {
  const who = 'installationId' in actor ? actor.installationId : actor.kind
  return `${who} ${incoming.method} ${incoming.path}?${incoming.query} ${incoming.bytes.toString('utf8')}`
}

function record(
  standIn: StandIn,
  incoming: Incoming,
  actor: Actor,
  prepared: Prepared,
  status: number,
  needed: Permissions,
): void {
  const { kind, operation } = prepared
  standIn.world.calls.push({
    at: standIn.world.clock.now(),
    actor,
    kind,
    operation,
    path: incoming.path,
    status,
    needed,
  })
}

function dressed(standIn: StandIn, actor: Actor, prepared: Prepared, answer: Answer): Answer {
  const scopes: Record<string, string> = actor.kind === 'user' ? { 'x-oauth-scopes': 'read:org, repo, workflow' } : {}
  const limits = standIn.limits.headers(actor, prepared.spent.resource)
  return { ...answer, headers: { 'x-github-api-version-selected': SELECTED, ...limits, ...scopes, ...answer.headers } }
}
