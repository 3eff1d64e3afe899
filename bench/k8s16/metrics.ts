/** The sixteen metrics of the seed documents, by their names there, in their order. Units are those of the PromQL beside them. */
export const METRICS = [
  'node_memory_utilization', // percent
  'pod_cpu_usage', // cores
  'pod_memory_usage', // bytes, working set
  'alt_cpu_usage', // cores, by rate over five minutes
  'alt_memory_usage', // bytes, resident
  'container_restart_count', // counter
  'container_restart_rate_1h', // restarts in the last hour
  'deployment_unavailable', // replicas
  'namespace_pod_count', // pods
  'pods_pending', // pods
  'pods_running', // pods
  'pods_failed', // pods
  'persistent_volume_usage', // percent
  'cluster_resource_quota', // CPU requested of the namespace's quota, cores
  'apiserver_request_total', // requests per second
  'apiserver_error_rate', // percent
] as const

export type Metric = (typeof METRICS)[number]

export type Values = Record<Metric, Float64Array>
