import { isRevision } from '../forge-limits/index.ts'
import type { Desk } from './desk.ts'

/** Whether `revision` has `commit` among its ancestors or is it. */
export async function contains(desk: Desk, revision: string, commit: string): Promise<boolean> {
  if (!isRevision(revision) || !isRevision(commit)) return false
  if (revision === commit) return true
  const held = await desk.api.compare(commit, revision)
  return held?.status === 'ahead' || held?.status === 'identical'
}
