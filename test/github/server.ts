import { randomBytes } from 'node:crypto'
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { refusal } from './answers.ts'
import { controlAnswer } from './control-routes.ts'
import type { Answer } from './exchange.ts'
import { gitAnswer, isGit } from './git-route.ts'
import { pageAnswer } from './pages.ts'
import { serve } from './pipeline.ts'
import { codeload } from './rest/index.ts'
import { broken } from './rest-request.ts'
import type { Incoming, Outcome, StandIn } from './stand-in.ts'
import { threadAnswer } from './thread-pages.ts'
import { closeWorld } from './world/open-world.ts'

/** Largest body that is read; GitHub takes blobs of 100 MB, nothing here needs so much. */
const LARGEST_BODY = 40 * 1024 * 1024

export type Listening = { readonly url: string; close(): Promise<void> }
export type Tls = { readonly key: string; readonly cert: string }

/** Serves the stand-in on loopback; port 0 takes a free one. */
export async function listen(
  make: (url: () => string) => StandIn,
  port: number,
  tls: Tls | undefined,
): Promise<Listening & { readonly standIn: StandIn }> {
  let url = ''
  const standIn = make(() => url)
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    handle(standIn, url, request, response).catch((error: unknown) => crash(standIn, request, response, error))
  }
  const server = tls ? createSecure(tls, handler) : createPlain(handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  // The cast: a server that listens on TCP has an address with a port.
  url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, standIn, close: () => closed(standIn, server) }
}

async function closed(standIn: StandIn, server: Server): Promise<void> {
  await standIn.webhooks.stop()
  standIn.world.jobs.stop()
  // What runs already still needs its repository.
  await standIn.world.jobs.settle()
  closeWorld(standIn.world)
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}

async function handle(
  standIn: StandIn,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const at = new URL(request.url ?? '/', url)
  if (isGit(at.pathname)) return gitAnswer(standIn, at, request, response)
  const bytes = await bodyOf(request)
  if (bytes === undefined) return send(standIn, response, '', refusal(413, 'Request Entity Too Large'))
  const incoming = incomingOf(standIn, url, at, request, bytes)
  const outcome = await outcomeOf(standIn, incoming)
  if (outcome.do === 'reset') request.socket.resetAndDestroy()
  else if (outcome.do === 'answer') send(standIn, response, incoming.requestId, outcome.answer)
}

async function outcomeOf(standIn: StandIn, incoming: Incoming): Promise<Outcome> {
  if (incoming.path.startsWith('/_stand-in/')) return { do: 'answer', answer: await controlAnswer(standIn, incoming) }
  const archive = await codeload(standIn.world, incoming.path, incoming.query)
  if (archive) return { do: 'answer', answer: archive }
  const page = pageAnswer(standIn, incoming) ?? threadAnswer(standIn, incoming)
  return page ? { do: 'answer', answer: page } : serve(standIn, incoming)
}

/** Takes the prefix of an Enterprise Server off, so that everything behind this knows one form of address. */
function incomingOf(standIn: StandIn, url: string, at: URL, request: IncomingMessage, bytes: Buffer): Incoming {
  const enterprise = at.pathname.startsWith('/api/v3/') || at.pathname === '/api/v3'
  const path = enterprise ? at.pathname.slice('/api/v3'.length) || '/' : at.pathname
  return {
    method: request.method ?? 'GET',
    path: path === '/api/graphql' ? '/graphql' : path,
    query: at.searchParams,
    headers: flat(request),
    bytes,
    root: enterprise || standIn.ghes !== undefined ? `${url}/api/v3` : url,
    requestId: requestId(),
  }
}

function flat(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** In GitHub's form: `D3A1:1C2F:9B0E12:A1B2C3:674F2A10`. */
function requestId(): string {
  const part = (bytes: number) => randomBytes(bytes).toString('hex').toUpperCase()
  return [part(2), part(2), part(3), part(3), part(4)].join(':')
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    // The cast: a stream without an encoding yields buffers.
    size += (chunk as Buffer).length
    if (size <= LARGEST_BODY) chunks.push(chunk as Buffer)
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined
}

function send(standIn: StandIn, response: ServerResponse, id: string, answer: Answer): void {
  const raw = answer.body instanceof Uint8Array || typeof answer.body === 'string'
  const bytes = answer.body === undefined ? undefined : raw ? (answer.body as string) : JSON.stringify(answer.body)
  const enterprise: Record<string, string> =
    standIn.ghes === undefined ? {} : { 'x-github-enterprise-version': standIn.ghes }
  response.writeHead(answer.status, {
    server: 'github.com',
    // A client may tell its clock's error by this.
    date: new Date(standIn.world.clock.now()).toUTCString(),
    'x-github-request-id': id,
    ...(bytes === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...enterprise,
    ...answer.headers,
  })
  response.end(bytes)
}

function crash(standIn: StandIn, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // A client that was killed, or gave up, in the middle of its request is no fault of the stand-in.
  if (!request.complete) return void request.socket.destroy()
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const answer = broken(standIn, 'crash', `${request.method} ${request.url}`, [text])
  if (response.headersSent) request.socket.destroy()
  else send(standIn, response, '', answer)
}
