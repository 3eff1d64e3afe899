import { type DocumentNode, execute, GraphQLError, parse, validate } from 'graphql'
import type { Answer, Exchange, Permissions } from '../exchange.ts'
import type { World } from '../world/world.ts'
import type { Context, RateLimit } from './context.ts'
import { GitHubError, StandInGap } from './errors.ts'
import { resolverOf, typeOf } from './fields.ts'
import { githubSchema } from './schema.ts'
import { TABLE } from './table.ts'

export type GraphqlOptions = {
  readonly rateLimit?: () => RateLimit
  /** Told of everything that was asked for and that the stand-in does not know. */
  readonly onGap?: (gap: string) => void
  readonly onNeed?: (needed: Permissions) => void
}

type Body = { readonly query?: unknown; readonly variables?: unknown; readonly operationName?: unknown }

/** Answers POST /graphql: 200 with data and errors, whatever the errors are. */
export async function executeGraphql(world: World, exchange: Exchange, options: GraphqlOptions = {}): Promise<Answer> {
  const body = (exchange.body ?? {}) as Body
  if (typeof body.query !== 'string') {
    return { status: 400, body: { message: 'A query attribute must be specified and must be a string.' } }
  }
  const document = checked(body.query)
  if ('refused' in document) return { status: 200, body: { errors: document.refused.map(written) } }
  const contextValue = contextOf(world, exchange, options)
  const result = await execute({
    schema: githubSchema(),
    document: document.understood,
    contextValue,
    variableValues: isRecord(body.variables) ? body.variables : {},
    ...(typeof body.operationName === 'string' ? { operationName: body.operationName } : {}),
    fieldResolver: RESOLVE,
    typeResolver: typeOf,
  })
  for (const error of result.errors ?? []) tell(error, options)
  const errors = result.errors?.map(written)
  return {
    status: 200,
    body: { ...(result.data === undefined ? {} : { data: result.data }), ...(errors ? { errors } : {}) },
  }
}

const RESOLVE = resolverOf(TABLE)

type Checked = { readonly understood: DocumentNode } | { readonly refused: readonly GraphQLError[] }

// A client sends the same few documents again and again, and the large ones take 40 ms to validate.
const documents = new Map<string, Checked>()
const MOST_DOCUMENTS = 200

function checked(query: string): Checked {
  const known = documents.get(query)
  if (known) return known
  if (documents.size >= MOST_DOCUMENTS) documents.clear()
  const fresh = check(query)
  documents.set(query, fresh)
  return fresh
}

function check(query: string): Checked {
  try {
    const document = parse(query)
    const refused = validate(githubSchema(), document)
    return refused.length > 0 ? { refused } : { understood: document }
  } catch (error) {
    if (error instanceof GraphQLError) return { refused: [error] }
    throw error
  }
}

function contextOf(world: World, exchange: Exchange, options: GraphqlOptions): Context {
  const unlimited = { limit: 5000, remaining: 5000, used: 0, cost: 1, resetAtMs: world.clock.now() + 3_600_000 }
  return {
    world,
    actor: exchange.actor,
    webRoot: exchange.root.replace(/\/api(\/v3)?\/?$/, ''),
    rateLimit: options.rateLimit ?? (() => unlimited),
    onNeed: options.onNeed ?? (() => undefined),
  }
}

function tell(error: GraphQLError, options: GraphqlOptions): void {
  const cause = error.originalError
  if (cause === undefined || cause instanceof GitHubError) return
  if (!(cause instanceof StandInGap)) console.error('stand-in: a resolver failed', cause)
  options.onGap?.(error.message)
}

/** As GitHub writes errors: `type` first, where it has one, and nothing of graphql-js's extensions. */
function written(error: GraphQLError) {
  const cause = error.originalError
  const type = cause instanceof GitHubError ? cause.type : cause === undefined ? undefined : 'STAND_IN'
  return {
    ...(type === undefined ? {} : { type }),
    ...(error.path ? { path: error.path } : {}),
    ...(error.locations ? { locations: error.locations } : {}),
    message: error.message,
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
