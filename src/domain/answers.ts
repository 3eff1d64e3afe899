import type { Series, SignalAnswer } from './series.ts'
import { type SignalId, signalInfo } from './signal.ts'
import { laneOf, type Subject } from './subject.ts'

/** Answers by signal and subject, so that one subject's series are found without a walk over all of them. */
export type AnswerIndex = {
  answer(signal: SignalId): SignalAnswer | undefined
  /** The subject's series. A signal of workload level is found for a container of that workload too. The first one where labels tell several apart. */
  series(signal: SignalId, subject: Subject): Series | undefined
  /** Every series of the subject; of all its containers where the subject names none. */
  all(signal: SignalId, subject: Subject): readonly Series[]
}

/** `undefined` container and level decide the key: a workload's own series, and a container's, never meet. */
function keyOf(subject: Subject, container: string | undefined): string {
  return container === undefined ? laneOf(subject) : `${laneOf(subject)}[${container}]`
}

export function indexAnswers(answers: readonly SignalAnswer[]): AnswerIndex {
  const bySignal = new Map<SignalId, SignalAnswer>()
  const byKey = new Map<SignalId, Map<string, Series[]>>()
  for (const answer of answers) {
    if (bySignal.has(answer.signal)) continue
    bySignal.set(answer.signal, answer)
    const keys = new Map<string, Series[]>()
    for (const series of answer.series) for (const key of keysOf(series)) (keys.get(key) ?? put(keys, key)).push(series)
    byKey.set(answer.signal, keys)
  }
  const all = (signal: SignalId, subject: Subject): readonly Series[] => {
    const container = signalInfo(signal).level === 'container' ? subject.container : undefined
    return byKey.get(signal)?.get(keyOf(subject, container)) ?? []
  }
  return { answer: (signal) => bySignal.get(signal), series: (signal, subject) => all(signal, subject)[0], all }
}

function keysOf(series: Series): readonly string[] {
  const { subject } = series
  const whole = keyOf(subject, undefined)
  return subject.container === undefined ? [whole] : [whole, keyOf(subject, subject.container)]
}

function put(map: Map<string, Series[]>, key: string): Series[] {
  const list: Series[] = []
  map.set(key, list)
  return list
}

/** Moment of a grid point, epoch milliseconds. */
export function momentOf(series: Series, index: number): number {
  return series.startMs + index * series.stepMs
}

/** The sample at the last grid point at or before `atMs`; NaN when there is none there. Never looks further back. */
export function sampleAt(series: Series, atMs: number): number {
  return series.values[Math.floor((atMs - series.startMs) / series.stepMs)] ?? Number.NaN
}

/** The newest finite sample, with its moment. */
export function newestSample(series: Series): { readonly atMs: number; readonly value: number } | undefined {
  for (let index = series.values.length - 1; index >= 0; index -= 1) {
    const value = series.values[index]
    if (value !== undefined && Number.isFinite(value)) return { atMs: momentOf(series, index), value }
  }
  return undefined
}

/** The finite samples in [fromMs, toMs], oldest first. */
export function samplesIn(
  series: Series,
  fromMs: number,
  toMs: number,
): readonly { readonly atMs: number; readonly value: number }[] {
  const found: { readonly atMs: number; readonly value: number }[] = []
  const first = Math.max(0, Math.ceil((fromMs - series.startMs) / series.stepMs))
  for (let index = first; index < series.values.length; index += 1) {
    const atMs = momentOf(series, index)
    if (atMs > toMs) break
    const value = series.values[index]
    if (value !== undefined && Number.isFinite(value)) found.push({ atMs, value })
  }
  return found
}
