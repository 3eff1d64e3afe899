import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { KintsugiError } from '../../domain/index.ts'

const MAX_BYTES = 1024 * 1024
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** A small file whose text is read again when its modification time or size has changed. */
export type WatchedFile = { text(): string }

/** `text` throws KIN-1002 when the file cannot be read; `what` names it in the message. */
export function watchedFile(path: string, what: string): WatchedFile {
  let known: { readonly stamp: string; readonly text: string } | undefined
  return {
    text() {
      try {
        const { mtimeMs, size, ino } = statSync(path)
        const stamp = `${mtimeMs}/${size}/${ino}`
        if (size > MAX_BYTES) throw new Error('it is larger than 1 MB')
        if (known?.stamp !== stamp) known = { stamp, text: readFileSync(path, 'utf8') }
        return known.text
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new KintsugiError('KIN-1002', `the ${what} ${path} cannot be read: ${why}`, { cause })
      }
    },
  }
}

/** The bearer token of a file. Throws KIN-2001, without quoting it, when it cannot be sent in a header. */
export function tokenOf(file: WatchedFile, path: string): string {
  const token = file.text().trim()
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new KintsugiError('KIN-2001', `the token file ${path} is empty or holds more than one word`)
  return token
}

/** PEM certificates of a file. Throws KIN-2001 when there is none that can be read. */
export function certificatesOf(file: WatchedFile, path: string): string {
  const text = file.text()
  try {
    const certificates = text.match(CERTIFICATE) ?? []
    if (certificates.length === 0) throw new Error('there is no certificate in it')
    // TLS would silently pass over one that it cannot read.
    for (const certificate of certificates) new X509Certificate(certificate)
    return text
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KintsugiError('KIN-2001', `the CA file ${path} is not in PEM: ${why}`, { cause })
  }
}
