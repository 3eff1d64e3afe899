import { createSign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble, type StandInOptions } from './assemble.ts'
import { listen, type Tls } from './server.ts'
import type { StandIn } from './stand-in.ts'
import type { App } from './world/accounts.ts'

export type Reply = { readonly status: number; readonly headers: Headers; readonly body: unknown }

/** A stand-in in this process, for tests that look into its world. */
export type Started = {
  readonly url: string
  readonly standIn: StandIn
  jwt(app: App): string
  ask(method: string, path: string, token?: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  close(): Promise<void>
}

export async function started(options: Omit<StandInOptions, 'dir'> = {}, tls?: Tls): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'kintsugi-github-'))
  const server = await listen((url) => assemble({ ...options, dir }, url), 0, tls)
  const { url, standIn } = server
  return {
    url,
    standIn,
    jwt: (app) => jwtOf(app, standIn.world.clock.now()),
    ask: (...asked) => ask(url, ...asked),
    async close() {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function jwtOf(app: App, now: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(now / 1000)
  const text = `${part({ alg: 'RS256' })}.${part({ iss: app.clientId, iat: seconds - 60, exp: seconds + 300 })}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(app.privateKeyPem).toString('base64url')}`
}

async function ask(
  url: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'user-agent': 'test', ...authorization, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
  })
  const text = await answer.text()
  const json = answer.headers.get('content-type')?.startsWith('application/json') && text !== ''
  return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text }
}
