import {
  type AnswerIndex,
  type AttemptRecord,
  type Evidence,
  FAILURES,
  type Failure,
  type Series,
  type Subject,
  sampleAt,
  samplesIn,
  type Verdict,
} from '../domain/index.ts'
import { freshFrom, isLevel, isLoud, loudNow, SIGN_OF } from './loud.ts'

const MINUTE_MS = 60_000
/** A new failure counts once it has been there this long, in at least two samples. */
const HARM_LASTS_MS = 3 * MINUTE_MS
const HARM_SAMPLES = 2
/** Missing replicas are normal while pods are replaced one by one. A Deployment itself gives up after 10 minutes without progress. */
const SHORT_LASTS_MS = 10 * MINUTE_MS
/** What was wrong this shortly before the sync, or what nobody saw to be right then, is not the fix's doing. */
const BEFORE_MS = 10 * MINUTE_MS

/** What a failure brings with it: as long as it lasts these are no harm of the fix. */
const BRINGS: Readonly<Partial<Record<Failure, readonly Failure[]>>> = {
  OOMKilled: ['CrashLoopBackOff', 'FailedRollout'],
  CrashLoopBackOff: ['FailedRollout'],
  ImagePullBackOff: ['FailedRollout'],
  Unschedulable: ['FailedRollout'],
}

type HarmInput = {
  readonly record: AttemptRecord
  readonly index: AnswerIndex
  readonly syncedAtMs: number
  readonly toMs: number
  /** The failure that the fix was for is there again. */
  readonly again: boolean
}

/** A failure of this workload that was not there when the fix was decided and began after its sync, or replicas that went missing with it. */
export function harmDone(input: HarmInput): Verdict | undefined {
  const { record } = input
  const excused = new Set<Failure>([record.failure, ...record.present])
  // Until the old symptom's echo is over nobody can tell what it still brings with it.
  const lasting = input.again || echoes(input)
  if (lasting) for (const failure of BRINGS[record.failure] ?? []) excused.add(failure)
  for (const failure of FAILURES) {
    if (excused.has(failure)) continue
    const evidence = newFailure(input, failure)
    if (evidence !== undefined)
      return { verdict: 'harmful', because: `${failure} began after the fix was synced`, evidence: [evidence] }
  }
  const short = lasting ? undefined : replicasMissing(input)
  return (
    short && { verdict: 'harmful', because: 'replicas have been missing since the fix was synced', evidence: [short] }
  )
}

/** Whether the flag of the old failure is still up without a sample that tells it from an echo. */
function echoes({ record, index, syncedAtMs, toMs }: HarmInput): boolean {
  return record.watch.some((signal) => {
    const series = index.series(signal, record.subject)
    return series !== undefined && freshFrom(series, syncedAtMs, toMs) > toMs
  })
}

function newFailure({ record, index, syncedAtMs, toMs }: HarmInput, failure: Failure): Evidence | undefined {
  const signal = SIGN_OF[failure]
  if (signal === undefined) return undefined
  for (const series of index.all(signal, workloadOf(record.subject))) {
    const before = samplesIn(series, syncedAtMs - BEFORE_MS, syncedAtMs)
    if (before.length === 0 || before.some(({ value }) => isLoud(signal, value))) continue
    const run = loudNow(series, syncedAtMs + 1, toMs)
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined) continue
    if (run.length < HARM_SAMPLES || last.atMs - first.atMs < HARM_LASTS_MS) continue
    const asked = index.answer(signal)?.asked ?? ''
    return { signal, subject: series.subject, ...last, says: 'was not there before the fix was synced', asked }
  }
  return undefined
}

/**
 * What a revert was made for and what is still there at `toMs`; undefined once it is gone. The old symptom is expected back, so it is none
 * of it.
 */
export function harmLeft({ record, index, syncedAtMs, toMs }: Omit<HarmInput, 'again'>): Evidence | undefined {
  for (const signal of record.watch) {
    if (signal === SIGN_OF[record.failure] || isLevel(signal)) continue
    for (const series of index.all(signal, workloadOf(record.subject))) {
      const last =
        signal === 'replicas-available'
          ? shortNow(index, series, syncedAtMs, toMs)
          : loudNow(series, freshFrom(series, syncedAtMs, toMs), toMs).at(-1)
      const asked = index.answer(signal)?.asked ?? ''
      if (last !== undefined) return { signal, subject: series.subject, ...last, says: 'still there', asked }
    }
  }
  return undefined
}

function shortNow(index: AnswerIndex, available: Series, fromMs: number, toMs: number) {
  const desired = index.series('replicas-desired', available.subject)
  const last = samplesIn(available, fromMs, toMs).at(-1)
  return desired !== undefined && last !== undefined && isShort(desired, last) ? last : undefined
}

export function workloadOf({ cluster, namespace, kind, name }: Subject): Subject {
  return { cluster, namespace, kind, name }
}

function replicasMissing({ record, index, syncedAtMs, toMs }: HarmInput): Evidence | undefined {
  const desired = index.series('replicas-desired', record.subject)
  const available = index.series('replicas-available', record.subject)
  if (desired === undefined || available === undefined) return undefined
  const before = samplesIn(available, syncedAtMs - BEFORE_MS, syncedAtMs)
  if (before.length === 0 || !before.every((one) => one.value >= sampleAt(desired, one.atMs))) return undefined
  const after = samplesIn(available, syncedAtMs + 1, toMs)
  const since = after.slice(after.findLastIndex((one) => !isShort(desired, one)) + 1)
  const [first, last] = [since[0], since.at(-1)]
  if (first === undefined || last === undefined || last.atMs - first.atMs < SHORT_LASTS_MS) return undefined
  const asked = index.answer('replicas-available')?.asked ?? ''
  const threshold = sampleAt(desired, last.atMs)
  const says = 'replicas available, below what is asked for since the fix was synced'
  return { signal: 'replicas-available', subject: available.subject, ...last, threshold, says, asked }
}

function isShort(desired: Series, { atMs, value }: { readonly atMs: number; readonly value: number }): boolean {
  return value < sampleAt(desired, atMs)
}
