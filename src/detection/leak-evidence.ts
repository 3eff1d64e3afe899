import { type Evidence, formatDuration, type SignalId, signalInfo } from '../domain/index.ts'
import { leakOf } from './forecast/leak.ts'
import { type Column, rowMs, type Window } from './window.ts'

const COVERAGE = 0.9

/** When the memory of a window that leaks will meet its limit, bytes, as far as the window shows. Nothing where it does not leak. */
export function leakEvidence(window: Window<SignalId>, limit: number | undefined): readonly Evidence[] {
  const memory = columnOf(window, 'memory-working-set')
  const row = memory?.values.findLastIndex(Number.isFinite) ?? -1
  if (memory === undefined || limit === undefined || row < 0) return []
  const { startMs, stepMs } = window
  const values = memory.values.subarray(0, row + 1)
  const load = columnOf(window, 'request-rate')?.values.subarray(0, row + 1)
  const begins = beginsOf(columnOf(window, 'restarts'))
  const asked = { memory: { startMs, stepMs, values }, begins, limit, coverage: COVERAGE }
  const found = leakOf(load === undefined ? asked : { ...asked, load })
  if (!found.rising) return []
  const nowMs = rowMs(window, row)
  const within = (atMs: number) => formatDuration(atMs - nowMs)
  const latest = Number.isFinite(found.latestMs) ? `and ${within(found.latestMs)}` : 'and never'
  return [
    {
      signal: memory.signal,
      subject: window.subject,
      atMs: nowMs,
      value: values[row] ?? 0,
      threshold: limit,
      says: `${signalInfo(memory.signal).says}: grows whatever the load, and would meet the limit in ${within(found.atMs)} (nine times in ten between ${within(found.earliestMs)} ${latest})`,
      asked: memory.asked,
    },
  ]
}

function columnOf(window: Window<SignalId>, signal: SignalId): Column<SignalId> | undefined {
  return window.columns.find((column) => column.signal === signal)
}

/** A row in which a restart was counted begins a life. */
function beginsOf(restarts: Column | undefined): readonly number[] {
  const begins: number[] = []
  for (const [row, added] of restarts?.values.entries() ?? []) if (added > 0) begins.push(row)
  return begins
}
