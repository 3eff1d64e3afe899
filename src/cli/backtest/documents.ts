import { formatInstant, formatSubject, type Proof } from '../../domain/index.ts'
import type { BacktestEvent, DayTotals, PolicyTotals, UnknownTotals } from './events.ts'
import type { Past } from './open.ts'

export type Summary = {
  readonly past: Past
  readonly ticks: number
  readonly policies: readonly PolicyTotals[]
  readonly days: readonly DayTotals[]
  readonly unknown: readonly UnknownTotals[]
}

/** A field as people name it, and what it would have become. */
export type ShownChange = { readonly field: string; readonly from: string | null; readonly to: string | null }

export function shownChanges(changes: Proof['changes']): readonly ShownChange[] {
  return changes.map(({ path, before, after }) => ({
    field: path.replace(/^spec\.(?:jobTemplate\.spec\.)?template\.spec\./, ''),
    from: before === undefined ? null : String(before),
    to: after === undefined ? null : String(after),
  }))
}

/** One event with --json. Keys are added, never renamed, within one schemaVersion. */
export function eventDocument(event: BacktestEvent, source: Past['source']): Readonly<Record<string, unknown>> {
  const { atMs, subject, ...rest } = event
  const { cluster: _, ...workload } = subject
  const head = { event: event.event, at: formatInstant(atMs), subject: formatSubject(subject), workload }
  switch (rest.event) {
    case 'finding': {
      const { sinceMs, ...told } = rest
      return { ...head, ...told, since: formatInstant(sinceMs) }
    }
    case 'proposal': {
      const { changes, edits, ...told } = rest
      const where = source === 'repository' ? { edits } : {}
      return { ...head, ...told, changes: shownChanges(changes), ...where }
    }
    case 'held':
    case 'noted':
    case 'silenced':
    case 'withdrawn':
    case 'would-merge':
      return { ...head, ...rest }
    default:
      return rest satisfies never
  }
}

export function summaryDocument({ past, ticks, policies, days, unknown }: Summary): Readonly<Record<string, unknown>> {
  return {
    event: 'summary',
    from: formatInstant(past.fromMs),
    until: formatInstant(past.untilMs),
    ticks,
    everySeconds: past.everyMs / 1000,
    /** Nothing that would have been proposed was merged. */
    assumes: 'not-applied',
    source: past.source,
    models: past.models,
    policies: policies.map(({ policy, ...counts }) => ({ policy: policy ?? null, ...counts })),
    days,
    alertsPerDay: alertsPerDay(days, past),
    unknown,
  }
}

const DAY_MS = 86_400_000

/** Episodes that began, by day: what people would have been told of. Less than a day counts as one. */
export function alertsPerDay(
  days: readonly DayTotals[],
  { fromMs, untilMs }: Pick<Past, 'fromMs' | 'untilMs'>,
): { readonly mean: number; readonly most: number } {
  const counts = days.map(({ episodes }) => episodes)
  const sum = counts.reduce((total, count) => total + count, 0)
  const length = Math.max(1, (untilMs - fromMs) / DAY_MS)
  return { mean: Number((sum / length).toFixed(2)), most: Math.max(0, ...counts) }
}
