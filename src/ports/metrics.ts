import type { SignalAnswer, SignalId, TimeRange } from '../domain/index.ts'

/** Samples of a cluster. An answer for every id that was asked, in that order; what failed is said in the answer's status, so it never throws for one query. */
export interface Metrics {
  /** Name of the cluster in the configuration; every subject carries it. */
  readonly cluster: string
  read(ids: readonly SignalId[], range: TimeRange): Promise<readonly SignalAnswer[]>
}
