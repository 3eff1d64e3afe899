import type { SignalId } from '../../domain/index.ts'
import { partsOf, queryOf } from './catalogue.ts'
import { type OfPods, ofWorkloads } from './of-pods.ts'
import { constantLabel, type Expression, either } from './promql.ts'
import type { Scope } from './scope.ts'

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
  /** Signals that the answer holds, with a text that answers each of them alone. */
  readonly asked: ReadonlyMap<SignalId, string>
  readonly query: string
}

/** The fewest requests that answer these signals; what nothing configured answers is in none of them. */
export function requestsFor(ids: readonly SignalId[], scope: Scope): readonly SignalRequest[] {
  return GROUPS.flatMap((group) => {
    const asked = new Map<SignalId, string>()
    const parts: Expression[] = []
    const alike = new Map<string, Alike>()
    for (const id of group) {
      const query = ids.includes(id) ? partsOf(id, scope) : undefined
      if (query === undefined) continue
      asked.set(id, queryOf(id, scope)?.text ?? '')
      if ('rows' in query) put(alike, id, query)
      else parts.push(constantLabel(query, SIGNAL_LABEL, id))
    }
    parts.push(...[...alike.values()].map((one) => joinedOnce(scope, one)))
    return parts.length === 0 ? [] : [{ asked, query: parts.reduce((all, part) => either(all, part)).text }]
  })
}

/** Signals of which a workload has what its pods have, put together in the same way. */
type Alike = Omit<OfPods, 'rows'> & { readonly rows: Map<SignalId, Expression> }

function put(alike: Map<string, Alike>, id: SignalId, { rows, operation, each }: OfPods): void {
  const key = [operation, ...each].join()
  const one = alike.get(key) ?? { operation, each, rows: new Map() }
  alike.set(key, one)
  one.rows.set(id, rows)
}

/** To know whose the pods are is the larger part of a query's work, so that is asked once for several signals. */
function joinedOnce(scope: Scope, { rows, operation, each }: Alike): Expression {
  const [[first, alone] = [], ...others] = rows
  if (first !== undefined && alone !== undefined && others.length === 0)
    return constantLabel(ofWorkloads(scope, { rows: alone, operation, each }), SIGNAL_LABEL, first)
  const told = [...rows].map(([id, one]) => constantLabel(one, SIGNAL_LABEL, id))
  const all = told.reduce((before, one) => either(before, one))
  return ofWorkloads(scope, { rows: all, operation, each: [...each, SIGNAL_LABEL] })
}
