import type { SignalId } from './signal.ts'
import type { Subject } from './subject.ts'

/** From, to and step in milliseconds. Both ends are multiples of `stepMs` and both are part of the range. */
export type TimeRange = { readonly startMs: number; readonly endMs: number; readonly stepMs: number }

/** A regular grid: value i was true at startMs + i * stepMs. NaN means that there is no sample; nothing is ever filled with zero. */
export type Series = {
  readonly signal: SignalId
  readonly subject: Subject
  readonly startMs: number
  readonly stepMs: number
  readonly values: Float64Array
  /** What the source tells a series by beyond its subject, such as `image` or `condition`; only names that the signal declares. */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * What one query gave. `ok`: complete. `partial`: the source said that data is missing. `empty`: answered, and there is no such series.
 * `error`: not answered. Only `ok` can lead to a write; `empty` is neither health nor an anomaly.
 */
export type SignalAnswer = {
  readonly signal: SignalId
  readonly status: 'ok' | 'partial' | 'empty' | 'error'
  readonly series: readonly Series[]
  /** The query text as it was asked, quoted as evidence. */
  readonly asked: string
  /** For `partial` and `error`: what the source said, one line. */
  readonly problem?: string
}

export function gridLength(range: TimeRange): number {
  return Math.floor((range.endMs - range.startMs) / range.stepMs) + 1
}

/** The last whole range of `lengthMs` that ends at floor(now / step) * step. */
export function rangeEndingAt(nowMs: number, lengthMs: number, stepMs: number): TimeRange {
  const endMs = Math.floor(nowMs / stepMs) * stepMs
  return { startMs: endMs - Math.floor(lengthMs / stepMs) * stepMs, endMs, stepMs }
}

/** Share of grid points in [fromMs, toMs] that have a finite sample, 0 to 1. */
export function coverage(series: Series, fromMs: number, toMs: number): number {
  let present = 0
  let expected = 0
  for (let at = Math.ceil(fromMs / series.stepMs) * series.stepMs; at <= toMs; at += series.stepMs) {
    expected += 1
    if (Number.isFinite(series.values[(at - series.startMs) / series.stepMs])) present += 1
  }
  return expected === 0 ? 0 : present / expected
}
