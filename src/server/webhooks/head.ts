import type { IncomingHttpHeaders } from 'node:http'

/** GitHub sends no payload above 25 MB. */
export const MOST_BODY_BYTES = 25 * 1024 * 1024

/** What came of a request; the label of its metric. */
export const OUTCOMES = [
  'accepted',
  'duplicate',
  'unsigned',
  'bad-signature',
  'bad-request',
  'too-large',
  'busy',
  'cut-off',
  'not-found',
  'unreadable',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export type Refused = { readonly status: number; readonly outcome: Outcome; readonly text: string }

export type Delivery = { readonly id: string; readonly event: string; readonly signature: string }

export type Head = {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

const ID = /^[0-9A-Za-z-]{1,64}$/
const EVENT = /^[a-z_]{1,64}$/
const SIGNATURE = /^sha256=[0-9a-f]{64}$/

function refused(status: number, outcome: Outcome, text: string): Refused {
  return { status, outcome, text }
}

/** Judges a request by its head alone, before a byte of its body is read. The old SHA-1 signature counts for nothing. */
export function judgeHead({ method, url, headers }: Head, path: string): Delivery | Refused {
  if (url?.split('?', 1)[0] !== path) return refused(404, 'not-found', 'no such thing')
  if (method !== 'POST') return refused(405, 'bad-request', 'POST only')
  const [id, event, signature] = ['x-github-delivery', 'x-github-event', 'x-hub-signature-256'].map((name) =>
    oneOf(headers[name]),
  )
  if (signature === undefined || !SIGNATURE.test(signature))
    return refused(401, 'unsigned', 'X-Hub-Signature-256 is missing or none')
  if (id === undefined || event === undefined || !ID.test(id) || !EVENT.test(event))
    return refused(400, 'bad-request', 'X-GitHub-Delivery or X-GitHub-Event is missing or none')
  if (!/^application\/json(?:;|$)/.test(headers['content-type'] ?? ''))
    return refused(415, 'bad-request', 'application/json only: set the content type of the webhook')
  if (headers['content-encoding'] !== undefined) return refused(415, 'bad-request', 'no content encoding')
  if (Number(headers['content-length'] ?? 0) > MOST_BODY_BYTES) return refused(413, 'too-large', 'too large')
  return { id, event, signature }
}

function oneOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
