import { createPrivateKey, type KeyObject, sign as signWith } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { KintsugiError } from '../../../domain/index.ts'

/** Signs with the App's private key: RSASSA-PKCS1-v1_5 with SHA-256. A file now; a key that never leaves KMS or Vault fits as well. */
export interface Signer {
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** Reads the file at each signature (once in some minutes), so that a key that was exchanged is taken up without a restart. */
export function fileSigner(path: string): Signer {
  return {
    async sign(bytes) {
      let pem: string
      try {
        pem = await readFile(path, 'utf8')
      } catch (cause) {
        throw new KintsugiError('KIN-4007', `the App's private key cannot be read from ${path}`, { cause })
      }
      return pemSigner(pem).sign(bytes)
    },
  }
}

export function pemSigner(pem: string): Signer {
  return {
    sign: async (bytes) => signWith('sha256', bytes, keyOf(pem)),
  }
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // The cause is not kept: it may quote the key.
  }
  throw new KintsugiError(
    'KIN-4007',
    "the App's private key is not an RSA key in PEM form: download it anew from the App's settings",
  )
}

const SAFETY_SECONDS = 60
/** GitHub takes at most ten minutes from `iat` to `exp`. */
const LIFE_SECONDS = 540
/** No JWT opens anything for longer after it was made. */
export const JWT_LIFE_MS = LIFE_SECONDS * 1000

/** A JSON Web Token that says who the App is (RS256). `iat` is a minute back, as GitHub advises against clocks that drift. */
export async function appJwt(signer: Signer, appId: number, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1000)
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - SAFETY_SECONDS, exp: now - SAFETY_SECONDS + LIFE_SECONDS, iss: String(appId) })}`
  const signature = await signer.sign(Buffer.from(text, 'utf8'))
  return `${text}.${Buffer.from(signature).toString('base64url')}`
}
