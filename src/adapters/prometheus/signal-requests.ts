import type { SignalId } from '../../domain/index.ts'
import { queryOf, type Scope } from './catalogue.ts'
import { constantLabel, type Expression, either } from './promql.ts'

/** The label by which the parts of a request are told apart. */
export const SIGNAL_LABEL = 'signal'

/** Signals that are asked in one request, so that a tick stays far below 20 of them. The heavy ones stand alone. */
export const GROUPS: readonly (readonly SignalId[])[] = [
  ['memory-working-set'],
  ['memory-resident'],
  ['cpu-usage'],
  ['cpu-momentary'],
  ['cpu-throttled'],
  ['memory-limit', 'memory-request', 'cpu-limit', 'cpu-request'],
  ['oom-killed', 'oom-killed-pods'],
  ['crash-loop', 'image-pull', 'restarts', 'restarts-last-hour'],
  ['running-image'],
  ['unschedulable', 'replicas-desired', 'replicas-available', 'rollout-failed'],
  ['request-rate', 'error-ratio'],
  ['latency-p99'],
  ['pods', 'pods-pending', 'pods-running', 'pods-failed', 'replicas-unavailable', 'volume-used'],
  ['job-active'],
]

export type SignalRequest = {
  /** Signals that the answer holds, with the text that answers each of them alone. */
  readonly asked: ReadonlyMap<SignalId, string>
  readonly query: string
}

/** The fewest requests that answer these signals; what nothing configured answers is in none of them. */
export function requestsFor(ids: readonly SignalId[], scope: Scope): readonly SignalRequest[] {
  return GROUPS.flatMap((group) => {
    const asked = new Map<SignalId, string>()
    const parts: Expression[] = []
    for (const id of group) {
      const query = ids.includes(id) ? queryOf(id, scope) : undefined
      if (query === undefined) continue
      asked.set(id, query.text)
      parts.push(constantLabel(query, SIGNAL_LABEL, id))
    }
    if (parts.length === 0) return []
    return [{ asked, query: parts.reduce((all, part) => either(all, part)).text }]
  })
}
