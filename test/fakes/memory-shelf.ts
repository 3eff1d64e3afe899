import type { Shelf } from '../../src/ports/index.ts'

export type MemoryShelf = Shelf & {
  /** Keys that were found and that were put, in order. */
  readonly found: string[]
  readonly put: Shelf['put']
  readonly puts: string[]
}

/** A shelf that outlives the controllers of a test. It holds clones, as a disk does. */
export function memoryShelf(mostEntries = 10_000): MemoryShelf {
  const kept = new Map<string, unknown>()
  const found: string[] = []
  const puts: string[] = []
  return {
    found,
    puts,
    async get(key) {
      if (!kept.has(key)) return undefined
      found.push(key)
      return structuredClone(kept.get(key))
    },
    async put(key, value) {
      try {
        const clone: unknown = structuredClone(value)
        kept.delete(key)
        kept.set(key, clone)
      } catch {
        return false
      }
      puts.push(key)
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostEntries))) kept.delete(oldest)
      return kept.has(key)
    },
    async drop(key) {
      kept.delete(key)
    },
    held: () => ({ entries: kept.size, bytes: kept.size }),
  }
}
