import type { ApiCommit, ApiPull, ApiRepository } from './api.ts'
import { isOwnCommit, isUpdate } from './authority.ts'
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

const MOST_UPDATES = 10

/**
 * Whether a branch holds nothing that could be lost: a commit of the base, or one commit of ours on top of one, with nothing after it but
 * GitHub's own merges of the base.
 */
export async function isLeftBehind(desk: Desk, tip: string, base: string): Promise<boolean> {
  if (await holds(desk, base, tip)) return true
  const updates: ApiCommit[] = []
  let commit = await desk.api.commit(tip)
  while (commit?.parents.length === 2 && updates.length < MOST_UPDATES) {
    updates.unshift(commit)
    commit = await desk.api.commit(commit.parents[0] ?? '')
  }
  if (!isOwnCommit(desk, commit) || !(await holds(desk, base, commit.parents[0] ?? ''))) return false
  return updates.length === 0 || isUpdate(desk, { commits: [commit, ...updates], headOid: tip, base }, commit)
}

async function holds(desk: Desk, base: string, oid: string): Promise<boolean> {
  const held = await desk.api.compare(oid, base)
  return held?.status === 'ahead' || held?.status === 'identical'
}
