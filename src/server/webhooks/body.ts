import { createHmac, timingSafeEqual } from 'node:crypto'
import { MOST_BODY_BYTES } from './head.ts'

/** Bodies that are read at this moment, together. The rest is told to come back; GitHub keeps what was not taken. */
const MOST_HELD_BYTES = 26 * 1024 * 1024

export type Body =
  | { readonly read: true; readonly text: string; readonly secret: string }
  | { readonly read: false; readonly why: 'bad-signature' | 'too-large' | 'busy' | 'cut-off' }

/** Memory that all requests share. */
export class Held {
  #bytes = 0
  readonly #most: number

  constructor(most = MOST_HELD_BYTES) {
    this.#most = most
  }

  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#most) return false
    this.#bytes += bytes
    return true
  }

  give(bytes: number): void {
    this.#bytes -= bytes
  }
}

/**
 * Reads a body no further than the cap, hashing as it comes. `signature` is `sha256=` and 64 hexadecimal digits; `secret` of the answer is
 * the one that it was made with.
 */
export async function readSigned(
  stream: AsyncIterable<Uint8Array>,
  signature: string,
  secrets: readonly string[],
  held: Held,
): Promise<Body> {
  const hashes = secrets.map((secret) => ({ secret, hash: createHmac('sha256', secret) }))
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of stream) {
      if (size + part.byteLength > MOST_BODY_BYTES) return { read: false, why: 'too-large' }
      if (!held.take(part.byteLength)) return { read: false, why: 'busy' }
      size += part.byteLength
      parts.push(part)
      for (const { hash } of hashes) hash.update(part)
    }
    const told = Buffer.from(signature.slice('sha256='.length), 'hex')
    // Every secret is compared, so that time does not tell which one it was.
    const matching = hashes.filter(({ hash }) => timingSafeEqual(hash.digest(), told))
    const [match] = matching
    if (match === undefined) return { read: false, why: 'bad-signature' }
    return { read: true, text: Buffer.concat(parts).toString('utf8'), secret: match.secret }
  } catch {
    return { read: false, why: 'cut-off' }
  } finally {
    held.give(size)
  }
}
