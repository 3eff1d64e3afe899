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

/** What is used of what the nodes can give, 0 to 1 and above. */
export const CLUSTER_SHARES = ['cpu_share', 'memory_share'] as const

export type ClusterMetric = (typeof SEED_METRICS)[number] | (typeof CLUSTER_SHARES)[number]
