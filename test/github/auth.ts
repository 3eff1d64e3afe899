import { refusal } from './answers.ts'
import { looksLikeJwt, verifyJwt } from './auth/jwt.ts'
import { actorOf, type Tokens } from './auth/tokens.ts'
import type { Actor, Answer } from './exchange.ts'
import type { App } from './world/accounts.ts'
import type { World } from './world/world.ts'

export type Authenticated =
  /** `token` is the one that was presented. */
  { readonly actor: Actor; readonly token: string | undefined } | { readonly refused: Answer }

/** Who asks, by the `authorization` header: an App's JWT, an installation's or a person's token, or the same as a password for git. */
export function authenticate(world: World, tokens: Tokens, header: string | undefined): Authenticated {
  const token = presented(header)
  if (token === undefined) return { actor: { kind: 'anonymous' }, token: undefined }
  if (looksLikeJwt(token)) return byJwt(world, token)
  const issued = tokens.find(token)
  if (issued !== undefined) return byInstallation(world, issued, token)
  const person = world.userTokens.get(token)
  return person === undefined ? bad() : { actor: { kind: 'user', login: person.login }, token }
}

const bad = (): Authenticated => ({ refused: refusal(401, 'Bad credentials') })

function presented(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined
  const [scheme = '', ...rest] = header.split(' ')
  const value = rest.join(' ').trim()
  if (scheme.toLowerCase() !== 'basic') return value
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

function byJwt(world: World, token: string): Authenticated {
  const verified = verifyJwt(token, Math.floor(world.clock.now() / 1000), (issuer) => appOf(world, issuer))
  return 'appId' in verified
    ? { actor: { kind: 'app', appId: verified.appId }, token }
    : { refused: refusal(verified.status, verified.message) }
}

function appOf(world: World, issuer: string): App | undefined {
  return [...world.apps.values()].find((app) => String(app.id) === issuer || app.clientId === issuer)
}

function byInstallation(world: World, issued: Parameters<typeof actorOf>[1], token: string): Authenticated {
  const installation = world.installations.get(issued.installationId)
  if (installation === undefined || world.clock.now() >= issued.expiresAt) return bad()
  if (installation.suspendedAt !== undefined) return { refused: refusal(403, 'This installation has been suspended') }
  return { actor: actorOf(world, issued, installation), token }
}
