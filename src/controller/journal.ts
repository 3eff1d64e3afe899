import type { AuditRecord } from '../domain/index.ts'

/** PROTOCOL 9: at most one commit in this time, unless so many records wait. */
const EVERY_MS = 10 * 60_000
const MOST_WAITING = 500
/** Where the forge is away for long, the oldest go: the journal then says how many. */
const MOST_KEPT = 5000

export type Journal = {
  /** Takes records, and writes them where it is time. */
  add(records: readonly AuditRecord[], nowMs: number): Promise<void>
  /** Takes records, and writes nothing: while the operator has stopped the bot. */
  keep(records: readonly AuditRecord[]): void
  /** Writes what waits: before a merge, and at shutdown. False where the forge did not take it; it is kept and tried again. */
  flush(nowMs: number): Promise<boolean>
}

/** Gathers transitions into batches. No decision reads the journal, so what cannot be written stops nothing: `failed` is told of it. */
export function journal(
  append: (records: readonly AuditRecord[]) => Promise<void>,
  failed: (error: unknown) => void,
): Journal {
  let waiting: readonly AuditRecord[] = []
  let dropped = 0
  let failing = false
  let writtenAtMs = Number.NEGATIVE_INFINITY
  const flush = async (nowMs: number): Promise<boolean> => {
    if (waiting.length === 0) return true
    const batch = waiting
    const lost = dropped
    writtenAtMs = nowMs
    try {
      await append(lost === 0 ? batch : [lostRecord(lost, nowMs), ...batch])
    } catch (error) {
      failing = true
      failed(error)
      return false
    }
    failing = false
    waiting = waiting.slice(batch.length)
    dropped -= lost
    return true
  }
  const keep = (records: readonly AuditRecord[]): void => {
    const all = [...waiting, ...records]
    waiting = all.slice(-MOST_KEPT)
    dropped += all.length - waiting.length
  }
  return {
    flush,
    keep,
    async add(records, nowMs) {
      keep(records)
      // Merging waits for what was not taken, so that is tried again at once.
      const due = failing || nowMs - writtenAtMs >= EVERY_MS || waiting.length >= MOST_WAITING
      if (due) await flush(nowMs)
    },
  }
}

function lostRecord(count: number, atMs: number): AuditRecord {
  return { atMs, lane: '', event: 'records-lost', detail: { count } }
}
