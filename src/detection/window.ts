import type { SignalAnswer, SignalId, Subject } from '../domain/index.ts'

/** One metric of a window, on the window's grid. NaN = no sample. */
export type Column = { readonly signal: SignalId; readonly values: Float64Array; readonly asked: string }

/**
 * What the models see of one container of a workload: its own metrics and those of its workload, on one grid.
 * Row i was true at startMs + i * stepMs. At least one column; `partial` when one of the answers was.
 */
export type Window = {
  readonly subject: Subject
  readonly startMs: number
  readonly stepMs: number
  readonly length: number
  readonly columns: readonly Column[]
  readonly partial: boolean
}

/** Moment of a row, epoch milliseconds. */
export function rowMs(window: Window, row: number): number {
  return window.startMs + row * window.stepMs
}

/** One window per container that has a history series of its own. */
export function windowsOf(_answers: readonly SignalAnswer[]): readonly Window[] {
  return []
}
