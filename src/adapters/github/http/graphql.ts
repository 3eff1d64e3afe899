import { KintsugiError } from '../../../domain/index.ts'
import { AmbiguousWrite, type Last, type Outcome } from '../api.ts'
import type { Step } from '../permissions.ts'
import type { Priority } from './budget.ts'
import type { Call, Client } from './client.ts'
import { isObject, type Node, nodeOf, parseJson } from './json.ts'
import { refusalOf } from './refusals.ts'
import type { Scrubber } from './scrub.ts'

export type GraphqlError = { readonly path: readonly string[]; readonly message: string; readonly type?: string }

export type GraphqlAnswer = { readonly data: Node | undefined; readonly errors: readonly GraphqlError[] }

export type Document = {
  readonly name: string
  readonly text: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly step: Step
  readonly write?: { readonly priority: Priority; readonly content: number }
  readonly last?: Last | undefined
}

/** Said with 200 where a request died inside: whether a mutation happened is not known. */
const DIED = /something went wrong while executing your query|timedout|timed out/i

export type Graphql = (document: Document) => Promise<GraphqlAnswer>

/** Sends one document. Its errors are handed back with their paths: a document with any error is no success of every part. */
export function graphqlOn(client: Client, url: string, scrub: Scrubber): Graphql {
  return async (document) => {
    const call: Call = {
      method: 'POST',
      route: url,
      params: { query: document.text, variables: document.variables },
      step: document.step,
      what: document.name,
      resource: 'graphql',
      ...(document.write === undefined ? {} : { write: document.write }),
      ...(document.last === undefined ? {} : { last: document.last }),
      hear,
    }
    const reply = await client.call(call)
    const body = reply.bytes.toString('utf8')
    if (reply.status !== 200) throw unanswered(document, `${reply.status} ${body.slice(0, 300)}`)
    const parsed = parseJson(body)?.value
    if (!isObject(parsed)) throw broken(document, 'GitHub answered with something that is not JSON')
    return {
      data: isObject(parsed['data']) ? nodeOf(parsed['data'], 'data') : undefined,
      errors: errorsIn(parsed, scrub),
    }
  }
}

function hear(text: string) {
  const parsed = parseJson(text)?.value
  if (!isObject(parsed)) return { text: '', rateLimited: false, broken: true }
  const errors = errorsIn(parsed)
  const cost = isObject(parsed['data']) ? nodeOf(parsed['data']).nodeOr('rateLimit')?.numberOr('cost') : undefined
  return {
    text: errors
      .map((one) => one.message)
      .join('\n')
      .slice(0, 10_000),
    rateLimited: errors.some((one) => one.type === 'RATE_LIMITED'),
    broken: errors.some((one) => DIED.test(one.message)),
    cost,
  }
}

function errorsIn(parsed: Readonly<Record<string, unknown>>, scrub?: Scrubber): readonly GraphqlError[] {
  const clean = (text: string): string => scrub?.clean(text.slice(0, 10_000)) ?? text
  const listed = parsed['errors']
  if (!Array.isArray(listed)) return []
  return listed.filter(isObject).map((one) => ({
    path: Array.isArray(one['path']) ? one['path'].map(String) : [],
    message: typeof one['message'] === 'string' ? clean(one['message']) : 'an error without words',
    ...(typeof one['type'] === 'string' ? { type: one['type'] } : {}),
  }))
}

function broken(document: Document, message: string): Error {
  return document.write === undefined
    ? new KintsugiError('KIN-4008', `${message}: ${document.name}`)
    : new AmbiguousWrite(document.name, new Error(message))
}

function unanswered(document: Document, text: string): KintsugiError {
  return new KintsugiError('KIN-4008', `GitHub does not take ${document.name}: ${text}`)
}

/** Data of a query; a repository that may not be seen is undefined, and any other error throws. */
export async function queried(graphql: Graphql, document: Document): Promise<Node | undefined> {
  const { data, errors } = await graphql(document)
  const grave = errors.filter((one) => one.type !== 'NOT_FOUND' && one.type !== 'FORBIDDEN')
  const first = grave[0]
  if (first !== undefined || data === undefined) {
    if (errors.length > 0 && first === undefined) return undefined
    throw unanswered(document, first?.message.slice(0, 300) ?? 'no data')
  }
  return data
}

/** The result of one part of a mutation. What failed before any part was begun is the same refusal for all of them. */
export function outcomeOf<Value>(
  { data, errors }: GraphqlAnswer,
  part: string,
  read: (node: Node) => Value,
): Outcome<Value> {
  const error = errors.find((one) => one.path[0] === part) ?? errors.find((one) => one.path.length === 0)
  const node = data?.nodeOr(part)
  if (error === undefined && node !== undefined) return { ok: true, value: read(node) }
  // A field below a part that was done failed: the part is there, and what it shows is not all.
  if (node !== undefined && error !== undefined && error.path.length > 1) return { ok: true, value: read(node) }
  return { ok: false, refusal: refusalOf(200, error?.message ?? 'GitHub gave no result and no reason', error?.type) }
}
