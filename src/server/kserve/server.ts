import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { closeServer, LIMITS, type ListenAt, listenAt, MAX_CONNECTIONS } from '../service/index.ts'
import { isRefused, readInstances } from './instances.ts'
import type { ServedModel } from './model.ts'
import { type Answer, refusal } from './refusal.ts'
import { modelFor, type Route, routeOf } from './route.ts'
import { bears } from './token.ts'

export type KserveOptions = ListenAt & {
  readonly models: readonly ServedModel[]
  /** What every request has to bear, read anew for each; everybody may ask where it is left out. What it throws shuts the door. */
  readonly token?: () => string
}

export type KserveServer = { readonly url: string; close(): Promise<void> }

/** 2,048 rows of sixteen numbers, written out, and room. */
const MOST_BODY_BYTES = 1024 * 1024
/** Bodies that are read or judged at once. */
const MOST_AT_ONCE = 8

/**
 * KServe's V1 protocol: `GET /v1/models`, `GET /v1/models/NAME`, `POST /v1/models/NAME:predict`, and nothing else. What is asked here changes
 * nothing anywhere.
 */
export async function kserveServer({ models, token, ...at }: KserveOptions): Promise<KserveServer> {
  let underWay = 0

  const predict = async (named: readonly ServedModel[], request: IncomingMessage): Promise<Answer> => {
    if (underWay >= MOST_AT_ONCE) return refusal('BUSY', 'too much is asked at once', 'ask again in a second')
    underWay += 1
    try {
      return await predicted(named, request)
    } finally {
      underWay -= 1
    }
  }

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const shut = token === undefined ? undefined : shutTo(request, token)
    if (shut !== undefined) return shut
    const route = routeOf(models, request.method, request.url)
    if ('status' in route) return route
    return route.asks === 'predict' ? predict(route.named, request) : told(models, route)
  }

  const server = createServer(LIMITS, (request, response) => {
    response.on('error', () => undefined)
    answer(request).then(
      (one) => say(response, one),
      () => say(response, refusal('PREDICTION_FAILED', 'the model failed', 'that is a mistake of Kintsugi: report it')),
    )
  })
  server.maxConnections = MAX_CONNECTIONS
  return { url: await listenAt(server, at), close: () => closeServer(server) }
}

function shutTo({ headers }: IncomingMessage, token: () => string): Answer | undefined {
  let expected: string
  try {
    expected = token()
  } catch {
    return refusal('UNAUTHORIZED', 'the token of this server cannot be read, so nobody is let in')
  }
  if (bears(headers.authorization, expected)) return undefined
  return refusal('UNAUTHORIZED', 'a bearer token is needed', 'Authorization: Bearer ...')
}

function told(models: readonly ServedModel[], route: Exclude<Route, { asks: 'predict' }>): Answer {
  if (route.asks === 'list') return { status: 200, body: { models: models.map(({ name }) => name) } }
  const { named, name } = route
  const why = named.map((model) => model.unready()).find((one) => one !== undefined)
  const [only, another] = named
  const features = another === undefined ? { features: only?.features ?? [] } : {}
  if (why === undefined) return { status: 200, body: { name, ready: true, ...features } }
  const { status, body } = refusal('MODEL_NOT_READY', why)
  return { status, body: { name, ready: false, ...features, ...body } }
}

async function predicted(named: readonly ServedModel[], request: IncomingMessage): Promise<Answer> {
  const refused = judgedHead(request)
  if (refused !== undefined) return refused
  const text = await textOf(request)
  if (text === undefined) return tooLarge()
  const rows = readInstances(text)
  if (isRefused(rows)) return rows
  const model = modelFor(named, rows[0]?.length ?? 0)
  if ('status' in model) return model
  const prediction = await model.predict(rows)
  if (prediction.predicted) return { status: 200, body: { predictions: prediction.predictions } }
  return refusal(prediction.why === 'invalid' ? 'INVALID_REQUEST' : 'MODEL_NOT_READY', prediction.problem)
}

/** What the head alone shows to be wrong, before a byte of the body is read. */
function judgedHead({ headers }: IncomingMessage): Answer | undefined {
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    return refusal('UNSUPPORTED_MEDIA_TYPE', 'application/json only', 'Content-Type: application/json')
  if (headers['content-encoding'] !== undefined) return refusal('UNSUPPORTED_MEDIA_TYPE', 'no content encoding')
  return Number(headers['content-length'] ?? 0) > MOST_BODY_BYTES ? tooLarge() : undefined
}

function tooLarge(): Answer {
  return refusal('TOO_LARGE', `the body is larger than ${MOST_BODY_BYTES} bytes`)
}

/** Undefined above the cap. Whoever is refused in the middle of a body is still told so. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  // Buffers, since no encoding was set.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > MOST_BODY_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Ends the connection where the request was refused: its body was perhaps not read to the end. */
function say(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 503 && { 'retry-after': '5' }),
    ...(status >= 400 && { connection: 'close' }),
  })
  response.end(`${JSON.stringify(body)}\n`)
}
