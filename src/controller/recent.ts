import { gridLength, type Series, type SignalAnswer, type SignalId, type TimeRange } from '../domain/index.ts'
import type { Metrics } from '../ports/index.ts'
import { seriesName } from './histories.ts'

const HOUR = 3_600_000
/** So often everything is read: what came later than that is noticed then. */
const WHOLE_EVERY_MS = HOUR

/** What was read last, to be gone on with. */
export type Recent = {
  readonly answers: readonly SignalAnswer[]
  readonly range: TimeRange
  /** The end of the range when all of it was read. */
  readonly wholeMs: number
}

/**
 * The newest samples of a cluster on a range that moves on with time: only the newest `againMs` are read again, what lies before them is as it
 * was. All of it is read once an hour, after anything that was not answered wholly, and where the range is not the next one.
 */
export async function readRecent(
  metrics: Metrics,
  ids: readonly SignalId[],
  range: TimeRange,
  againMs: number,
  before: Recent | undefined,
): Promise<Recent> {
  const newest = before && goesOn(before, ids, range) ? newestOf(before, range, againMs) : undefined
  if (before === undefined || newest === undefined)
    return { answers: await metrics.read(ids, range), range, wholeMs: range.endMs }
  const answers = await metrics.read(ids, newest)
  return {
    answers: answers.map((answer, at) => joined(before.answers[at], answer, range, newest)),
    range,
    wholeMs: before.wholeMs,
  }
}

function goesOn({ answers, range: old, wholeMs }: Recent, ids: readonly SignalId[], range: TimeRange): boolean {
  return (
    old.stepMs === range.stepMs &&
    gridLength(old) === gridLength(range) &&
    range.endMs >= old.endMs &&
    range.endMs - wholeMs < WHOLE_EVERY_MS &&
    answers.length === ids.length &&
    answers.every(({ signal, status }, at) => signal === ids[at] && (status === 'ok' || status === 'empty'))
  )
}

/** From `againMs` before the end of what was read; undefined where that is all of it. */
function newestOf({ range: old }: Recent, range: TimeRange, againMs: number): TimeRange | undefined {
  const startMs = old.endMs - Math.floor(againMs / range.stepMs) * range.stepMs
  return startMs <= range.startMs ? undefined : { ...range, startMs }
}

function joined(
  before: SignalAnswer | undefined,
  answer: SignalAnswer,
  range: TimeRange,
  newest: TimeRange,
): SignalAnswer {
  if (answer.status === 'error') return answer
  const whole = new Map<string, Series>()
  for (const series of before?.series ?? []) whole.set(keyOf(series), moved(series, range, newest.startMs))
  for (const series of answer.series) {
    const key = keyOf(series)
    const there = whole.get(key) ?? onRange(series, range)
    there.values.set(series.values, (series.startMs - range.startMs) / range.stepMs)
    whole.set(key, there)
  }
  const series = [...whole.values()].filter(({ values }) => values.some(Number.isFinite))
  const status = answer.status === 'partial' ? 'partial' : series.length === 0 ? 'empty' : 'ok'
  return { ...answer, status, series }
}

function keyOf({ subject, labels }: Series): string {
  return labels === undefined ? `${subject.kind}/${seriesName(subject)}` : JSON.stringify([seriesName(subject), labels])
}

/** A series without samples on another range. */
function onRange(series: Series, range: TimeRange): Series {
  const { startMs, stepMs } = range
  return { ...series, startMs, stepMs, values: new Float64Array(gridLength(range)).fill(Number.NaN) }
}

/** A series on another range: what it has of that before a moment, and nothing from there on. */
function moved(series: Series, range: TimeRange, untilMs: number): Series {
  const there = onRange(series, range)
  const from = Math.max(0, (range.startMs - series.startMs) / range.stepMs)
  const to = Math.max(from, (untilMs - series.startMs) / range.stepMs)
  there.values.set(
    series.values.subarray(from, to),
    series.startMs / range.stepMs + from - range.startMs / range.stepMs,
  )
  return there
}
