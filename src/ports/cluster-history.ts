import type { ClusterMetric, TimeRange } from '../domain/index.ts'

/** One metric of a whole cluster on the asked grid, NaN where there is no sample. */
export type ClusterColumn = {
  readonly metric: ClusterMetric
  readonly values: Float64Array
  readonly asked: string
  /** Why there are no values: a code of the error table, and one line. */
  readonly problem?: string
}

/** Numbers about a whole cluster. They show how it is, and decide nothing: what one workload does is lost in them. */
export interface ClusterHistory {
  /** A column for each metric, in the order asked. Throws only for settings that cannot work. */
  read(metrics: readonly ClusterMetric[], range: TimeRange): Promise<readonly ClusterColumn[]>
  close(): Promise<void>
}
