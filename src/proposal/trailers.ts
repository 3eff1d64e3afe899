import { KintsugiError } from '../domain/index.ts'

/** Every trailer that a commit of ours may carry, in the order in which they are written. */
export const TRAILER_KEYS = [
  'Kintsugi-Incident',
  'Kintsugi-Policy',
  'Kintsugi-Confidence',
  'Kintsugi-Proof',
  'Kintsugi-Block',
  'Kintsugi-Reverts',
  'Kintsugi-Audit',
] as const

export type TrailerKey = (typeof TRAILER_KEYS)[number]
export type Trailers = Readonly<Partial<Record<TrailerKey, string>>>

const MAX_VALUE = 500

/** One line of printable ASCII: everything else, and the per cent sign itself, is written as %XX of its UTF-8 bytes. */
function encode(value: string): string {
  const bytes = new TextEncoder().encode(value.slice(0, MAX_VALUE))
  let text = ''
  for (const byte of bytes) {
    // Outer blanks would be trimmed by readers of trailers, so blanks are encoded too.
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x25
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`
  }
  return text
}

/** What a value of `parseTrailers` was before it was encoded. Bytes that are no UTF-8 give the replacement character. */
export function decodeTrailer(value: string): string {
  const bytes = [...value.matchAll(/%([0-9a-f]{2})|[\x21-\x7e]/gi)].map(([text, hex]) =>
    hex === undefined ? text.charCodeAt(0) : Number.parseInt(hex, 16),
  )
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

/** Lines for the end of a commit message. Parsed back before they are given out: throws KIN-9001 when that does not give the same set. */
export function formatTrailers(trailers: Trailers): string {
  const lines: string[] = []
  const intended = new Map<string, string>()
  for (const key of TRAILER_KEYS) {
    const value = trailers[key]
    if (value === undefined || value === '') continue
    lines.push(`${key}: ${encode(value)}`)
    intended.set(key, encode(value))
  }
  const text = lines.join('\n')
  const parsed = parseTrailers(`subject\n\n${text}\n`)
  const same = parsed !== undefined && [...intended].every(([key, value]) => parsed.get(key) === value)
  if (!same || parsed.size !== intended.size) throw new KintsugiError('KIN-9001', 'trailers do not read back')
  return text
}

/**
 * Trailers of the last paragraph, values still encoded. Undefined when a key of ours stands there twice or a line is no trailer:
 * such a message was not written here.
 */
export function parseTrailers(message: string): ReadonlyMap<string, string> | undefined {
  const paragraphs = message.slice(0, 100_000).trimEnd().split(/\n\n+/)
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? '') : ''
  const found = new Map<string, string>()
  for (const text of last === '' ? [] : last.split('\n')) {
    const match = /^(Kintsugi-[A-Za-z]+): ([\x21-\x7e]+)$/.exec(text)
    if (match?.[1] === undefined || match[2] === undefined || found.has(match[1])) return undefined
    found.set(match[1], match[2])
  }
  return found
}
