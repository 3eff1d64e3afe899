import { gridLength, type Series, type SignalId, type Subject, signalInfo, type TimeRange } from '../../domain/index.ts'
import type { Row } from './answer.ts'
import { KIND, NAME } from './owners.ts'
import type { Part } from './query-range.ts'
import { SIGNAL_LABEL } from './signal-requests.ts'

/** Series by signal; a text says what is wrong with the rows. */
export type Stitched =
  | { readonly whole: true; readonly series: ReadonlyMap<SignalId, readonly Series[]> }
  | { readonly whole: false; readonly problem: string }

// Names as Kubernetes allows them: anything else is no answer to our query.
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/
const KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'argoproj.io/Rollout'])
const MAX_LABEL = 1024

function subjectOf(row: Row, id: SignalId, cluster: string): Subject | undefined {
  const namespace = row.labels.get('namespace') ?? ''
  const name = row.labels.get(NAME) ?? ''
  const kind = row.labels.get(KIND) ?? ''
  if (!OBJECT_NAME.test(namespace) || !OBJECT_NAME.test(name) || !KINDS.has(kind)) return undefined
  if (signalInfo(id).level !== 'container') return { cluster, namespace, kind, name }
  const container = row.labels.get('container') ?? ''
  return OBJECT_NAME.test(container) ? { cluster, namespace, kind, name, container } : undefined
}

function labelsOf(row: Row, id: SignalId): Readonly<Record<string, string>> {
  const names: readonly string[] = signalInfo(id).labels ?? []
  return Object.fromEntries(names.map((name) => [name, (row.labels.get(name) ?? '').slice(0, MAX_LABEL)]))
}

function emptySeries(row: Row, signal: SignalId, subject: Subject, range: TimeRange): Series {
  const labels = labelsOf(row, signal)
  const values = new Float64Array(gridLength(range)).fill(Number.NaN)
  const { startMs, stepMs } = range
  return { signal, subject, startMs, stepMs, values, ...(Object.keys(labels).length === 0 ? {} : { labels }) }
}

/**
 * Puts the rows of consecutive parts onto the whole grid, one series per signal, subject and declared labels. Rows
 * that name no known signal or workload, and two rows for one subject, make the whole answer unusable.
 */
export function stitch(parts: readonly Part[], ids: readonly SignalId[], range: TimeRange, cluster: string): Stitched {
  const byName = new Map<string | undefined, SignalId>(ids.map((id) => [id, id]))
  const found = new Map<SignalId, Map<string, Series>>(ids.map((id) => [id, new Map()]))
  for (const part of parts) {
    const offset = (part.range.startMs - range.startMs) / range.stepMs
    const seen = new Set<string>()
    for (const row of part.rows) {
      const id = byName.get(row.labels.get(SIGNAL_LABEL))
      const subject = id === undefined ? undefined : subjectOf(row, id, cluster)
      if (id === undefined || subject === undefined)
        return { whole: false, problem: 'a series does not name the signal and the workload that it is about' }
      const key = JSON.stringify([id, subject, labelsOf(row, id)])
      if (seen.has(key)) return { whole: false, problem: 'two series are about the same subject' }
      seen.add(key)
      const series = found.get(id)?.get(key) ?? emptySeries(row, id, subject, range)
      series.values.set(row.values, offset)
      found.get(id)?.set(key, series)
    }
  }
  return { whole: true, series: new Map([...found].map(([id, series]) => [id, [...series.values()]])) }
}
