import { COARSE_STEP_MS, canBeCoarser, historySignals, type Window, windowsOf } from '../detection/index.ts'
import {
  formatSubject,
  gridLength,
  laneOf,
  type Series,
  type SignalAnswer,
  type SignalId,
  type Subject,
  signalInfo,
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
  readonly namespaces: readonly string[]
  readonly range: TimeRange
  /** From here on each point of the range is wanted; of what is before, `COARSE_STEP_MS` apart. */
  readonly denseFromMs: number
  /** Names of the series that are wanted, and of the workloads that they are of. */
  readonly wanted: ReadonlySet<string>
  readonly workloads: readonly string[]
  /** How many series of one signal the answer has, about. */
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
 * The history of some series, one stretch of time after the other, each so short that no query answers with more samples than
 * it may. Nothing but the wanted workloads is asked for, and of each stretch only what is wanted is kept. A signal of which a stretch was not
 * answered is left out, since nobody knows what it lacks.
 */
export async function historiesOf(metrics: Metrics, asked: HistoryAsked): Promise<Histories> {
  const found = new Map<SignalId, Gathered>()
  const scope = { namespaces: asked.namespaces, workloads: asked.workloads }
  for (const { ids, part } of readsOf(asked))
    for (const answer of await metrics.read(ids, part, scope)) gather(found, answer, asked)
  const answers = historySignals.flatMap((id) => found.get(id)?.answer() ?? [])
  const incomplete = answers.some(({ status }) => status === 'partial' || status === 'error')
  return { windows: windowsOf(answers), incomplete }
}

/** Signals of one level, of which so many may share a request. */
type Batch = { readonly ids: readonly SignalId[]; readonly sharing: number }
const at = (level: 'container' | 'workload') => historySignals.filter((id) => signalInfo(id).level === level)
const BATCHES: readonly Batch[] = [
  { ids: at('container'), sharing: 2 },
  { ids: at('workload'), sharing: 6 },
]
/** What stands in a window as what was added since the row before: that row is wanted too. */
const COUNTERS: Batch = { ids: ['restarts'], sharing: 1 }

type Read = { readonly ids: readonly SignalId[]; readonly part: TimeRange }

function readsOf(asked: HistoryAsked): readonly Read[] {
  const { range } = asked
  const coarse = canBeCoarser(range.stepMs) ? coarseBefore(range, asked.denseFromMs) : undefined
  const dense = coarse === undefined ? range : { ...range, startMs: coarse.endMs + COARSE_STEP_MS }
  return [
    ...BATCHES.flatMap((batch) => [...stretchesOf(batch, coarse, asked), ...stretchesOf(batch, dense, asked)]),
    ...stretchesOf(COUNTERS, coarse && rowsBefore(coarse, range.stepMs), asked),
  ]
}

/** The row before each of a coarse range, and before the first that is read after it. */
function rowsBefore({ startMs, endMs, stepMs }: TimeRange, rowMs: number): TimeRange {
  return { startMs: startMs - rowMs, endMs: endMs + stepMs - rowMs, stepMs }
}

/** What is read of a range up to about a moment. Its first point has one of the range before it. */
function coarseBefore(range: TimeRange, beforeMs: number): TimeRange | undefined {
  const startMs = Math.ceil((range.startMs + range.stepMs) / COARSE_STEP_MS) * COARSE_STEP_MS
  const endMs = Math.floor(beforeMs / COARSE_STEP_MS - 1) * COARSE_STEP_MS
  return endMs < startMs ? undefined : { startMs, endMs, stepMs: COARSE_STEP_MS }
}

/** Ranges of as many points as one request may give, and at least one, that follow each other. */
function stretchesOf({ ids, sharing }: Batch, range: TimeRange | undefined, asked: HistoryAsked): readonly Read[] {
  if (range === undefined) return []
  const points = Math.max(1, Math.floor(asked.mostSamples / Math.max(1, sharing * asked.series)))
  const reads: Read[] = []
  for (let startMs = range.startMs; startMs <= range.endMs; startMs += points * range.stepMs) {
    const endMs = Math.min(range.endMs, startMs + (points - 1) * range.stepMs)
    reads.push({ ids, part: { ...range, startMs, endMs } })
  }
  return reads
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
      put(series, whole)
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

/** The points of a series on a grid that is as fine or finer. */
function put({ values, startMs, stepMs }: Series, whole: Series): void {
  const first = Math.round((startMs - whole.startMs) / whole.stepMs)
  const each = Math.round(stepMs / whole.stepMs)
  for (let at = 0; at < values.length; at += 1) whole.values[first + at * each] = values[at] ?? Number.NaN
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
