import { blobOid, KintsugiError } from '../../../domain/index.ts'
import type { GitHubApi } from '../api.ts'
import type { Client } from './client.ts'
import { nodeOf } from './json.ts'
import type { Repository } from './pulls.ts'
import type { Rest } from './rest.ts'
import type { Pace } from './wait.ts'

export type ByteLimits = { readonly blobBytes: number; readonly archiveBytes: number; readonly archiveMs: number }

/** A blob is read up to what trees serve; an archive packed. */
export const BYTE_LIMITS: ByteLimits = {
  blobBytes: 8 * 1024 * 1024,
  archiveBytes: 256 * 1024 * 1024,
  archiveMs: 180_000,
}

type Parts = { readonly client: Client; readonly rest: Rest; readonly repository: Repository; readonly pace: Pace }

/** A branch that was just made may not be shown yet. */
const FRESH_MS = 120_000

export function bytesOf(
  { client, rest, repository, pace }: Parts,
  limits: ByteLimits = BYTE_LIMITS,
): Pick<GitHubApi, 'blob' | 'archive' | 'branch'> & { made(branch: string): void } {
  const { owner, name } = repository
  const fresh = new Map<string, number>()
  const shows = async (branch: string): Promise<string | undefined> => {
    const value = await rest.get('/repos/{owner}/{repo}/git/ref/{ref}', { ref: `heads/${branch}` }, { kept: true })
    return value === undefined ? undefined : nodeOf(value).node('object').text('sha')
  }
  return {
    made: (branch) => void fresh.set(branch, pace.nowMs()),
    async branch(branch) {
      for (const [known, atMs] of fresh) if (pace.nowMs() - atMs > FRESH_MS) fresh.delete(known)
      for (let tried = 1; ; tried += 1) {
        const found = await shows(branch)
        if (found !== undefined || tried > 2 || !fresh.has(branch)) return found
        await pace.sleep(Math.round(300 * tried * (0.5 + pace.random())))
      }
    },
    async blob(oid) {
      const route = '/repos/{owner}/{repo}/git/blobs/{file_sha}'
      const reply = await client.call({
        method: 'GET',
        route,
        params: { owner, repo: name, file_sha: oid },
        headers: { accept: 'application/vnd.github.raw+json' },
        step: 'read',
        what: route,
        mostBytes: limits.blobBytes,
      })
      if (reply.status !== 200) throw new KintsugiError('KIN-4002', `GitHub has no blob ${oid} (${reply.status})`)
      if (blobOid(reply.bytes) !== oid)
        throw new KintsugiError('KIN-4008', `the blob ${oid} that GitHub sent has other bytes`)
      return reply.bytes
    },
    archive: (revision) =>
      client.stream({
        method: 'GET',
        route: '/repos/{owner}/{repo}/tarball/{ref}',
        params: { owner, repo: name, ref: revision },
        step: 'read',
        what: 'archive',
        mostBytes: limits.archiveBytes,
        timeoutMs: limits.archiveMs,
      }),
  }
}
