import { readCommit } from '../world/git/commits.ts'
import type { Repository } from '../world/repositories.ts'

/** Commit of a branch, tag, full ref or sha (whole or begun); a branch wins over a sha of the same letters, as on GitHub. */
export async function resolveRevision(repo: Repository, name: string): Promise<string | undefined> {
  const plain = name.startsWith(`${repo.owner}:`) ? name.slice(repo.owner.length + 1) : name
  const names = [`refs/heads/${plain}`, `refs/tags/${plain}`, `refs/${plain}`]
  if (/^refs\/./.test(plain)) names.unshift(plain)
  if (/^[0-9a-f]{4,40}$/.test(plain)) names.push(plain)
  for (const candidate of names) {
    const commit = await readCommit(repo.gitDir, candidate)
    if (commit) return commit.oid
  }
  return undefined
}
