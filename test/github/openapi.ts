import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2019, type ErrorObject, type ValidateFunction } from 'ajv/dist/2019.js'
import formats from 'ajv-formats'
import type { Answer, Route } from './exchange.ts'
import { projectRoot } from './project-root.ts'

type Schema = Readonly<Record<string, unknown>>
type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}
type Operation = {
  readonly id: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly schema: Schema | null } | null
  readonly answers: Readonly<Record<string, Schema | null>>
}
type Extract = {
  readonly source: Readonly<Record<string, string>>
  readonly operations: Readonly<Record<string, Operation>>
  /** By event and action: `check-run-completed`. */
  readonly webhooks: Readonly<Record<string, Schema>>
  readonly schemas: Readonly<Record<string, Schema>>
}

export type Asked = {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
}

type Key = Pick<Route, 'method' | 'template'>

/** GitHub's description of its REST API: what each request may say, and what each answer must. Empty lists: nothing wrong. */
export type Description = {
  knows(route: Key): boolean
  operations(): readonly string[]
  requestProblems(route: Key, asked: Asked): readonly string[]
  answerProblems(route: Key, answer: Answer): readonly string[]
  /** Of the body of a webhook; nothing of events that the extract does not hold. */
  payloadProblems(event: string, body: Readonly<Record<string, unknown>>): readonly string[]
}

/** Any operation may answer these, listed or not. */
const ERRORS = new Set([401, 403, 404, 422, 429, 500, 502, 503])
const BASIC_ERROR = { $ref: 'github#/schemas/basic-error' }
const VALIDATION_ERROR = {
  anyOf: [
    { $ref: 'github#/schemas/validation-error' },
    { $ref: 'github#/schemas/validation-error-simple' },
    BASIC_ERROR,
  ],
}

export function readExtract(file = join(projectRoot(), 'test/github/openapi/extract.json')): Extract {
  // The cast: the file is made by scripts/github-openapi.mjs in exactly this form.
  return JSON.parse(readFileSync(file, 'utf8')) as Extract
}

let shared: Description | undefined

/** The description of the extract, with what was compiled of it so far: that takes 100 ms for some schemas. */
export function sharedDescription(): Description {
  shared ??= describeRest()
  return shared
}

export function describeRest(extract: Extract = readExtract()): Description {
  const compile = compiler(extract.schemas)
  const operation = (route: Key) => extract.operations[`${route.method} ${route.template}`]
  return {
    knows: (route) => operation(route) !== undefined,
    operations: () => Object.keys(extract.operations),
    requestProblems: (route, asked) => {
      const known = operation(route)
      if (known === undefined) return [`GitHub's description has no ${route.method} ${route.template}`]
      return [
        ...parameterProblems(known, asked, (name, schema) => compile(`${known.id} ${name}`, schema)),
        ...bodyProblems(known, asked.body, (schema) => compile(`${known.id} body`, closed(schema))),
      ]
    },
    answerProblems: (route, answer) => {
      const known = operation(route)
      if (known === undefined) return []
      return answerOf(known, answer, (status, schema) => compile(`${known.id} ${status}`, schema))
    },
    payloadProblems: (event, body) => {
      const { action } = body
      const name = (typeof action === 'string' ? `${event}-${action}` : event).replaceAll('_', '-')
      const schema = Object.hasOwn(extract.webhooks, name) ? extract.webhooks[name] : undefined
      return schema === undefined ? [] : failures(compile(`webhook ${name}`, schema), body, name)
    },
  }
}

/** Compiles each schema once, when it is first needed: the pull request of GitHub takes 100 ms. */
function compiler(schemas: Extract['schemas']): (key: string, schema: Schema) => ValidateFunction {
  const ajv = new Ajv2019({ strict: false, allErrors: true, coerceTypes: false, validateFormats: true, logger: false })
  formats.default(ajv)
  ajv.addSchema({ $id: 'github', schemas })
  const made = new Map<string, ValidateFunction>()
  return (key, schema) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const fresh = ajv.compile(schema)
    made.set(key, fresh)
    return fresh
  }
}

const COMBINED = ['anyOf', 'allOf'] as const

/** GitHub ignores a field that it does not know; a client that sends one has misspelt another. */
function closed(schema: Schema): Schema {
  const inner = opened(schema)
  const lists = 'properties' in inner || COMBINED.some((key) => key in inner)
  const properties = isSchema(inner['properties'])
    ? { properties: Object.fromEntries(Object.entries(inner['properties']).map(([name, one]) => [name, within(one)])) }
    : {}
  const items = 'items' in inner ? { items: within(inner['items']) } : {}
  const free = isSchema(inner['additionalProperties']) || !lists
  return { ...inner, ...properties, ...items, ...(free ? {} : { unevaluatedProperties: false }) }
}

const within = (node: unknown): unknown => (isSchema(node) ? closed(node) : node)

/** Without the `additionalProperties: true` by which its alternatives let each other's fields pass. */
function opened(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([key, value]) => key !== 'additionalProperties' || value !== true)
  return Object.fromEntries(
    kept.map(([key, value]) => {
      const alternatives = COMBINED.some((one) => one === key) && Array.isArray(value)
      return [key, alternatives ? value.map((one) => (isSchema(one) ? opened(one) : one)) : value]
    }),
  )
}

function isSchema(node: unknown): node is Schema {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

function parameterProblems(
  operation: Operation,
  asked: Asked,
  compile: (name: string, schema: Schema) => ValidateFunction,
): readonly string[] {
  const problems: string[] = []
  const listed = new Map(operation.parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]))
  for (const name of asked.query.keys()) if (!listed.has(name)) problems.push(`query: ${name} is not known`)
  for (const one of operation.parameters) {
    if (one.in === 'header') continue
    const text = one.in === 'path' ? asked.params[one.name] : (asked.query.get(one.name) ?? undefined)
    if (text === undefined) {
      if (one.required) problems.push(`${one.in}: ${one.name} is missing`)
      continue
    }
    problems.push(...failures(compile(one.name, one.schema), typed(text, one.schema), `${one.in} ${one.name}`))
  }
  return problems
}

/** A parameter is text on the wire; the description says what it stands for. */
function typed(text: string, schema: Schema): unknown {
  const type = schema['type']
  if ((type === 'integer' || type === 'number') && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (type === 'array') return text.split(',')
  if (type === undefined && /^\d+$/.test(text)) return Number(text)
  return text
}

function bodyProblems(
  operation: Operation,
  body: unknown,
  compile: (schema: Schema) => ValidateFunction,
): readonly string[] {
  if (operation.body === null || operation.body.schema === null)
    return body === undefined || isEmptyObject(body) ? [] : ['body: there is none in this operation']
  if (body === undefined) return operation.body.required ? ['body: it is missing'] : []
  return failures(compile(operation.body.schema), body, 'body')
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function answerOf(
  operation: Operation,
  answer: Answer,
  compile: (status: number, schema: Schema) => ValidateFunction,
): readonly string[] {
  const listed = operation.answers[String(answer.status)]
  if (answer.status === 304) return []
  if (listed === undefined && !ERRORS.has(answer.status))
    return [`answer: ${answer.status} is not one of this operation`]
  if (answer.body instanceof Uint8Array) return []
  const schema = answer.status === 422 ? VALIDATION_ERROR : (listed ?? (answer.status >= 400 ? BASIC_ERROR : null))
  if (schema === null)
    return answer.body === undefined || answer.status >= 400 ? [] : [`answer: ${answer.status} has no content`]
  if (answer.body === undefined) return [`answer: ${answer.status} without content`]
  return failures(compile(answer.status, schema), answer.body, `answer ${answer.status}`)
}

function failures(check: ValidateFunction, value: unknown, where: string): readonly string[] {
  if (check(value)) return []
  return (check.errors ?? []).slice(0, 8).map((error) => said(where, error))
}

function said(where: string, error: ErrorObject): string {
  const extra = error.keyword === 'unevaluatedProperties' ? ` (${error.params['unevaluatedProperty']})` : ''
  const allowed = error.keyword === 'enum' ? ` ${JSON.stringify(error.params['allowedValues'])}` : ''
  return `${where}${error.instancePath}: ${error.message ?? error.keyword}${extra}${allowed}`
}
