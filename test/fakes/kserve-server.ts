import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Judge, ServedAt } from '../contracts/outside-model.ts'

export type Reaction = (request: IncomingMessage, body: string, response: ServerResponse) => void

/** A server on a free loopback port that behaves, or misbehaves, as it is told. */
export async function rawServer(react: Reaction): Promise<ServedAt> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => react(request, Buffer.concat(parts).toString(), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The cast: a server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** As KServe's own Python server answers: `detail` or `error` beside a status, and a bare list of predictions. */
export function kserveLike(judge: Judge, token?: string): Promise<ServedAt> {
  return rawServer(({ url, method, headers }, body, response) => {
    const say = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) return say(401, { detail: 'Unauthorized' })
    if (method !== 'POST' || url !== '/v1/models/anomaly-detector:predict')
      return say(404, { error: 'Model with name another does not exist.' })
    // The cast: the client of the suite is ours, and its bodies are looked at by other tests.
    const { instances } = JSON.parse(body) as { instances: number[][] }
    if (instances.some((row) => row.length !== 2)) return say(400, { error: 'X has 3 features, expecting 2' })
    const predictions = judge(instances)
    return predictions === undefined ? say(503, { error: 'Model is not ready.' }) : say(200, { predictions })
  })
}
