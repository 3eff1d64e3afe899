import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Nudge, type WebhookServer, webhookServer } from '../../../src/server/index.ts'

export const PATH = '/webhooks'
export const APP_ID = 4711

export const PRIVATE_KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey

export type Service = {
  readonly server: WebhookServer
  readonly secret: string
  readonly dir: string
  readonly nudges: readonly Nudge[]
  close(): Promise<void>
}

/** A server with a secret of its own, and what it was nudged by. */
export async function service(over: { readonly previous?: string; readonly baseUrl?: string } = {}): Promise<Service> {
  const dir = await mkdtemp(join(tmpdir(), 'kintsugi-webhooks-'))
  const secret = randomBytes(32).toString('hex')
  const file = join(dir, 'secret')
  await writeFile(file, `${secret}\n`)
  const previousFile = join(dir, 'previous')
  if (over.previous !== undefined) await writeFile(previousFile, over.previous)
  const nudges: Nudge[] = []
  const server = await webhookServer({
    host: '127.0.0.1',
    port: 0,
    path: PATH,
    app: { appId: APP_ID, privateKey: PRIVATE_KEY, ...(over.baseUrl !== undefined && { baseUrl: over.baseUrl }) },
    secrets: { file, ...(over.previous !== undefined && { previousFile }) },
    onNudge: (nudge) => nudges.push(nudge),
  })
  const close = async () => {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
  return { server, secret, dir, nudges, close }
}

export function sign(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

let ids = 0

export type Parts = {
  readonly event?: string
  readonly id?: string
  readonly signature?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
}

/** Sends a delivery as GitHub does. */
export async function deliver({ server, secret }: Service, body: string, parts: Parts = {}): Promise<Response> {
  ids += 1
  return fetch(`${server.url}${parts.path ?? PATH}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': parts.event ?? 'push',
      'x-github-delivery': parts.id ?? `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`,
      'x-hub-signature-256': parts.signature ?? sign(body, secret),
      ...parts.headers,
    },
    body,
  })
}

export const PUSH = JSON.stringify({
  ref: 'refs/heads/main',
  after: 'a'.repeat(40),
  repository: { full_name: 'example/shop' },
  installation: { id: 7 },
})

/** Waits until the nudges of a quarter of a second are gathered. */
export const gathered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 350))
