import type { Attempt } from '../domain/index.ts'
import type { Forge } from '../ports/index.ts'
import type { Remembered } from './history.ts'
import { type Memory, trim } from './memory.ts'

/** How long a merge that held something else than was proven keeps auto-merge off: as far back as a forge remembers what it merged. */
const DRIFT_MS = 7 * 24 * 3_600_000

/** Our own merges of the repository in which something else than the proven came along, recomputed from what the forge has. */
export async function driftedMerges(memory: Memory, remembered: Remembered, nowMs: number): Promise<readonly number[]> {
  const drifted: number[] = []
  for (const attempt of remembered.attempts) {
    const { pull } = attempt
    const recent = pull.state === 'merged' && pull.endedBy !== 'person' && (pull.endedAtMs ?? 0) > nowMs - DRIFT_MS
    if (!recent) continue
    const drift = await driftOf(memory, remembered.repository.forge, attempt)
    if (drift === undefined || drift.length > 0) drifted.push(pull.number)
  }
  return drifted
}

/**
 * Paths at which the merged tree is neither what the proof read nor what the pull request made of it: a pinned head does not pin the base.
 * Undefined where there is no commit to look at, so that it is not known.
 */
export async function driftOf(
  memory: Memory,
  forge: Forge,
  { pull, record }: Attempt,
): Promise<readonly string[] | undefined> {
  const { mergeCommit } = pull
  if (mergeCommit === undefined) return undefined
  const known = memory.drift.get(mergeCommit)
  if (known !== undefined) return known
  const merged = await forge.tree(mergeCommit)
  const head = await forge.tree(pull.headSha)
  const changed = new Set(pull.files)
  const drift = [...new Set([...Object.keys(record.inputs), ...pull.files])]
    .filter((path) => merged.blob(path) !== (changed.has(path) ? head.blob(path) : record.inputs[path]))
    .sort()
  memory.drift.set(mergeCommit, drift)
  trim(memory.drift)
  return drift
}
