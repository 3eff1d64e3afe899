import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { archive } from '../render/given.ts'

export const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

export const chartYaml = (name: string, version: string): string =>
  `apiVersion: v2\nname: ${name}\nversion: ${version}\n`

export function packedChart(name: string, version: string, files: Readonly<Record<string, string>> = {}): Uint8Array {
  const inner = Object.entries({ 'Chart.yaml': chartYaml(name, version), ...files })
  return archive(Object.fromEntries(inner.map(([path, text]) => [`${name}/${path}`, text])))
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export type WebServer = {
  readonly port: number
  readonly host: string
  readonly origin: string
  readonly asked: string[]
  readonly headers: IncomingMessage['headers'][]
  on(path: string, answer: Answer | Uint8Array | string): void
  close(): Promise<void>
}

/** A web server on 127.0.0.1 that answers these paths, and 404 to others. */
export async function webServer(): Promise<WebServer> {
  const answers = new Map<string, Answer>()
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    const path = request.url?.split('?', 1)[0] ?? ''
    const answer = answers.get(path)
    if (answer === undefined) response.writeHead(404).end()
    else answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    port,
    host: `127.0.0.1:${port}`,
    origin: `http://127.0.0.1:${port}`,
    asked,
    headers,
    on: (path, answer) =>
      answers.set(path, typeof answer === 'function' ? answer : (_, response) => response.end(answer)),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

type Entry = { readonly version: string; readonly url: string; readonly digest?: string }

/** As `helm repo index` writes it. */
export function indexYaml(charts: Readonly<Record<string, readonly Entry[]>>): string {
  const entries = Object.entries(charts).map(([name, list]) => {
    const versions = list.map(
      ({ version, url, digest }) =>
        `  - apiVersion: v2\n    created: "2026-01-01T00:00:00Z"\n    description: 'A chart: with a colon'\n${digest === undefined ? '' : `    digest: ${digest}\n`}    name: ${name}\n    urls:\n    - ${url}\n    version: ${version}\n`,
    )
    return `  ${name}:\n${versions.join('')}`
  })
  return `apiVersion: v1\nentries:\n${entries.join('')}generated: "2026-01-01T00:00:00Z"\n`
}
