import {
  type AnswerIndex,
  type AttemptRecord,
  coverage,
  type Evidence,
  type Field,
  type Finding,
  formatInstant,
  indexAnswers,
  parseQuantity,
  type Series,
  type SignalAnswer,
  type SignalId,
  sameWorkload,
  samplesIn,
  type Verdict,
} from '../domain/index.ts'
import { harmDone, harmLeft, workloadOf } from './harm.ts'
import { freshFrom, isLevel, isLoud, JUDGED_BY, latestFresh } from './loud.ts'

/** Share of the expected samples below which nothing is said to have been quiet. */
const LEAST_COVERAGE = 0.8

/** Samples are floating-point numbers. */
const ALMOST = 0.999

export type VerifyInput = {
  readonly record: AttemptRecord
  /** Answers that reach back to the sync at least, better ten minutes further. Series of other workloads may be among them. */
  readonly answers: readonly SignalAnswer[]
  /** What the rules find on this workload now. */
  readonly findings: readonly Finding[]
  /** When Argo CD had put a revision that contains the fix into the cluster. */
  readonly syncedAtMs: number
  /** The window may be as long again, where the first one had too few samples. */
  readonly extended: boolean
  readonly nowMs: number
}

/**
 * What came of a merged fix (PROTOCOL 6), judged only on samples after its sync that cannot be echoes of what came before. Harm and a
 * repeated failure are said at once; that all is well, at the window's end. The window is counted from where the signals speak of the
 * time after the sync alone. For a revert the old symptom is expected back: what counts is that the harm, on whichever container, is gone.
 */
export function verify(input: VerifyInput): Verdict {
  const index = indexAnswers(input.answers)
  const watched = watchedSeries(input, index)
  const firstMs = startOfWindow(input, watched)
  const { windowMs } = input.record.verify
  const endMs = firstMs + windowMs
  const lastMs = Math.min(input.nowMs, input.extended ? endMs + windowMs : endMs)
  const again = input.record.kind === 'revert' ? undefined : failedAgain(input, index, watched, lastMs)
  const harm = harmDone({ ...input, index, toMs: lastMs, again: again !== undefined })
  if (harm !== undefined) return harm
  if (again !== undefined) return again
  if (input.nowMs < endMs) return { verdict: 'waiting', untilMs: endMs }
  const left = input.record.kind === 'revert' ? harmLeft({ ...input, index, toMs: lastMs }) : undefined
  if (left !== undefined)
    return {
      verdict: 'insufficient',
      because: 'the harm is still there after the fix was taken back',
      evidence: [left],
    }
  if (quietIn(index, watched, firstMs, endMs))
    return atOurValue(input, index, endMs) ?? resolved(input, index, watched, endMs)
  if (!input.extended) return unclear(endMs)
  if (input.nowMs < endMs + windowMs) return { verdict: 'waiting', untilMs: endMs + windowMs }
  return quietIn(index, watched, firstMs, endMs + windowMs)
    ? (atOurValue(input, index, endMs + windowMs) ?? resolved(input, index, watched, endMs + windowMs))
    : unclear(endMs + windowMs)
}

const LIMIT_OF: Readonly<Partial<Record<Field, SignalId>>> = {
  'resources.limits.memory': 'memory-limit',
  'resources.limits.cpu': 'cpu-limit',
}

/** Indeterminate where the pods are seen to run with less than the fix set: a synced object that never rolled out cures nothing. */
function atOurValue({ record }: VerifyInput, index: AnswerIndex, endMs: number): Verdict | undefined {
  for (const { field, container, value } of record.kind === 'fix' ? record.changes : []) {
    const signal = LIMIT_OF[field]
    const set = parseQuantity(value)
    const subject = container === undefined ? record.subject : { ...record.subject, container }
    const series = signal === undefined ? undefined : index.series(signal, subject)
    const last = series === undefined ? undefined : samplesIn(series, endMs - record.verify.windowMs, endMs).at(-1)
    if (series === undefined || last === undefined || set === undefined) continue
    if (last.value >= (Number(set.nano) / 1e9) * ALMOST) continue
    const evidence = [quote(index, series, last, 'what the pods run with, below what the fix set')]
    return { verdict: 'indeterminate', because: `the pods do not run with ${value} yet`, evidence }
  }
  return undefined
}

type Watched = { readonly signal: SignalId; readonly series: Series | undefined }

function watchedSeries({ record }: VerifyInput, index: AnswerIndex): readonly Watched[] {
  return record.watch.flatMap((signal): readonly Watched[] => {
    const found =
      record.kind === 'revert'
        ? index.all(signal, workloadOf(record.subject))
        : index.all(signal, record.subject).slice(0, 1)
    return found.length === 0 ? [{ signal, series: undefined }] : found.map((series) => ({ signal, series }))
  })
}

function startOfWindow({ syncedAtMs, nowMs }: VerifyInput, watched: readonly Watched[]): number {
  const starts = watched.map(({ signal, series }) =>
    series === undefined ? latestFresh(signal, syncedAtMs) : freshFrom(series, syncedAtMs, nowMs),
  )
  return Math.max(syncedAtMs, ...starts)
}

/** The same failure after the sync. A flag that came up anew is enough; a level such as throttling counts only while a rule finds it. */
function failedAgain(
  input: VerifyInput,
  index: AnswerIndex,
  watched: readonly Watched[],
  toMs: number,
): Verdict | undefined {
  for (const { signal, series } of watched) {
    if (series === undefined) continue
    const from = freshFrom(series, input.syncedAtMs, toMs)
    const loud = samplesIn(series, from, toMs).filter(({ value }) => isLoud(signal, value))
    const last = loud.at(-1)
    if (last === undefined || (isLevel(signal) && !ruled(input))) continue
    const evidence = quote(index, series, last, 'the same symptom after the fix was synced')
    return { verdict: 'insufficient', because: `${input.record.failure} again after the sync`, evidence: [evidence] }
  }
  return undefined
}

function ruled({ findings, record }: VerifyInput): boolean {
  return findings.some(({ subject, failure }) => failure === record.failure && sameWorkload(subject, record.subject))
}

/** Whether every watched signal was answered completely and had the samples to be called quiet. */
function quietIn(index: AnswerIndex, watched: readonly Watched[], fromMs: number, toMs: number): boolean {
  return (
    watched.length > 0 &&
    watched.every(({ series }) => {
      if (!covered(index, series, fromMs, toMs)) return false
      // A level that is still high is well only because a rule that could judge it found nothing.
      const high =
        isLevel(series.signal) && samplesIn(series, fromMs, toMs).some((one) => isLoud(series.signal, one.value))
      const needed = high ? (JUDGED_BY[series.signal] ?? []) : []
      return needed.every((signal) => covered(index, index.series(signal, series.subject), fromMs, toMs))
    })
  )
}

function covered(index: AnswerIndex, series: Series | undefined, fromMs: number, toMs: number): series is Series {
  if (series === undefined || index.answer(series.signal)?.status !== 'ok') return false
  return coverage(series, fromMs, toMs) >= LEAST_COVERAGE
}

function resolved({ record }: VerifyInput, index: AnswerIndex, watched: readonly Watched[], endMs: number): Verdict {
  const evidence = watched.flatMap(({ series }) => {
    const last = series === undefined ? undefined : samplesIn(series, series.startMs, endMs).at(-1)
    return series === undefined || last === undefined
      ? []
      : [quote(index, series, last, 'quiet at the end of the window')]
  })
  // What a change was to mend may be back once it is taken back.
  const what = record.kind === 'revert' ? 'what the change had done' : 'the symptom'
  return { verdict: 'resolved', because: `${what} stayed away for the whole window`, evidence }
}

function unclear(untilMs: number): Verdict {
  const because = `fewer than 80 % of the samples were there by ${formatInstant(untilMs)}`
  return { verdict: 'indeterminate', because, evidence: [] }
}

function quote(index: AnswerIndex, series: Series, sample: { atMs: number; value: number }, says: string): Evidence {
  const asked = index.answer(series.signal)?.asked ?? ''
  return { signal: series.signal, subject: series.subject, ...sample, says, asked }
}
