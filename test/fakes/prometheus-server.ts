import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
}

export type Reaction = (asked: Asked, response: ServerResponse) => void

export type PrometheusServer = {
  readonly url: string
  /** Everything that was asked so far. */
  readonly asked: readonly Asked[]
  /** The most requests that were open at once. */
  mostAtOnce(): number
  close(): Promise<void>
}

/** A server on a free loopback port that behaves, or misbehaves, as it is told. */
export async function prometheusServer(react: Reaction): Promise<PrometheusServer> {
  const asked: Asked[] = []
  let open = 0
  let most = 0
  const server = createServer((request, response) => {
    open += 1
    most = Math.max(most, open)
    response.on('close', () => {
      open -= 1
    })
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString())
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, form }
      asked.push(one)
      react(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The cast: a server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    mostAtOnce: () => most,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export type Sample = readonly [number, string]
export type MatrixSeries = { readonly metric: Readonly<Record<string, string>>; readonly values: readonly Sample[] }

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

export function matrix(series: readonly MatrixSeries[], extra: Readonly<Record<string, unknown>> = {}): unknown {
  return { status: 'success', data: { resultType: 'matrix', result: series }, ...extra }
}

/** The times of a query_range, in seconds, as its form names them. */
export function timesOf(form: URLSearchParams): number[] {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Math.round(Number(form.get(name)) * 1000))
  if (start === undefined || end === undefined || step === undefined || !(step > 0)) return []
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => (start + index * step) / 1000)
}
