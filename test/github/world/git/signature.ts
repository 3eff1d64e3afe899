import { sign, verify } from 'node:crypto'
import type { World } from '../world.ts'

// GitHub signs with an OpenPGP key of its own. The stand-in's key is an Ed25519 one, in the same envelope: what matters is that nobody
// else can make it, that it covers the commit's bytes, and that a rebased copy has none.
const BEGIN = '-----BEGIN PGP SIGNATURE-----\n\n'
const END = '\n-----END PGP SIGNATURE-----\n'

export function signatureOf(world: World, payload: Buffer): string {
  return `${BEGIN}${sign(null, payload, world.signingKeys.privateKey).toString('base64')}${END}`
}

export function signedByGitHub(world: World, payload: Buffer, signature: string): boolean {
  const body = signature.replace(BEGIN.trimEnd(), '').replace(END.trim(), '').trim()
  return verify(null, payload, world.signingKeys.publicKey, Buffer.from(body, 'base64'))
}
