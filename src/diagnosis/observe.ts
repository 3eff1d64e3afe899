import { quantileSorted } from 'simple-statistics'
import {
  type AnswerIndex,
  newestSample,
  type Observed,
  oomLimitOf,
  type Series,
  type SignalId,
  type Subject,
  sampleAt,
  samplesIn,
} from '../domain/index.ts'

/** A working set this near to the limit may have been cut off by it, so it says nothing about the need. */
const CUT_OFF = 0.95

/** A setting that was last seen longer ago may be another one by now. */
const RECENT_MS = 10 * 60_000
/** Bytes, and cores too: no machine has more, and every size that is computed from it is still exact. */
const MOST = 2 ** 43

/** The numbers that an action sizes by, from the samples of one container and its workload. What was not observed lately, or cannot be, is absent. */
export function observe(index: AnswerIndex, subject: Subject, nowMs: number): Observed {
  const newest = (signal: SignalId) => {
    const series = index.series(signal, subject)
    const sample = series === undefined ? undefined : newestSample(series)
    return sample === undefined || nowMs - sample.atMs > RECENT_MS ? undefined : sample.value
  }
  return withoutAbsent({
    memoryPeakBytes: memoryPeak(index, subject),
    memoryLimitBytes: newest('memory-limit'),
    memoryRequestBytes: newest('memory-request'),
    oomLimitBytes: oomLimitOf(index, subject),
    ...cpuUse(index, subject),
    cpuLimitCores: newest('cpu-limit'),
    cpuRequestCores: newest('cpu-request'),
    replicas: newest('replicas-desired'),
  })
}

type Numbers = { readonly [Name in keyof Observed]: number | undefined }

function withoutAbsent(numbers: Numbers): Observed {
  return Object.fromEntries(
    Object.entries(numbers).filter(([, value]) => value !== undefined && value >= 0 && value <= MOST),
  )
}

function everySample(series: Series) {
  return samplesIn(series, series.startMs, Number.POSITIVE_INFINITY)
}

function memoryPeak(index: AnswerIndex, subject: Subject): number | undefined {
  const used = index.series('memory-working-set', subject)
  const limit = index.series('memory-limit', subject)
  if (used === undefined) return undefined
  const free = everySample(used).filter(({ atMs, value }) => {
    const bound = limit === undefined ? Number.NaN : sampleAt(limit, atMs)
    return !(value >= CUT_OFF * bound)
  })
  return free.length === 0 ? undefined : free.reduce((peak, { value }) => Math.max(peak, value), 0)
}

function cpuUse(index: AnswerIndex, subject: Subject) {
  const used = index.series('cpu-usage', subject)
  const values = used === undefined ? [] : everySample(used).map((sample) => sample.value)
  if (values.length === 0) return { cpuPeakCores: undefined, cpuP90Cores: undefined }
  values.sort((a, b) => a - b)
  return { cpuPeakCores: values.at(-1), cpuP90Cores: quantileSorted(values, 0.9) }
}
