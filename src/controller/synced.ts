import type { Attempt } from '../domain/index.ts'
import type { LaneHistory } from './history.ts'
import type { Tick } from './lane.ts'
import { type Memory, trim } from './memory.ts'
import type { SyncState } from './next-step.ts'

/** Synced since the first of the newest unbroken run of syncs whose revisions contain the merge commit. */
export async function syncOf(tick: Tick, attempt: Attempt, history: LaneHistory): Promise<SyncState> {
  const mergedAtMs = attempt.pull.endedAtMs ?? attempt.pull.createdAtMs
  const commit = attempt.pull.mergeCommit
  const forge = history.remembered?.repository.forge
  const { application } = attempt.record
  const known = tick.sight.applications.find(
    (one) => one.application.name === application.name && one.application.namespace === application.namespace,
  )
  if (commit === undefined || forge === undefined || known === undefined) return { synced: false, mergedAtMs }
  let atMs: number | undefined
  for (const sync of [...known.status.history].reverse()) {
    if (!(await containsCommit(tick.memory, forge, sync.revision, commit))) break
    atMs = sync.deployedAtMs
  }
  return atMs === undefined ? { synced: false, mergedAtMs } : { synced: true, atMs }
}

const MOST_CONTAINED = 5000

async function containsCommit(
  memory: Memory,
  forge: { contains(revision: string, commit: string): Promise<boolean> },
  revision: string,
  commit: string,
): Promise<boolean> {
  const key = `${revision} ${commit}`
  if (memory.contains.has(key)) return true
  if (!(await forge.contains(revision, commit))) return false
  // Only what stays so is kept: a forge may not know a commit yet that it shows a moment later.
  memory.contains.set(key, true)
  trim(memory.contains, MOST_CONTAINED)
  return true
}
