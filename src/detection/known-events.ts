import { type Finding, type Lane, laneOf, type Series, type SignalAnswer, type SignalId } from '../domain/index.ts'

/** What a deploy or an edit of a workload moves: from then on its metrics may have another level. */
const DECLARED: readonly SignalId[] = [
  'memory-limit',
  'memory-request',
  'cpu-limit',
  'cpu-request',
  'replicas-desired',
  'running-image',
]

/** So long a changed workload takes to settle. What is still unlike itself then is told. */
const SETTLING_MS = 2 * 3_600_000
/** A change is seen by its exporter later than by the metrics that it moves. */
const SEEN_LATE_MS = 10 * 60_000

/** When the declaration of each workload last changed, as far as the answers reach back; epoch milliseconds. */
export function changesOf(answers: readonly SignalAnswer[]): ReadonlyMap<Lane, number> {
  const changes = new Map<Lane, number>()
  for (const { signal, series } of answers) {
    if (!DECLARED.includes(signal)) continue
    for (const one of series) {
      const at = signal === 'running-image' ? begun(one) : changed(one)
      const lane = laneOf(one.subject)
      if (at !== undefined) changes.set(lane, Math.max(at, changes.get(lane) ?? 0))
    }
  }
  return changes
}

/** The last moment at which a value differs from the one before it. */
function changed({ values, startMs, stepMs }: Series): number | undefined {
  let later = Number.NaN
  let laterAt = -1
  for (let at = values.length - 1; at >= 0; at -= 1) {
    const value = values[at] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    if (laterAt >= 0 && value !== later) return startMs + laterAt * stepMs
    later = value
    laterAt = at
  }
  return undefined
}

/** An image that was not there at the beginning came with a deploy. */
function begun({ values, startMs, stepMs }: Series): number | undefined {
  const first = values.findIndex((value) => value > 0)
  return first > 0 ? startMs + first * stepMs : undefined
}

/** Until when a change of a workload explains what models find there. */
export function settledMs(changedMs: number): number {
  return changedMs + SETTLING_MS
}

/** Whether a finding of the models is what a change of the workload brings with it while it settles. */
export function isSettling(
  { startMs }: Pick<Finding, 'startMs'>,
  changedMs: number | undefined,
  nowMs: number,
): boolean {
  if (changedMs === undefined || nowMs < changedMs || nowMs - changedMs > SETTLING_MS) return false
  return startMs >= changedMs - SEEN_LATE_MS
}

/** Alarms of rows on a grid, with those silent that one of the changes brought with it: row by row what `isSettling` says of them. */
export function settled(
  alarms: Float64Array,
  { startMs, stepMs }: { readonly startMs: number; readonly stepMs: number },
  changes: readonly number[],
): Float64Array {
  const quiet = Float64Array.from(alarms)
  let begun: number | undefined
  for (const [row, alarm] of alarms.entries()) {
    if (Number.isNaN(alarm)) continue
    const atMs = startMs + row * stepMs
    begun = alarm === 1 ? (begun ?? atMs) : undefined
    const since = { startMs: begun ?? atMs }
    if (alarm === 1 && changes.some((changedMs) => isSettling(since, changedMs, atMs))) quiet[row] = 0
  }
  return quiet
}
