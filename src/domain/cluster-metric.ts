import type { SignalId, SignalInfo } from './signal.ts'

/** The sixteen metrics of the seeds' models, in the order in which their rows hold them; each is one number for a whole cluster. */
export const SEED_METRICS = [
  'node_memory_utilization',
  'pod_cpu_usage',
  'pod_memory_usage',
  'alt_cpu_usage',
  'alt_memory_usage',
  'container_restart_count',
  'container_restart_rate_1h',
  'deployment_unavailable',
  'namespace_pod_count',
  'pods_pending',
  'pods_running',
  'pods_failed',
  'persistent_volume_usage',
  'cluster_resource_quota',
  'apiserver_request_total',
  'apiserver_error_rate',
] as const

/**
 * What a workload has of each of the sixteen, which is what its models are told: the signal. The other four are of a node, a namespace or the
 * cluster; no workload has a share of its own in them, so they stand in no window of any.
 */
export const OF_A_WORKLOAD: Readonly<
  Record<(typeof SEED_METRICS)[number], SignalId | Exclude<SignalInfo['level'], 'container' | 'workload'>>
> = {
  node_memory_utilization: 'node',
  pod_cpu_usage: 'cpu-momentary',
  pod_memory_usage: 'memory-working-set',
  alt_cpu_usage: 'cpu-usage',
  alt_memory_usage: 'memory-resident',
  container_restart_count: 'restarts',
  container_restart_rate_1h: 'restarts-last-hour',
  deployment_unavailable: 'replicas-unavailable',
  namespace_pod_count: 'pods',
  pods_pending: 'pods-pending',
  pods_running: 'pods-running',
  pods_failed: 'pods-failed',
  persistent_volume_usage: 'volume-used',
  cluster_resource_quota: 'namespace',
  apiserver_request_total: 'cluster',
  apiserver_error_rate: 'cluster',
}

/** What is used of what the nodes can give, 0 to 1 and above. */
export const CLUSTER_SHARES = ['cpu_share', 'memory_share'] as const

export type ClusterMetric = (typeof SEED_METRICS)[number] | (typeof CLUSTER_SHARES)[number]
