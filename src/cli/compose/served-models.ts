import {
  ANSWERS,
  type Answer,
  type AnswerJob,
  answers,
  detectors,
  expectedAt,
  HOURS_AHEAD,
  type HourProfile,
  type HoursAhead,
  hourProfile,
  judgeRows,
  judgeSeries,
  type Level,
  NO_ENGINES,
  SERIES_ROWS,
  type ServedForest,
  servedAsks,
  servedForest,
  type Window,
  withForecast,
} from '../../detection/index.ts'
import { CLUSTER_SHARES, SEED_METRICS, type TimeRange } from '../../domain/index.ts'
import type { Clock, ClusterColumn, ClusterHistory, Compute } from '../../ports/index.ts'
import type { Prediction, ServedModel } from '../../server/index.ts'
import { type Followed, followed, type Span } from './followed.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** As much as the seeds' models learn from, in 1,009 samples: queries over a whole cluster are heavy. */
const FOREST: Span = { lengthMs: 7 * DAY_MS, stepMs: 10 * 60_000 }
/** Four of each hour of the week. */
const PROFILE: Span = { lengthMs: 28 * DAY_MS, stepMs: HOUR_MS }

export type ServedOptions = {
  readonly history: ClusterHistory | undefined
  readonly compute: Compute | undefined
  readonly clock: Pick<Clock, 'now'>
}

export type Served = {
  readonly models: readonly ServedModel[]
  /** Reads the history and learns anew; gives what stands in the way, where something does. */
  refresh(): Promise<string | undefined>
}

type Learned = {
  forest: ServedForest
  profile: { readonly cpu: HourProfile; readonly memory: HourProfile } | undefined
  /** Where the history of the profile ends. */
  hoursMs?: number
}

const UNREAD = 'the history of these metrics has not been read from Prometheus yet'

/** The two models of the seeds' platform, learned from this cluster's own history. They judge and forecast, and nothing follows from it. */
export function servedModels({ history, compute, clock }: ServedOptions): Served {
  const metrics = history && followed(history, SEED_METRICS, FOREST)
  const shares = history && followed(history, CLUSTER_SHARES, PROFILE)
  const learned: Learned = { forest: { ready: false, why: UNREAD }, profile: undefined }
  return {
    models: [anomalyDetector(learned), predictiveAnalytics(learned)],
    async refresh() {
      if (metrics === undefined || shares === undefined) return undefined
      const nowMs = clock.now()
      const [rows, used] = [await metrics(nowMs), await shares(nowMs)]
      learned.forest = await fitted(windowOf(rows), compute)
      // Hours are as fine as a forecast is; between them there is nothing new.
      if (learned.hoursMs !== used.range.endMs) learned.profile = (await profileOf(used, compute)) ?? learned.profile
      if (problemOf(used.columns) === undefined) learned.hoursMs = used.range.endMs
      return problemOf([...rows.columns, ...used.columns])
    },
  }
}

function problemOf(columns: readonly ClusterColumn[]): string | undefined {
  const failed = columns.filter((column) => column.problem !== undefined)
  const [first] = failed
  return first && `${failed.length} of ${columns.length} queries failed: ${first.problem}`
}

function windowOf({ columns, range: { startMs, stepMs } }: Followed): Window {
  return {
    subject: { cluster: '', namespace: '', kind: 'Cluster', name: '' },
    startMs,
    stepMs,
    length: columns[0]?.values.length ?? 0,
    columns: columns.map(({ metric, values, asked }) => ({ signal: metric, values, asked })),
    partial: false,
  }
}

async function fitted(window: Window, compute: Compute | undefined): Promise<ServedForest> {
  const job: AnswerJob = { window, asks: servedAsks(window), seed: 1 }
  if (compute === undefined) return servedForest(window, answers(detectors, job, NO_ENGINES))
  try {
    return servedForest(window, await compute.fit<AnswerJob, readonly Answer[]>(ANSWERS, job))
  } catch {
    return { ready: false, why: 'the thread that fits models died; it is tried again' }
  }
}

async function profileOf({ columns, range }: Followed, compute: Compute | undefined): Promise<Learned['profile']> {
  const [cpu, memory] = columns.map(({ values }) => values)
  if (cpu === undefined || memory === undefined) return undefined
  if (![cpu, memory].every((values) => values.some(Number.isFinite))) return undefined
  return { cpu: await forecast(cpu, range, compute), memory: await forecast(memory, range, compute) }
}

/** By Prophet where it can be asked, and where the history is long enough for it; else what each hour was on average. */
async function forecast(
  values: Float64Array,
  { startMs, stepMs }: TimeRange,
  compute: Compute | undefined,
): Promise<HourProfile> {
  const plain = hourProfile(values, startMs, stepMs)
  try {
    const ahead = await compute?.fit<Level, HoursAhead | undefined>(HOURS_AHEAD, { startMs, stepMs, values })
    return withForecast(plain, ahead)
  } catch {
    return plain
  }
}

function anomalyDetector(learned: Learned): ServedModel {
  const unready = (): string | undefined => (learned.forest.ready ? undefined : learned.forest.why)
  return {
    name: 'anomaly-detector',
    features: SEED_METRICS,
    unready,
    async predict(rows): Promise<Prediction> {
      if (rows.length >= SERIES_ROWS) return { predicted: true, predictions: judgeSeries(SEED_METRICS, rows) }
      if (!learned.forest.ready) return { predicted: false, why: 'not-ready', problem: learned.forest.why }
      const predictions = judgeRows(learned.forest, rows)
      if (predictions !== undefined) return { predicted: true, predictions }
      return { predicted: false, why: 'not-ready', problem: 'the newest day of these metrics has too many gaps' }
    },
  }
}

function predictiveAnalytics(learned: Learned): ServedModel {
  return {
    name: 'predictive-analytics',
    features: ['hour_of_day', 'day_of_week', 'cpu_rolling_mean', 'memory_rolling_mean'],
    unready: () => (learned.profile === undefined ? UNREAD : undefined),
    async predict(rows): Promise<Prediction> {
      const { profile } = learned
      if (profile === undefined) return { predicted: false, why: 'not-ready', problem: UNREAD }
      const predictions: (readonly number[])[] = []
      for (const [at, [hour = -1, weekday = -1, cpu = -1, memory = -1]] of rows.entries()) {
        const wrong = wrongIn(hour, weekday, cpu, memory)
        if (wrong !== undefined) return { predicted: false, why: 'invalid', problem: `instances[${at}]: ${wrong}` }
        const unit = Math.max(cpu, memory) > 1 ? 100 : 1
        const expected = (one: HourProfile, present: number) => expectedAt(one, weekday, hour, present / unit)
        predictions.push([expected(profile.cpu, cpu), expected(profile.memory, memory)])
      }
      return { predicted: true, predictions }
    },
  }
}

/** Means are percent, as the seeds have them, or shares where neither is above 1. */
function wrongIn(hour: number, weekday: number, cpu: number, memory: number): string | undefined {
  if (!Number.isInteger(hour) || hour < 0 || hour > 23) return 'hour_of_day is a whole number from 0 to 23, UTC'
  if (!Number.isInteger(weekday) || weekday < 0 || weekday > 6)
    return 'day_of_week is a whole number from 0 (Monday) to 6'
  return cpu < 0 || memory < 0 ? 'a rolling mean is not below 0' : undefined
}
