import { readFileSync } from 'node:fs'

const THREAD = '/proc/thread-self/schedstat'
const READABLE = ((): boolean => {
  try {
    return ranNs() !== undefined
  } catch {
    return false
  }
})()

/**
 * Milliseconds for which this thread has had a core, by the scheduler's own count, so that neighbours on a shared machine do not slow a figure. The clock
 * where the scheduler does not tell.
 */
export function busyMs(): number {
  return READABLE ? (ranNs() ?? 0) / 1e6 : performance.now()
}

function ranNs(): number | undefined {
  const ran = Number(readFileSync(THREAD, 'utf8').split(' ')[0])
  return ran > 0 ? ran : undefined
}
