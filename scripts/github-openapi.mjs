// Makes test/github/openapi/extract.json: of GitHub's description of its REST API the operations that the stand-in
// routes, with the schemas that they refer to, as JSON Schema that ajv reads. Run by hand after a new route:
//   npm run build:stand-in && node scripts/github-openapi.mjs
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PACKAGE = '@octokit/openapi'
const VERSION = '23.0.2'
/** The package holds ten descriptions, 385 MB unpacked; one is needed. */
const DESCRIPTION = 'package/generated/api.github.com.json'
const OUT = new URL('../test/github/openapi/extract.json', import.meta.url)

/** Says nothing about what is valid, or speaks a dialect that ajv does not. */
const DROPPED = new Set([
  'description',
  'title',
  'example',
  'examples',
  'externalDocs',
  'deprecated',
  'discriminator',
  'xml',
])
/** Below these keys stand names of GitHub's fields, not keywords. */
const NAMED = new Set(['properties', 'patternProperties'])

/** Events that the stand-in sends. Of pull requests one action for each form; the others differ in their `action` alone. */
const WEBHOOKS = [
  ...['opened', 'closed', 'synchronize', 'review-submitted'].map((action) => `pull-request-${action}`),
  ...['created', 'edited', 'deleted'].map((action) => `issue-comment-${action}`),
  ...['created', 'completed', 'rerequested', 'requested-action'].map((action) => `check-run-${action}`),
  ...['requested', 'rerequested', 'completed'].map((action) => `check-suite-${action}`),
  ...['created', 'deleted', 'suspend', 'unsuspend', 'new-permissions-accepted'].map(
    (action) => `installation-${action}`,
  ),
  ...['added', 'removed'].map((action) => `installation-repositories-${action}`),
  ...['checks-requested', 'destroyed'].map((action) => `merge-group-${action}`),
  'push',
  'status',
]

/** Where the package contradicts the description that it is made from. */
const CORRECTED = {
  // `account` is written as a person and an enterprise at once; GET /app/installations/{installation_id} has it right.
  'GET /app/installations': { 200: { type: 'array', items: { $ref: '#/components/schemas/installation' } } },
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** OpenAPI 3.0 in JSON Schema's words: `nullable` as a type, references into the extract. */
export function jsonSchema(node, seen) {
  if (Array.isArray(node)) return node.map((one) => jsonSchema(one, seen))
  if (!isObject(node)) return node
  const out = {}
  for (const [key, value] of Object.entries(node)) {
    if (DROPPED.has(key) || key.startsWith('x-') || key === 'nullable' || key === 'readOnly' || key === 'default')
      continue
    if (NAMED.has(key)) out[key] = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, jsonSchema(v, seen)]))
    else if (key === '$ref') out[key] = reference(value, seen)
    // The description's alternatives overlap (an issue is also a pull request), so "exactly one" cannot be asked.
    else if (key === 'oneOf') out.anyOf = jsonSchema(value, seen)
    else out[key] = key === 'enum' || key === 'required' ? value : jsonSchema(value, seen)
  }
  return node.nullable === true ? orNull(out) : out
}

function orNull(schema) {
  if (schema.enum !== undefined && !schema.enum.includes(null)) schema = { ...schema, enum: [...schema.enum, null] }
  if (typeof schema.type === 'string' && schema.anyOf === undefined && schema.allOf === undefined)
    return { ...schema, type: [schema.type, 'null'] }
  return { anyOf: [schema, { type: 'null' }] }
}

function reference(ref, seen) {
  const name = ref.replace('#/components/schemas/', '')
  if (name === ref) throw new Error(`${ref} is no schema`)
  seen.add(name)
  return `github#/schemas/${name}`
}

function resolved(description, node) {
  if (node?.$ref === undefined) return node
  return node.$ref
    .split('/')
    .slice(1)
    .reduce((at, step) => at[step], description)
}

function contentSchema(content, seen) {
  const media = content?.['application/json'] ?? Object.values(content ?? {})[0]
  return media?.schema === undefined ? null : jsonSchema(media.schema, seen)
}

function webhook(description, name, seen) {
  return contentSchema(resolved(description, description['x-webhooks'][name].post.requestBody).content, seen)
}

function corrected(method, path, status, seen) {
  const schema = CORRECTED[`${method} ${path}`]?.[status]
  return schema && jsonSchema(schema, seen)
}

function operation(description, path, method, seen) {
  const item = description.paths[path]
  const found = item?.[method.toLowerCase()]
  if (found === undefined) throw new Error(`GitHub's description has no ${method} ${path}`)
  const parameters = [...(item.parameters ?? []), ...(found.parameters ?? [])].map((one) => resolved(description, one))
  const body = resolved(description, found.requestBody)
  const answers = Object.entries(found.responses).map(([status, answer]) => [
    status,
    corrected(method, path, status, seen) ?? contentSchema(resolved(description, answer).content, seen),
  ])
  return {
    id: found.operationId,
    parameters: parameters.map(({ name, in: where, required = false, schema }) => ({
      name,
      in: where,
      required,
      schema: jsonSchema(schema, seen),
    })),
    body: body === undefined ? null : { required: body.required ?? false, schema: contentSchema(body.content, seen) },
    answers: Object.fromEntries(answers),
  }
}

/** Every schema that the operations reach, and those that these reach. */
function closure(description, seen) {
  const schemas = {}
  for (let open = [...seen]; open.length > 0; open = [...seen].filter((name) => schemas[name] === undefined))
    for (const name of open) schemas[name] = jsonSchema(description.components.schemas[name], seen)
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function extract(description, routes) {
  // Errors are answered by every operation, whether the description lists them or not.
  const seen = new Set(['basic-error', 'validation-error', 'validation-error-simple'])
  const operations = {}
  for (const { method, template } of [...routes].sort((a, b) => (key(a) < key(b) ? -1 : 1)))
    operations[key({ method, template })] = operation(description, template, method, seen)
  const webhooks = Object.fromEntries(WEBHOOKS.map((name) => [name, webhook(description, name, seen)]))
  return {
    source: { package: PACKAGE, version: VERSION, file: DESCRIPTION, licence: description.info.license.name },
    operations,
    webhooks,
    schemas: closure(description, seen),
  }
}

const key = ({ method, template }) => `${method} ${template}`

function download() {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-openapi-'))
  try {
    const packed = execFileSync('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent'], { cwd: folder, encoding: 'utf8' })
    execFileSync('tar', ['xzf', packed.trim(), DESCRIPTION], { cwd: folder })
    return JSON.parse(readFileSync(join(folder, DESCRIPTION), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One line for each operation and schema, so that a later version can be compared with this one. */
function text({ source, operations, webhooks, schemas }) {
  const lines = (of) => Object.entries(of).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  const block = (of) => `{\n${lines(of).join(',\n')}\n}`
  const blocks = Object.entries({ operations, webhooks, schemas }).map(([name, of]) => `"${name}": ${block(of)}`)
  return `{\n"source": ${JSON.stringify(source)},\n${blocks.join(',\n')}\n}\n`
}

const { ROUTES } = await import('../.stand-in/test/github/routes.js')
const made = extract(download(), ROUTES)
writeFileSync(OUT, text(made))
console.log(`${Object.keys(made.operations).length} operations, ${Object.keys(made.schemas).length} schemas`)
