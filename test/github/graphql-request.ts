import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { refusal } from './answers.ts'
import type { Actor, Answer, Level, Permissions } from './exchange.ts'
import { cutShort, type GraphqlBody } from './faults.ts'
import { executeGraphql } from './graphql/execute.ts'
import type { Handled, Prepared } from './pipeline.ts'
import { broken } from './rest-request.ts'
import type { Incoming, StandIn } from './stand-in.ts'
import type { World } from './world/world.ts'

/** A GraphQL request: named by its root fields, as faults and calls name it. */
export function graphqlRequest(standIn: StandIn, incoming: Incoming, actor: Actor): Prepared | Answer {
  if (incoming.method !== 'POST') return refusal(404, 'Not Found')
  if (actor.kind === 'anonymous' || actor.kind === 'app')
    return refusal(401, 'This endpoint requires you to be authenticated.')
  const body = bodyOf(incoming)
  if (body === undefined) return refusal(400, 'Problems parsing JSON')
  const document = parsed(body.query)
  if (document instanceof GraphQLError) {
    broken(standIn, 'graphql', 'document', [document.message])
    return { status: 200, body: { errors: [{ message: document.message }] } }
  }
  const named = rootFields(document, body.operationName)
  const operation = `${named.type} ${named.fields.join(' ')}`
  const writes = named.type === 'mutation'
  return {
    kind: 'graphql',
    operation,
    operations: named.fields.map((field) => `${named.type} ${field}`),
    read: !writes,
    spent: { resource: 'graphql', writes, free: false },
    handle: (world, fields) =>
      run(standIn, world, incoming, actor, fields === undefined ? body : cutShort(body, fields).body, operation),
    left: (fields) => cutShort(body, fields).left,
  }
}

function bodyOf(incoming: Incoming): GraphqlBody | undefined {
  try {
    const value: unknown = JSON.parse(incoming.bytes.toString('utf8'))
    if (typeof value !== 'object' || value === null || !('query' in value)) return undefined
    // The cast: a client's GraphQL body has these fields, and graphql-js checks the variables.
    return typeof value.query === 'string' ? (value as GraphqlBody) : undefined
  } catch {
    return undefined
  }
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query)
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError(String(error))
  }
}

type Named = { readonly type: string; readonly fields: readonly string[] }

function rootFields(document: DocumentNode, name: string | null | undefined): Named {
  const all = document.definitions.filter(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  const chosen = all.find((one) => one.name?.value === name) ?? all[0]
  const fields = (chosen?.selectionSet.selections ?? []).flatMap((one) =>
    one.kind === Kind.FIELD ? [one.name.value] : [],
  )
  return { type: chosen?.operation ?? 'query', fields }
}

async function run(
  standIn: StandIn,
  world: World,
  incoming: Incoming,
  actor: Actor,
  body: GraphqlBody,
  operation: string,
): Promise<Handled> {
  const { method, path, query, headers, root } = incoming
  const exchange = { method, path, query, headers, body, actor, root }
  const gaps: string[] = []
  const needed = new Map<string, Level>()
  const answer = await executeGraphql(world, exchange, {
    rateLimit: () => standingOf(standIn, actor),
    onGap: (gap) => gaps.push(gap),
    onNeed: (set) => {
      for (const [name, level] of Object.entries(set)) if (needed.get(name) !== 'write') needed.set(name, level)
    },
  })
  gaps.push(...refusedByGraphql(answer))
  // Whoever is known at all reads metadata.
  const sum: Permissions = needed.size > 0 ? Object.fromEntries(needed) : { metadata: 'read' }
  return { answer: gaps.length > 0 ? broken(standIn, 'graphql', operation, gaps) : answer, needed: sum }
}

function standingOf(standIn: StandIn, actor: Actor) {
  const { limit, remaining, used, reset } = standIn.limits.standing(actor, 'graphql')
  return { limit, remaining, used, cost: 1, resetAtMs: reset * 1000 }
}

/** What graphql-js itself has against a document: GitHub would have too, so the client is wrong. */
function refusedByGraphql(answer: Answer): readonly string[] {
  // The cast: an answer of ours to a document.
  const body = answer.body as { readonly data?: unknown; readonly errors?: readonly { readonly message: string }[] }
  return body.data === undefined ? (body.errors ?? []).map((error) => error.message) : []
}
