import type { SignalAnswer, SignalId, TimeRange } from '../domain/index.ts'

/** Only series of subjects in these namespaces, and of workloads of these names where any are given; at least one of each. */
export type MetricsScope = { readonly namespaces: readonly string[]; readonly workloads?: readonly string[] }

/** Samples of a cluster. An answer for every id that was asked, in that order; what failed is said in the answer's status, so it never throws for one query. */
export interface Metrics {
  /** Name of the cluster in the configuration; every subject carries it. */
  readonly cluster: string
  /** Without a scope, of the whole cluster. */
  read(ids: readonly SignalId[], range: TimeRange, scope?: MetricsScope): Promise<readonly SignalAnswer[]>
}
