import { KintsugiError } from '../domain/index.ts'
import type { Remembered } from './history.ts'
import type { Memory } from './memory.ts'
import { armedKey } from './merging.ts'

/** Keeps in mind what forges would merge by themselves for us, as seen now. */
export function noteArmed(memory: Memory, remembered: readonly Remembered[]): void {
  for (const { repository, view } of remembered) {
    for (const { number, facts } of view.open) {
      const key = armedKey(repository.forge, number)
      const { forge } = repository
      if (facts?.autoMerge?.by === 'bot') memory.armed.set(key, { forge, pull: number, how: 'auto-merge' })
      else if (facts?.queue?.by === 'bot') memory.armed.set(key, { forge, pull: number, how: 'queue' })
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
