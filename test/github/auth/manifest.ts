import { randomBytes } from 'node:crypto'
import { refusal } from '../answers.ts'
import type { Answer, Exchange, Permissions, Route } from '../exchange.ts'
import type { App } from '../world/accounts.ts'
import { createAccount, createApp } from '../world/establish.ts'
import type { World } from '../world/world.ts'
import { appForm } from './forms.ts'

/** A code holds for an hour and once. Source: docs.github.com, "Registering a GitHub App from a manifest". */
const CODE_LIFE_MS = 3_600_000
const LONGEST_NAME = 34

export type Manifest = {
  readonly name?: unknown
  readonly url?: unknown
  readonly hook_attributes?: { readonly url?: unknown; readonly active?: unknown }
  readonly redirect_url?: unknown
  readonly public?: unknown
  readonly default_events?: readonly string[]
  readonly default_permissions?: Permissions
}

/** Apps that were made from a manifest, waiting to be fetched by code. */
export type Codes = {
  /** Makes the App, and the address to which the browser is sent; the reasons where GitHub's form would refuse. */
  register(manifest: Manifest, owner: string, state: string | undefined): string | readonly string[]
  redeem(code: string): App | undefined
}

export function createCodes(world: World): Codes {
  const waiting = new Map<string, { readonly app: App; readonly until: number }>()
  return {
    register(manifest, owner, state) {
      const wrong = manifestProblems(world, manifest)
      if (wrong.length > 0) return wrong
      const code = randomBytes(20).toString('hex')
      waiting.set(code, { app: appFrom(world, manifest, owner), until: world.clock.now() + CODE_LIFE_MS })
      const back = new URL(String(manifest.redirect_url))
      back.searchParams.set('code', code)
      if (state !== undefined) back.searchParams.set('state', state)
      return back.href
    },
    redeem(code) {
      const found = waiting.get(code)
      waiting.delete(code)
      return found !== undefined && world.clock.now() < found.until ? found.app : undefined
    },
  }
}

function appFrom(world: World, manifest: Manifest, owner: string): App {
  if (!world.accounts.has(owner)) createAccount(world, 'User', owner)
  const hook = manifest.hook_attributes
  const url = hook !== undefined && hook.active !== false ? { webhookUrl: String(hook.url) } : {}
  return createApp(world, {
    name: String(manifest.name),
    owner,
    permissions: { metadata: 'read', ...manifest.default_permissions },
    events: manifest.default_events ?? [],
    ...url,
  })
}

function manifestProblems(world: World, manifest: Manifest): readonly string[] {
  const problems: string[] = []
  const { name } = manifest
  if (typeof name !== 'string' || name === '') problems.push("Name can't be blank")
  else if (name.length > LONGEST_NAME) problems.push(`Name is too long (maximum is ${LONGEST_NAME} characters)`)
  else if ([...world.apps.values()].some((app) => app.name.toLowerCase() === name.toLowerCase()))
    problems.push('Name has already been taken')
  if (!isUrl(manifest.url)) problems.push('Url must be a valid URL')
  if (!isUrl(manifest.redirect_url)) problems.push('Redirect url must be a valid URL')
  if (manifest.hook_attributes !== undefined && !isUrl(manifest.hook_attributes.url))
    problems.push('Hook attributes url must be a valid URL')
  return problems
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value)
}

export function manifestRoutes(codes: () => Codes): readonly Route[] {
  return [
    {
      method: 'POST',
      template: '/app-manifests/{code}/conversions',
      needs: 'none',
      handle: (world, exchange, params) => converted(world, exchange, codes().redeem(params['code'] ?? '')),
    },
  ]
}

function converted(world: World, exchange: Exchange, app: App | undefined): Answer {
  if (app === undefined) return refusal(404, 'Not Found')
  const { clientId, webhookSecret, privateKeyPem } = app
  const secrets = { client_secret: randomBytes(20).toString('hex'), webhook_secret: webhookSecret, pem: privateKeyPem }
  return { status: 201, body: { ...appForm(world, app, exchange.root), client_id: clientId, ...secrets } }
}
