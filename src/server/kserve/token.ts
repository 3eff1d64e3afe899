import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a request bears the token; compared by digest, so that time tells nothing of it, not even its length. */
export function bears(authorization: string | undefined, token: string): boolean {
  const told = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization ?? '')?.[1]
  const same = timingSafeEqual(digestOf(told ?? ''), digestOf(token))
  return told !== undefined && same
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
