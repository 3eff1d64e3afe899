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
    if (recent && (await hasDrifted(memory, remembered.repository.forge, attempt))) drifted.push(pull.number)
  }
  return drifted
}

/** Whether the merged tree, at what the proof read, is neither what the proof read nor what the pull request made of it. */
export async function hasDrifted(memory: Memory, forge: Forge, { pull, record }: Attempt): Promise<boolean> {
  const { mergeCommit } = pull
  // What was merged without a commit to look at is not known to be what was proven.
  if (mergeCommit === undefined) return true
  const known = memory.drift.get(mergeCommit)
  if (known !== undefined) return known
  const merged = await forge.tree(mergeCommit)
  const head = await forge.tree(pull.headSha)
  const paths = [...new Set([...Object.keys(record.inputs), ...pull.files])]
  const changed = new Set(pull.files)
  const drifted = paths.some(
    (path) => merged.blob(path) !== (changed.has(path) ? head.blob(path) : record.inputs[path]),
  )
  memory.drift.set(mergeCommit, drifted)
  trim(memory.drift)
  return drifted
}
