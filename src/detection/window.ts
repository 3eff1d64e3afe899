import {
  type AnswerIndex,
  formatSubject,
  indexAnswers,
  laneOf,
  type Series,
  type SignalAnswer,
  type SignalId,
  type Subject,
  sampleAt,
  signalInfo,
} from '../domain/index.ts'
import { historySignals } from './signals/index.ts'

/** One metric of a window, on the window's grid. NaN = no sample. Counters stand as what was added within a step. */
export type Column<Name extends string = string> = {
  /** Name of the metric: a signal's id where it is one of ours. */
  readonly signal: Name
  readonly values: Float64Array
  readonly asked: string
}

/**
 * What the models see of one container of a workload: its own metrics and those of its workload, on one grid.
 * Row i was true at startMs + i * stepMs. At least one column; `partial` when one of the answers was.
 */
export type Window<Name extends string = string> = {
  readonly subject: Subject
  readonly startMs: number
  readonly stepMs: number
  readonly length: number
  readonly columns: readonly Column<Name>[]
  readonly partial: boolean
}

/** Moment of a row, epoch milliseconds. */
export function rowMs(window: Window, row: number): number {
  return window.startMs + row * window.stepMs
}

/** The last row at or before a moment; -1 when all are later. */
export function rowAt(window: Window, atMs: number): number {
  return Math.min(window.length, Math.floor((atMs - window.startMs) / window.stepMs) + 1) - 1
}

/** The part of a window that begins with its first sample at or after a moment. */
export function sampledSince(window: Window, sinceMs: number): Window {
  const from = Math.min(window.length, Math.max(0, Math.ceil((sinceMs - window.startMs) / window.stepMs)))
  const later = window.columns.map((column) => ({ ...column, values: column.values.subarray(from) }))
  const first = from + firstSampled(later)
  if (first === 0) return window
  const columns = window.columns.map((column) => ({ ...column, values: column.values.subarray(first) }))
  return { ...window, startMs: rowMs(window, first), length: window.length - first, columns }
}

/** One window per container that has a history of its own, and one per workload of which only the whole has any. In order of subject. */
export function windowsOf(answers: readonly SignalAnswer[]): readonly Window<SignalId>[] {
  const index = indexAnswers(answers)
  const subjects = new Map<string, Subject>()
  const lanes = new Set<string>()
  for (const level of ['container', 'workload'] as const) {
    for (const { subject } of seriesAt(index, level)) {
      if (level === 'workload' && lanes.has(laneOf(subject))) continue
      subjects.set(`${subject.cluster}/${subject.kind}/${formatSubject(subject)}`, subject)
      if (level === 'container') lanes.add(laneOf(subject))
    }
  }
  return [...subjects].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, subject]) => windowOf(index, subject) ?? [])
}

function seriesAt(index: AnswerIndex, level: 'container' | 'workload'): readonly Series[] {
  return historySignals.flatMap((id) => (signalInfo(id).level === level ? (index.answer(id)?.series ?? []) : []))
}

function windowOf(index: AnswerIndex, subject: Subject): Window<SignalId> | undefined {
  const found = historySignals.flatMap((signal) => index.series(signal, subject) ?? [])
  const grid = found[0]
  if (grid === undefined) return undefined
  const usable = found.filter((series) => series.stepMs === grid.stepMs)
  const columns = usable.map((series) => columnOf(index, series, grid))
  const first = firstSampled(columns)
  return {
    subject,
    startMs: grid.startMs + first * grid.stepMs,
    stepMs: grid.stepMs,
    length: grid.values.length - first,
    columns: columns.map((column) => ({ ...column, values: column.values.subarray(first) })),
    partial: usable.some((series) => index.answer(series.signal)?.status === 'partial'),
  }
}

/** The first row with a sample, since a history may reach further back than its source; 0 where there is none at all. */
function firstSampled(columns: readonly Column[]): number {
  const firsts = columns.map(({ values }) => values.findIndex(Number.isFinite)).filter((row) => row >= 0)
  return firsts.length === 0 ? 0 : Math.min(...firsts)
}

function columnOf(index: AnswerIndex, series: Series, grid: Series): Column<SignalId> {
  const at = (row: number) => sampleAt(series, grid.startMs + row * grid.stepMs)
  // A counter that falls has begun anew: what it shows is what was added.
  const added = (row: number) => (at(row) < at(row - 1) ? at(row) : at(row) - at(row - 1))
  const read = series.signal === 'restarts' ? added : at
  const values = Float64Array.from(grid.values, (_, row) => read(row))
  return { signal: series.signal, values, asked: index.answer(series.signal)?.asked ?? '' }
}
