import { createVerify } from 'node:crypto'

/** What GitHub says of a token that it does not take. */
export type JwtRefusal = { readonly status: 401 | 404; readonly message: string }
export type JwtSigner = { readonly appId: number }

/** Clocks may differ by this much: GitHub's documentation asks for an `iat` of 60 s ago, so a minute ahead is refused. */
const SKEW_SECONDS = 5
const LONGEST_SECONDS = 600

const UNDECODABLE = 'A JSON web token could not be decoded'
const FAR = "'Expiration time' claim ('exp') is too far in the future"
const PAST =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
const ISSUED = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"

export function looksLikeJwt(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.').length === 3
}

/** Who signed; `keyOf` finds the public key of an App by its id or client id. */
export function verifyJwt(
  token: string,
  nowSeconds: number,
  keyOf: (issuer: string) => { readonly id: number; readonly publicKeyPem: string } | undefined,
): JwtSigner | JwtRefusal {
  const [head = '', body = '', signature = ''] = token.split('.')
  const header = decoded(head)
  const claims = decoded(body)
  if (header?.['alg'] !== 'RS256' || claims === undefined) return { status: 401, message: UNDECODABLE }
  const app = keyOf(String(claims['iss']))
  if (app === undefined) return { status: 404, message: 'Integration not found' }
  const signed = createVerify('RSA-SHA256').update(`${head}.${body}`)
  if (!signed.verify(app.publicKeyPem, Buffer.from(signature, 'base64url')))
    return { status: 401, message: UNDECODABLE }
  const wrong = wrongTime(claims['iat'], claims['exp'], nowSeconds)
  return wrong === undefined ? { appId: app.id } : { status: 401, message: wrong }
}

function wrongTime(iat: unknown, exp: unknown, now: number): string | undefined {
  if (typeof exp !== 'number' || exp <= now) return PAST
  if (exp > now + LONGEST_SECONDS) return FAR
  if (typeof iat !== 'number' || !Number.isInteger(iat) || iat > now + SKEW_SECONDS) return ISSUED
  return undefined
}

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    // The cast: JSON objects have text keys.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
