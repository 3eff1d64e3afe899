import type { Refusal } from '../api.ts'

/**
 * What GitHub takes, in characters (not bytes). Sources: the error texts "title is too long (maximum is 256 characters)" and "body is too long
 * (maximum is 65536 characters)"; REST description of check runs. Bytes of one commit's files: our own, far above five small files.
 */
export const SIZES = { title: 256, body: 65_536, checkTitle: 255, checkText: 65_535, commitBytes: 10_000_000 } as const

function characters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** Refused here, so that nothing half-done is left: the first text that is too long. */
export function tooLong(
  texts: readonly (readonly [name: string, text: string | undefined, most: number])[],
): Refusal | undefined {
  for (const [name, text, most] of texts)
    if (text !== undefined && text.length > most && characters(text) > most)
      return { kind: 'invalid', status: 422, text: `${name} is too long (maximum is ${most} characters)` }
  return undefined
}
