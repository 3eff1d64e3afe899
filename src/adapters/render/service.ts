import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from './frame.ts'
import { type HelmRendererOptions, helmPrinter } from './renderer.ts'
import { ANSWER_TYPE, answerOf, MOST_REQUEST, REQUEST_TYPE, readRequest } from './wire.ts'

export type RendererServiceOptions = {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  readonly helm?: HelmRendererOptions
  /** Renders at once; 2 unless told. As many again may wait; the rest is told to come back. */
  readonly concurrency?: number
  /** What this process has that it must not have: with any of it, it is no isolated renderer, and says so. */
  readonly exposed: readonly string[]
}

export type RendererService = { readonly url: string; close(): Promise<void> }

const HEADERS_MS = 10_000
const REQUEST_MS = 30_000

/**
 * A renderer as a process of its own: `POST /render`, `/healthz`, `/version`. It keeps nothing after an answer, knows no credentials, and
 * logs nothing of what it is asked.
 */
export async function rendererService(options: RendererServiceOptions): Promise<RendererService> {
  const concurrency = options.concurrency ?? 2
  const printer = helmPrinter({ ...options.helm, concurrency })
  const isolation = options.exposed.length === 0 ? 'isolated' : 'process'
  let asked = 0

  const render = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.headers['content-type'] !== REQUEST_TYPE) return say(response, 415, 'not a request to render')
    if (Number(request.headers['content-length'] ?? 0) > MOST_REQUEST) return say(response, 413, 'too large')
    if (asked >= concurrency * 2) return say(response, 503, 'busy')
    asked += 1
    try {
      const body = await readBody(request, MOST_REQUEST)
      if (body === undefined) return say(response, 413, 'too large')
      const input = readRequest(body)
      if (input === undefined) return say(response, 400, 'not a request to render')
      const answer = answerOf(await printer.print(input), isolation)
      response.writeHead(200, { 'content-type': ANSWER_TYPE, 'content-length': answer.byteLength }).end(answer)
    } finally {
      asked -= 1
    }
  }
  const about = async (response: ServerResponse): Promise<void> => {
    const said = { renderer: 'kintsugi', tool: (await printer.version()) ?? null, bounds: printer.bounds }
    const text = JSON.stringify({ ...said, isolation, exposed: options.exposed })
    response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asks = `${request.method} ${request.url}`
    if (asks === 'POST /render') return render(request, response)
    if (asks === 'GET /version') return about(response)
    if (asks === 'GET /healthz') return say(response, 200, 'ok')
    say(response, 404, 'no such thing')
  }
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    response.on('error', () => undefined)
    answer(request, response).catch(() => {
      // What went wrong may quote the input, which is not repeated.
      if (response.headersSent) response.destroy()
      else say(response, 500, 'the renderer failed')
    })
  })
  const url = await listening(server, options)
  return { url, close: () => closed(server) }
}

/** Ends the connection too where the request was not read to its end. */
function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
    ...(status >= 400 ? { connection: 'close' } : {}),
  })
  response.end(`${text}\n`)
}

async function listening(server: Server, { host, port }: RendererServiceOptions): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { address, family, port: taken } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
