import { KintsugiError, type PullFacts } from '../domain/index.ts'
import type { Remembered } from './history.ts'
import type { Memory } from './memory.ts'
import { armedKey } from './merging.ts'

/** How the forge would merge a pull request by itself because we asked for it. */
export function armedFor({ facts }: { readonly facts?: PullFacts | undefined }): 'auto-merge' | 'queue' | undefined {
  if (facts?.autoMerge?.by === 'bot') return 'auto-merge'
  return facts?.queue?.by === 'bot' ? 'queue' : undefined
}

/** Keeps in mind what forges would merge by themselves for us, as seen now. */
export function noteArmed(memory: Memory, remembered: readonly Remembered[]): void {
  for (const { repository, view } of remembered) {
    // What has ended is merged by nobody any more; at the end of the process there may be little time.
    for (const { number, state } of view.recent)
      if (state !== 'open') memory.armed.delete(armedKey(repository.forge, number))
    for (const { number, facts } of view.open) {
      const key = armedKey(repository.forge, number)
      const { forge } = repository
      const how = armedFor({ facts })
      if (how !== undefined) memory.armed.set(key, { forge, pull: number, how })
      else if (facts !== undefined) memory.armed.delete(key)
    }
  }
}

/**
 * Takes back all merging that forges were asked for: at the end of the process, and where another copy leads from now on.
 * Gives what could not be taken back; the others are.
 */
export async function standDown(memory: Memory): Promise<readonly KintsugiError[]> {
  const failed: KintsugiError[] = []
  for (const [key, { forge, pull, how }] of memory.armed) {
    try {
      await (how === 'queue' ? forge.dequeue(pull) : forge.disarm(pull))
      memory.armed.delete(key)
    } catch (error) {
      if (!(error instanceof KintsugiError)) throw error
      failed.push(error)
    }
  }
  return failed
}
