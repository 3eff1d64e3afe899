import { stat, unlink } from 'node:fs/promises'
import { resolve, sep } from 'node:path'

const HELD = /Unable to create '([^'\n]+\.lock)': File exists/
/** Git holds the lock of a ref for milliseconds. One this old belongs to a git that was killed together with the bot, as a container is. */
const DEAD_AFTER_MS = 60_000

/** Whether git was stopped by a lock that another git has, or had. */
export function isLockHeld(stderr: string): boolean {
  return HELD.test(stderr)
}

/** Removes the lock that stopped git, if nobody can be holding it any more. Whether it did: then git may be asked again. */
export async function removeDeadLock(gitDir: string, stderr: string): Promise<boolean> {
  const named = HELD.exec(stderr)?.[1]
  if (named === undefined) return false
  const lock = resolve(named)
  if (!lock.startsWith(resolve(gitDir) + sep)) return false
  try {
    // Of the file system's time, not of the bot's: a simulated clock knows nothing of locks.
    if (Date.now() - (await stat(lock)).mtimeMs < DEAD_AFTER_MS) return false
    await unlink(lock)
    return true
  } catch {
    // Gone meanwhile: its owner lived after all.
    return false
  }
}
