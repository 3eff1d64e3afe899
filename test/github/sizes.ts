import type { Answer } from './exchange.ts'

/** Characters of bodies of pull requests, issues and comments. Source: renovatebot/renovate#2032, potproject/code-agent#3. */
export const BODY = 65_536
/** Characters of titles. Source: the error text itself. */
export const TITLE = 256
/** Characters, and bytes too, of a check run's summary and text. Source: OpenAPI; github/docs#35252 for the bytes. */
export const CHECK_TEXT = 65_535
/** In one request; more by updates. Source: docs.github.com, "REST API endpoints for check runs". */
export const ANNOTATIONS = 50
export const CHECK_NAME = 255
/** Buttons of a check run. Source: OpenAPI. */
export const ACTIONS = 3
const ACTION_TEXT = { label: 20, description: 40, identifier: 20 } as const

type Json = Readonly<Record<string, unknown>>

/** What GitHub says of a REST body that is too large; undefined where it is not. */
export function tooLarge(operation: string, body: unknown): Answer | undefined {
  if (!isObject(body)) return undefined
  if (/\/check-runs(\/\{\w+\})?$/.test(operation)) return checkRunTooLarge(body)
  if (/\/(comments|comments\/\{comment_id\})$/.test(operation))
    return over(body['body'], BODY) ? commentTooLarge() : undefined
  if (!/\/(pulls|issues)(\/\{\w+\})?$/.test(operation)) return undefined
  const resource = operation.includes('/pulls') ? 'PullRequest' : 'Issue'
  if (over(body['title'], TITLE))
    return invalid(resource, 'title', `title is too long (maximum is ${TITLE} characters)`)
  // GitHub says Issue of the body of a pull request too.
  return over(body['body'], BODY)
    ? invalid('Issue', 'body', `body is too long (maximum is ${BODY} characters)`)
    : undefined
}

/** The same for the input of a mutation, whose message GraphQL gives with the type UNPROCESSABLE. */
export function inputTooLarge(mutation: string, input: unknown): string | undefined {
  if (!isObject(input)) return undefined
  if (/CheckRun$/.test(mutation)) {
    const output = isObject(input['output']) ? input['output'] : {}
    return checkOutputTooLarge(output) ?? (over(input['name'], CHECK_NAME) ? longName(input['name']) : undefined)
  }
  if (over(input['title'], TITLE)) return `Title is too long (maximum is ${TITLE} characters)`
  return over(input['body'], BODY) ? `Body is too long (maximum is ${BODY} characters)` : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Characters as GitHub counts them: code points, not UTF-16 units. */
const characters = (text: string): number => [...text].length

function over(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length > most && characters(value) > most
}

function invalid(resource: string, field: string, message: string): Answer {
  return failed([{ resource, code: 'custom', field, message }])
}

function commentTooLarge(): Answer {
  const message = `Body is too long (maximum is ${BODY} characters)`
  return failed([{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message }])
}

function failed(errors: readonly Json[]): Answer {
  const documentation_url = 'https://docs.github.com/rest'
  return { status: 422, body: { message: 'Validation Failed', errors, documentation_url, status: '422' } }
}

function invalidRequest(what: string): Answer {
  const documentation_url = 'https://docs.github.com/rest/checks/runs#create-a-check-run'
  return { status: 422, body: { message: `Invalid request.\n\n${what}`, documentation_url, status: '422' } }
}

function checkRunTooLarge(body: Json): Answer | undefined {
  const output = isObject(body['output']) ? body['output'] : {}
  for (const field of ['summary', 'text']) {
    const text = output[field]
    // Few characters of many bytes are said in another form.
    if (typeof text === 'string' && characters(text) <= CHECK_TEXT && Buffer.byteLength(text) > CHECK_TEXT)
      return invalid('CheckRun', field, `${field} exceeds a maximum bytesize of ${CHECK_TEXT}`)
  }
  const what = over(body['name'], CHECK_NAME) ? longName(body['name']) : checkOutputTooLarge(output)
  const wrong = what ?? actionsTooLarge(body['actions'])
  return wrong === undefined ? undefined : invalidRequest(wrong)
}

const longName = (name: unknown): string => tooMany(characters(String(name)), CHECK_NAME)

function tooMany(given: number, most: number): string {
  return `Only ${most} characters are allowed; ${given} were supplied.`
}

function checkOutputTooLarge(output: Json): string | undefined {
  for (const field of ['summary', 'text']) {
    const text = output[field]
    if (over(text, CHECK_TEXT)) return tooMany(characters(String(text)), CHECK_TEXT)
  }
  const annotations = output['annotations']
  return Array.isArray(annotations) && annotations.length > ANNOTATIONS
    ? `No more than ${ANNOTATIONS} items are allowed; ${annotations.length} were supplied.`
    : undefined
}

function actionsTooLarge(actions: unknown): string | undefined {
  if (!Array.isArray(actions)) return undefined
  if (actions.length > ACTIONS) return `No more than ${ACTIONS} items are allowed; ${actions.length} were supplied.`
  for (const action of actions)
    for (const [field, most] of Object.entries(ACTION_TEXT)) {
      const text: unknown = isObject(action) ? action[field] : undefined
      if (over(text, most)) return tooMany(characters(String(text)), most)
    }
  return undefined
}
