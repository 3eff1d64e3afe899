import { type ClusterMetric, gridLength, KintsugiError, type TimeRange } from '../../domain/index.ts'
import type { ClusterColumn, ClusterHistory } from '../../ports/index.ts'
import { clusterMatchers, exchangeOf, type PrometheusOptions } from './metrics.ts'
import { type RangeRead, rangeReader } from './query-range.ts'
import { isGrid } from './range.ts'
import { clusterQuery } from './seed-metrics.ts'

/** These queries read every pod of a cluster, so they are not asked side by side, and they may take longer. */
const AT_ONCE = 2
const TIMEOUT_MS = 30_000

/**
 * Numbers about a whole cluster from one Prometheus. What the server or the network does is a column without values and its problem.
 * Throws as `prometheusMetrics` does.
 */
export function prometheusHistory(options: PrometheusOptions): ClusterHistory {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const http = exchangeOf({ ...options, timeoutMs, concurrency: options.concurrency ?? AT_ONCE })
  const scope = { cluster: clusterMatchers(options), jobs: options.jobs }
  const readRange = rangeReader(http, timeoutMs)

  async function column(metric: ClusterMetric, range: TimeRange): Promise<ClusterColumn> {
    const asked = clusterQuery(metric, scope).text
    const values = new Float64Array(gridLength(range)).fill(Number.NaN)
    const problem = fill(values, range, await readRange(asked, range))
    return { metric, values, asked, ...(problem === undefined ? {} : { problem }) }
  }

  return {
    read(metrics, range) {
      if (!isGrid(range)) throw new KintsugiError('KIN-9001', `${JSON.stringify(range)} is not a grid of time`)
      return Promise.all(metrics.map((metric) => column(metric, range)))
    },
    close: () => http.close(),
  }
}

/** Puts the one series of an answer into place; gives what is wrong with it. An answer without a series leaves everything missing. */
function fill(values: Float64Array, range: TimeRange, answer: RangeRead): string | undefined {
  if (!answer.read) return answer.problem
  for (const part of answer.parts) {
    const [row, another] = part.rows
    if (another !== undefined) return 'KIN-3004 it gave several series for a whole cluster'
    if (row !== undefined) values.set(row.values, (part.range.startMs - range.startMs) / range.stepMs)
  }
  return undefined
}
