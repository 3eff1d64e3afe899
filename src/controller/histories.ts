import { historySignals, type Window, windowsOf } from '../detection/index.ts'
import {
  formatSubject,
  gridLength,
  laneOf,
  type Series,
  type SignalAnswer,
  type SignalId,
  type Subject,
  type TimeRange,
} from '../domain/index.ts'
import type { Metrics } from '../ports/index.ts'

/** Name of a series of the models: a container of a workload, or the whole of it. */
export function seriesName(subject: Subject): string {
  return `${laneOf(subject)}/${formatSubject(subject)}`
}

/** Of the histories that are held at once. */
export const MOST_HISTORY_BYTES = 128 * 1024 * 1024

export type HistoryAsked = {
  readonly namespace: string
  readonly range: TimeRange
  /** Names of the series that are wanted. */
  readonly wanted: ReadonlySet<string>
  /** How many series the namespace has of one signal, about. */
  readonly series: number
  /** That one request may be answered with. */
  readonly mostSamples: number
}

export type Histories = {
  readonly windows: readonly Window<SignalId>[]
  /** Whether a part was not answered, or not wholly. */
  readonly incomplete: boolean
}

/** How many histories of a range fit into the memory for them; at least 1. */
export function mostAtOnce(range: TimeRange): number {
  return Math.max(1, Math.floor(MOST_HISTORY_BYTES / (historySignals.length * gridLength(range) * 8)))
}

/**
 * The history of some series of a namespace, one stretch of time after the other, each so short that no query answers with more samples than
 * it may. Of each stretch only what is wanted is kept. A signal of which a stretch was not answered is left out, since nobody knows what it lacks.
 */
export async function historiesOf(metrics: Metrics, asked: HistoryAsked): Promise<Histories> {
  const found = new Map<SignalId, Gathered>()
  for (const part of stretchesOf(asked.range, pointsFor(asked))) {
    const answers = await metrics.read(historySignals, part, { namespaces: [asked.namespace] })
    for (const answer of answers) gather(found, answer, asked)
  }
  const answers = historySignals.flatMap((id) => found.get(id)?.answer() ?? [])
  const incomplete = answers.some(({ status }) => status === 'partial' || status === 'error')
  return { windows: windowsOf(answers), incomplete }
}

/** Two signals may share a request. */
function pointsFor({ mostSamples, series }: HistoryAsked): number {
  return Math.floor(mostSamples / Math.max(1, 2 * series))
}

/** Ranges of at most so many points, and at least one, that follow each other. */
function stretchesOf(range: TimeRange, most: number): readonly TimeRange[] {
  const points = Math.max(1, most)
  const parts: TimeRange[] = []
  for (let startMs = range.startMs; startMs <= range.endMs; startMs += points * range.stepMs)
    parts.push({ ...range, startMs, endMs: Math.min(range.endMs, startMs + (points - 1) * range.stepMs) })
  return parts
}

function gather(found: Map<SignalId, Gathered>, answer: SignalAnswer, { range, wanted }: HistoryAsked): void {
  const there = found.get(answer.signal) ?? new Gathered(answer, range)
  found.set(answer.signal, there)
  there.add(answer, wanted)
}

/** The answers to one signal over consecutive stretches, put together. */
class Gathered {
  readonly #first: SignalAnswer
  readonly #range: TimeRange
  readonly #series = new Map<string, Series>()
  #status: SignalAnswer['status'] = 'empty'

  constructor(first: SignalAnswer, range: TimeRange) {
    this.#first = first
    this.#range = range
  }

  add(answer: SignalAnswer, wanted: ReadonlySet<string>): void {
    this.#status = worse(this.#status, answer.status)
    for (const series of answer.series) {
      if (!isWanted(series.subject, wanted)) continue
      const key = JSON.stringify([seriesName(series.subject), series.labels])
      const whole = this.#series.get(key) ?? this.#empty(series)
      this.#series.set(key, whole)
      whole.values.set(series.values, Math.round((series.startMs - whole.startMs) / whole.stepMs))
    }
  }

  answer(): SignalAnswer {
    const series = this.#status === 'error' ? [] : [...this.#series.values()]
    return { ...this.#first, status: this.#status, series }
  }

  #empty(series: Series): Series {
    const { startMs, stepMs } = this.#range
    return { ...series, startMs, stepMs, values: new Float64Array(gridLength(this.#range)).fill(Number.NaN) }
  }
}

/** A container's window holds the metrics of its workload too. */
function isWanted(subject: Subject, wanted: ReadonlySet<string>): boolean {
  if (wanted.has(seriesName(subject))) return true
  if (subject.container !== undefined) return false
  const start = `${seriesName(subject)}[`
  for (const name of wanted) if (name.startsWith(start)) return true
  return false
}

const WORSE: readonly SignalAnswer['status'][] = ['empty', 'ok', 'partial', 'error']

function worse(one: SignalAnswer['status'], other: SignalAnswer['status']): SignalAnswer['status'] {
  return WORSE.indexOf(one) > WORSE.indexOf(other) ? one : other
}
