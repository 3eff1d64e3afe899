import type { AuditRecord } from '../domain/index.ts'

/** PROTOCOL 9: at most one commit in this time, unless so many records wait. */
const EVERY_MS = 10 * 60_000
const MOST_WAITING = 500
/** Where the forge is away for long, the oldest go: the journal then says how many. */
const MOST_KEPT = 5000

export type Journal = {
  /** Takes records, and writes them where it is time. */
  add(records: readonly AuditRecord[], nowMs: number): Promise<void>
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
  let writtenAtMs = Number.NEGATIVE_INFINITY
  const flush = async (nowMs: number): Promise<boolean> => {
    if (waiting.length === 0) return true
    const batch = waiting
    const lost = dropped
    writtenAtMs = nowMs
    try {
      await append(lost === 0 ? batch : [lostRecord(lost, nowMs), ...batch])
    } catch (error) {
      failed(error)
      return false
    }
    waiting = waiting.slice(batch.length)
    dropped -= lost
    return true
  }
  return {
    flush,
    async add(records, nowMs) {
      const all = [...waiting, ...records]
      waiting = all.slice(-MOST_KEPT)
      dropped += all.length - waiting.length
      const due = nowMs - writtenAtMs >= EVERY_MS || waiting.length >= MOST_WAITING
      if (due) await flush(nowMs)
    },
  }
}

function lostRecord(count: number, atMs: number): AuditRecord {
  return { atMs, lane: '', event: 'records-lost', detail: { count } }
}
