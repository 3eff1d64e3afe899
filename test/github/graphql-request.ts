import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { refusal } from './answers.ts'
import type { Actor, Answer } from './exchange.ts'
import { cutShort, type GraphqlBody } from './faults.ts'
import { documentNeeds } from './graphql-needs.ts'
import type { Prepared } from './pipeline.ts'
import { broken } from './rest-request.ts'
import type { Incoming, StandIn } from './stand-in.ts'

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
  const writes = named.type === 'mutation'
  return {
    kind: 'graphql',
    operation: `${named.type} ${named.fields.join(' ')}`,
    operations: named.fields.map((field) => `${named.type} ${field}`),
    read: !writes,
    spent: { resource: 'graphql', writes, free: false },
    handle: async (fields) => ({
      answer: await run(standIn, incoming, actor, fields === undefined ? body : cutShort(body, fields).body),
      needed: documentNeeds(document, named.fields, writes),
    }),
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

async function run(standIn: StandIn, incoming: Incoming, actor: Actor, body: GraphqlBody): Promise<Answer> {
  const { method, path, query, headers, root } = incoming
  return standIn.execute({ method, path, query, headers, body, actor, root }, body)
}
