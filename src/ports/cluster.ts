import type { Manifest, Subject, WorkloadFacts } from '../domain/index.ts'

/** Facts of a cluster, read-only: there is no method that changes anything. */
export interface Cluster {
  readonly cluster: string
  /** What is known of the workload; empty when it is not there or may not be read. */
  facts(subject: Subject): Promise<WorkloadFacts>
  /** SelfHealingPolicy resources of the cluster, as read. */
  policies(): Promise<readonly Manifest[]>
}
