import { readObject } from './object-reader.ts'
import { git, tryGit } from './process.ts'

export const ZERO_OID = '0'.repeat(40)

/** Both undefined for "does not exist" and "delete". */
export type RefChange = {
  readonly ref: string
  readonly before: string | undefined
  readonly after: string | undefined
}

export async function resolveRef(gitDir: string, ref: string): Promise<string | undefined> {
  if (!ref.startsWith('refs/')) return undefined
  return (await readObject(gitDir, ref))?.oid
}

export async function listRefs(gitDir: string, prefix: string): Promise<{ ref: string; oid: string }[]> {
  const lines = (await git(gitDir, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/'])).split('\n')
  return lines.flatMap((line) => {
    const ref = line.slice(41)
    return ref !== '' && ref.startsWith(prefix) ? [{ ref, oid: line.slice(0, 40) }] : []
  })
}

/** Moves all refs or none, each only from `before`. False where one of them stood elsewhere. */
export async function moveRefs(gitDir: string, changes: readonly RefChange[]): Promise<boolean> {
  const lines = changes.map(
    (change) => `update ${change.ref}\0${change.after ?? ZERO_OID}\0${change.before ?? ZERO_OID}\0`,
  )
  const input = `start\0${lines.join('')}prepare\0commit\0`
  return (await tryGit(gitDir, ['update-ref', '-z', '--stdin'], { input })).code === 0
}

export async function isValidRef(gitDir: string, ref: string): Promise<boolean> {
  return (await tryGit(gitDir, ['check-ref-format', ref])).code === 0
}
