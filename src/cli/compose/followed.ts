import { type ClusterMetric, gridLength, rangeEndingAt, type TimeRange } from '../../domain/index.ts'
import type { ClusterColumn, ClusterHistory } from '../../ports/index.ts'

export type Span = { readonly lengthMs: number; readonly stepMs: number }

export type Followed = { readonly range: TimeRange; readonly columns: readonly ClusterColumn[] }

/** Reads the newest stretch of these metrics, whole at first and after a failure, else only what has come since: the queries are heavy. */
export function followed(
  history: ClusterHistory,
  metrics: readonly ClusterMetric[],
  span: Span,
): (nowMs: number) => Promise<Followed> {
  const each = metrics.map((metric) => one(history, metric))
  return async (nowMs) => {
    const range = rangeEndingAt(nowMs, span.lengthMs, span.stepMs)
    return { range, columns: await Promise.all(each.map((read) => read(range))) }
  }
}

function one(history: ClusterHistory, metric: ClusterMetric): (range: TimeRange) => Promise<ClusterColumn> {
  let known: { readonly range: TimeRange; readonly column: ClusterColumn } | undefined
  return async (range) => {
    const startMs = known === undefined ? range.startMs : Math.max(range.startMs, known.range.endMs + range.stepMs)
    const values = new Float64Array(gridLength(range)).fill(Number.NaN)
    if (known !== undefined) values.set(overlap(known.range, known.column.values, range))
    if (known !== undefined && startMs > range.endMs) return { ...known.column, values }
    const [fresh] = await history.read([metric], { ...range, startMs })
    if (fresh === undefined) return { metric, values, asked: '' }
    values.set(fresh.values, (startMs - range.startMs) / range.stepMs)
    const column = { ...fresh, values }
    known = fresh.problem === undefined ? { range, column } : undefined
    return column
  }
}

/** What an older range, which ends no later, has from the beginning of the newer one on. */
function overlap(older: TimeRange, values: Float64Array, newer: TimeRange): Float64Array {
  return values.subarray(Math.min(values.length, Math.max(0, (newer.startMs - older.startMs) / newer.stepMs)))
}
