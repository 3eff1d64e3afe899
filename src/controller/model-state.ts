import type { Judgement } from '../detection/index.ts'
import type { Memory } from './memory.ts'

/** What the models take, and what they wait for. */
export type ModelState = {
  /** Series that are judged. */
  readonly series: number
  /** Of fits and tails, and of the samples that were read and judged last; about. */
  readonly modelBytes: number
  readonly windowBytes: number
  /** On disk. */
  readonly keptBytes: number
  readonly keptModels: number
  readonly fitsWaiting: number
  /** How long the fit that has waited longest has done so; 0 where none waits. */
  readonly oldestWaitMs: number
}

export function modelState({ models, judged, fitting, recent }: Memory, nowMs: number): ModelState {
  const held = models.held()
  let windowBytes = 0
  for (const judgement of judged.values()) windowBytes += bytesOf(judgement)
  for (const { series } of recent?.answers ?? []) for (const { values } of series) windowBytes += values.byteLength
  let [fitsWaiting, oldestMs] = [0, nowMs]
  for (const { one, sinceMs } of fitting.wanted.values()) {
    const missing = one.absent.filter((ask) => !models.knows(one.name, ask)).length
    fitsWaiting += missing
    if (missing > 0) oldestMs = Math.min(oldestMs, sinceMs)
  }
  return {
    series: judged.size,
    modelBytes: held.bytes,
    windowBytes,
    keptBytes: held.shelf.bytes,
    keptModels: held.shelf.entries,
    fitsWaiting,
    oldestWaitMs: nowMs - oldestMs,
  }
}

function bytesOf({ window, rows }: Judgement): number {
  let bytes = 0
  for (const { values } of window.columns) bytes += values.byteLength
  for (const { scores } of rows.values()) bytes += scores.byteLength + 8 * scores.length
  return bytes
}
