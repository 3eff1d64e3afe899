import type { ApiPull, ApiRepository } from './api.ts'
import { isOwnCommit } from './authority.ts'
import type { Desk } from './desk.ts'

/** The open pull request that stands on a branch of this repository, whoever opened it. */
export function openOn(there: ApiRepository, branch: string): ApiPull | undefined {
  const known = [...there.open, ...(there.ofHeads.get(branch) ?? [])]
  return known.find((pull) => pull.state === 'open' && pull.branch === branch && !pull.crossRepository)
}

/** Where the next commit is made before the branch of the lane moves there. No lane has a branch of this name. */
export function nextBranch(branch: string): string {
  return `${branch}-next`
}

/** Whether a branch holds nothing that could be lost: a commit of the base, or one commit of ours on top of one. */
export async function isLeftBehind(desk: Desk, tip: string, base: string): Promise<boolean> {
  const commit = await desk.api.commit(tip)
  const from = isOwnCommit(desk, commit) ? commit.parents[0] : undefined
  for (const oid of from === undefined ? [tip] : [tip, from]) {
    const held = await desk.api.compare(oid, base)
    if (held?.status === 'ahead' || held?.status === 'identical') return true
  }
  return false
}
