import { type ErrorCode, gridLength, KintsugiError, type TimeRange } from '../../domain/index.ts'
import type { Row } from './answer.ts'
import { type Connection, connect, TIMEOUT_MS } from './metrics.ts'
import { type Part, rangeReader, type Unread } from './query-range.ts'
import { isGrid } from './range.ts'

/** One series of an answer, told from the others by its labels; `values[i]` is at `startMs + i * stepMs` of the range, NaN where there is no finite sample. */
export type LabelledSeries = {
  /** In order of their names. Names and values are the server's own words. */
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly values: Float64Array
}

/** Series in order of their labels; a warning says that data may be missing. */
export type SeriesRead =
  | { readonly read: true; readonly series: readonly LabelledSeries[]; readonly warnings: readonly string[] }
  | { readonly read: false; readonly code: ErrorCode; readonly problem: string }

export interface SeriesReader {
  /** Samples of any PromQL expression. Never throws for what the server or the network does. */
  read(query: string, range: TimeRange): Promise<SeriesRead>
  close(): Promise<void>
}

/** Reads queries that people wrote. Throws KIN-2001 for a server that cannot be named so. */
export function prometheusSeries(options: Connection): SeriesReader {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const http = connect(options)
  const readRange = rangeReader(http, timeoutMs)
  return {
    async read(query, range) {
      if (!isGrid(range)) throw new KintsugiError('KIN-9001', `${JSON.stringify(range)} is not a grid of time`)
      const answer = await readRange(query, range)
      if (!answer.read) return refusedAs(answer)
      const series = joined(answer.parts, range)
      if (series === undefined)
        return { read: false, code: 'KIN-3004', problem: 'two series of one answer have the same labels' }
      const warnings = new Set(answer.parts.flatMap((part) => part.warnings))
      return { read: true, series, warnings: [...warnings].map((text) => http.quote(text)) }
    },
    close: () => http.close(),
  }
}

/** How Prometheus answers to what is no query (400), and to one that it cannot compute (422, which a query that is too heavy has too). */
function refusedAs({ code, problem, status }: Unread): SeriesRead {
  const says = problem.startsWith(`${code} `) ? problem.slice(code.length + 1) : problem
  const heavy = /too many samples|timed out|timeout/i.test(says)
  const ofQuery = status === 400 || (status === 422 && !heavy)
  return { read: false, code: ofQuery ? 'KIN-3005' : code, problem: says }
}

/** The rows of all parts on the whole range; undefined where one part tells two rows by the same labels. */
function joined(parts: readonly Part[], range: TimeRange): readonly LabelledSeries[] | undefined {
  const found = new Map<string, LabelledSeries>()
  for (const part of parts) {
    const offset = (part.range.startMs - range.startMs) / range.stepMs
    const seen = new Set<string>()
    for (const row of part.rows) {
      const labels = labelsOf(row)
      const key = JSON.stringify(labels)
      if (seen.has(key)) return undefined
      seen.add(key)
      const series = found.get(key) ?? { labels, values: new Float64Array(gridLength(range)).fill(Number.NaN) }
      series.values.set(row.values, offset)
      found.set(key, series)
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series)
}

function labelsOf({ labels }: Row): LabelledSeries['labels'] {
  return [...labels].sort(([a], [b]) => (a < b ? -1 : 1))
}
