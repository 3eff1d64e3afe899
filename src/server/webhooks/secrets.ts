import { readFileSync, statSync } from 'node:fs'
import { KintsugiError } from '../../domain/index.ts'

const LEAST_LENGTH = 32
const MOST_BYTES = 1024
/** Fewer different characters than this in 32 is a word that is repeated, not a random text. */
const LEAST_DIFFERENT = 10
/** What manuals and defaults have, Probot's among them. Told by their beginning, so that padding does not help. */
const KNOWN = ['development', 'changeme', 'change-me', 'secret', 'password', 'webhook', 'kintsugi', 'example', 'test']

/** Why a secret is none; undefined where it may be used. Never quotes it. */
export function weakness(secret: string): string | undefined {
  if (secret.length < LEAST_LENGTH) return `it has ${secret.length} characters, and at least ${LEAST_LENGTH} are needed`
  if (!/^[\x21-\x7e]+$/.test(secret)) return 'it holds spaces, line breaks or characters outside of ASCII'
  if (new Set(secret).size < LEAST_DIFFERENT) return 'it repeats a few characters, so it can be guessed'
  return KNOWN.some((word) => secret.toLowerCase().startsWith(word)) ? 'it begins as a known default does' : undefined
}

export type SecretFiles = { readonly file: string; readonly previousFile?: string }

/** The secrets that count now: the present one first, the previous one while a rotation lasts. */
export type Secrets = { now(): readonly string[] }

/**
 * Reads webhook secrets, again whenever a file changes. Throws KIN-2001 at once where one is missing or weak: a service that accepted a
 * guessable secret would be told by anybody to look. A change to something weak later on keeps what was good before.
 */
export function webhookSecrets({ file, previousFile }: SecretFiles): Secrets {
  const paths = previousFile === undefined ? [file] : [file, previousFile]
  let stamp = stampOf(paths)
  let known = paths.map(secretIn)
  return {
    now() {
      const found = stampOf(paths)
      if (found !== stamp) {
        stamp = found
        try {
          known = paths.map(secretIn)
        } catch {
          // A file that is half written, or gone for a moment, as files of a mounted Secret are.
        }
      }
      return known
    },
  }
}

function stampOf(paths: readonly string[]): string {
  const stamps = paths.map((path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? 'none' : `${stat.mtimeMs}/${stat.size}/${stat.ino}`
  })
  return stamps.join(' ')
}

function secretIn(path: string): string {
  let text: string
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`)
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KintsugiError('KIN-2001', `the webhook secret ${path} cannot be read: ${why}`, { cause })
  }
  const problem = weakness(text)
  if (problem === undefined) return text
  throw new KintsugiError(
    'KIN-2001',
    `the webhook secret ${path} is not one: ${problem}. kintsugi init github makes one; so does openssl rand -hex 32`,
  )
}
