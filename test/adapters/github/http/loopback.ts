import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Pace } from '../../../../src/adapters/github/http/index.ts'
import {
  type AccountOptions,
  githubAccount,
  pemSigner,
  type RequestReport,
} from '../../../../src/adapters/github/http/index.ts'

export type Seen = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the server does with a request; undefined where it is not of the test's matter. */
export type Script = (request: Seen, response: ServerResponse, count: number) => boolean | undefined

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
})
export const KEY = privateKey

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
  return true
}

const PERMISSIONS = {
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
  issues: 'write',
  metadata: 'read',
  statuses: 'read',
  merge_queues: 'read',
}

function usual(request: Seen, response: ServerResponse, count: number): boolean {
  const { path } = request
  if (path === '/app') return json(response, 200, { id: 7, slug: 'kintsugi' })
  if (path.endsWith('/installation'))
    return json(response, 200, { id: 42, permissions: PERMISSIONS, suspended_at: null })
  if (path.endsWith('/access_tokens'))
    return json(response, 201, {
      token: `ghs_${String(count).padStart(36, '0')}`,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
  return json(response, 404, { message: 'Not Found' })
}

/** A server of a few lines, for what a stand-in does not do on purpose: broken answers, cut connections, other clocks. Sleeps cost no time. */
export async function loopback(script: Script, options: Partial<AccountOptions> = {}) {
  const seen: Seen[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
      seen.push(one)
      if (script(one, response, seen.length) !== true) usual(one, response, seen.length)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  // The cast: a server on a port has this address.
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const requests: RequestReport[] = []
  const slept: number[] = []
  const pace: Pace = {
    nowMs: () => Date.now(),
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
  }
  const account = githubAccount({
    credentials: { kind: 'app', appId: 7, signer: pemSigner(privateKey) },
    baseUrl,
    pace,
    onRequest: (one) => requests.push(one),
    ...options,
  })
  return {
    account,
    baseUrl,
    seen,
    requests,
    slept,
    api: () => account.repository('acme', 'shop'),
    of: (part: string) => seen.filter(({ path }) => path.includes(part)),
    async close() {
      await account.close()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
