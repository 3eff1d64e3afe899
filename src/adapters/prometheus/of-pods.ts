import { KIND, NAME, ownerMap } from './owners.ts'
import { aggregate, type Expression, joined } from './promql.ts'
import { kubeStateMetrics, podsOf, type Scope } from './scope.ts'

export const POD = ['namespace', 'pod'] as const
export const WORKLOAD = ['namespace', KIND, NAME] as const

/** What is known of pods, and how the rows of a workload's pods become one for each of `each`. */
export type OfPods = {
  readonly rows: Expression
  readonly operation: 'max' | 'sum'
  readonly each: readonly string[]
}

export function withOwner(scope: Scope, rows: Expression): Expression {
  const map = ownerMap(scope.owners, {
    cluster: scope.cluster,
    kubeStateMetrics: kubeStateMetrics(scope),
    pods: podsOf(scope),
  })
  return joined(rows, POD, [KIND, NAME], map)
}

export function ofWorkloads(scope: Scope, { rows, operation, each }: OfPods): Expression {
  return aggregate(operation, [...WORKLOAD, ...each], withOwner(scope, rows))
}
