import type { RenderOutcome } from '../../domain/index.ts'

/** Outcomes by key, the most recently used ones, bounded by bytes. */
export type KeptOutcomes = {
  get(key: string): RenderOutcome | undefined
  /** `characters`: length of the outcome as JSON. */
  put(key: string, outcome: RenderOutcome, characters: number): void
}

/** HEURISTIC: objects take about four bytes for each character of their JSON (measured 3 to 5 with Node 20). */
const BYTES_PER_CHARACTER = 4

export function keptOutcomes(mostBytes: number): KeptOutcomes {
  const kept = new Map<string, { readonly outcome: RenderOutcome; readonly bytes: number }>()
  let total = 0
  const drop = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  return {
    get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.outcome
    },
    put(key, outcome, characters) {
      const bytes = characters * BYTES_PER_CHARACTER
      drop(key)
      if (bytes > mostBytes) return
      kept.set(key, { outcome, bytes })
      total += bytes
      for (const oldest of kept.keys()) {
        if (total <= mostBytes) break
        drop(oldest)
      }
    },
  }
}
