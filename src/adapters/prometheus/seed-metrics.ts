import type { ClusterMetric } from '../../domain/index.ts'
import {
  aggregate,
  complement,
  divided,
  type Expression,
  either,
  equal,
  type Matcher,
  matching,
  oneOf,
  over,
  overTime,
  scaled,
  selector,
  unequal,
  zero,
} from './promql.ts'
import type { Scope } from './scope.ts'

type ClusterScope = Pick<Scope, 'cluster' | 'jobs'>

const POD = ['pod', 'namespace'] as const

function kubeState(metric: string, { cluster, jobs }: ClusterScope, more: readonly Matcher[] = []): Expression {
  return selector(metric, [...cluster, oneOf('job', jobs.kubeStateMetrics), ...more])
}

function containers(metric: string, { cluster, jobs }: ClusterScope): Expression {
  const own = [unequal('container', 'POD'), unequal('container', '')]
  return selector(metric, [...cluster, oneOf('job', jobs.cadvisor), ...own])
}

/** The seeds take the mean over everything that a query gives, which is what their models were made for. */
function mean(vector: Expression): Expression {
  return aggregate('avg', [], vector)
}

function total(vector: Expression): Expression {
  return aggregate('sum', [], vector)
}

/** The first that answers: recording rules are not everywhere. */
function firstOf(...vectors: readonly [Expression, ...Expression[]]): Expression {
  return vectors.slice(1).reduce((all, one) => either(all, one), vectors[0])
}

function nodeMemory({ cluster }: ClusterScope): Expression {
  const rule = selector('instance:node_memory_utilisation:ratio', cluster)
  const [available, all] = ['node_memory_MemAvailable_bytes', 'node_memory_MemTotal_bytes'] as const
  const left = divided(selector(available, cluster), selector(all, cluster))
  return firstOf(mean(scaled(rule, 100)), mean(scaled(complement(left), 100)))
}

/** The mixin has called its rule by two names. */
function podCpu(scope: ClusterScope): Expression {
  const rule = (kind: string) =>
    selector(`node_namespace_pod_container:container_cpu_usage_seconds_total:${kind}`, scope.cluster)
  const raw = overTime('irate', over(containers('container_cpu_usage_seconds_total', scope), '5m'))
  const perPod = (vector: Expression) => mean(aggregate('sum', POD, vector))
  return firstOf(perPod(rule('sum_irate')), perPod(rule('sum_rate5m')), perPod(raw))
}

function cpuRate(scope: ClusterScope): Expression {
  return overTime('rate', over(containers('container_cpu_usage_seconds_total', scope), '5m'))
}

function perPod(metric: string, scope: ClusterScope): Expression {
  return mean(aggregate('sum', POD, containers(metric, scope)))
}

function podsIn(scope: ClusterScope, phase?: string): Expression {
  const matchers = phase === undefined ? [] : [equal('phase', phase)]
  return mean(aggregate('sum', ['namespace'], kubeState('kube_pod_status_phase', scope, matchers)))
}

function apiserver({ cluster }: ClusterScope, more: readonly Matcher[] = []): Expression {
  return total(overTime('rate', over(selector('apiserver_request_total', [...cluster, ...more]), '5m')))
}

/** Without a single failure there is no series of failures, which is no gap. */
function apiserverErrors(scope: ClusterScope): Expression {
  const share = divided(apiserver(scope, [matching('code', '5..')]), apiserver(scope))
  return firstOf(scaled(share, 100), zero(apiserver(scope)))
}

function volumes({ cluster }: ClusterScope): Expression {
  const [used, capacity] = ['kubelet_volume_stats_used_bytes', 'kubelet_volume_stats_capacity_bytes'] as const
  return mean(scaled(divided(selector(used, cluster), selector(capacity, cluster)), 100))
}

function share(used: Expression, scope: ClusterScope, resource: 'cpu' | 'memory'): Expression {
  return divided(total(used), total(kubeState('kube_node_status_allocatable', scope, [equal('resource', resource)])))
}

const RESTARTS = 'kube_pod_container_status_restarts_total'

const QUERIES: Readonly<Record<ClusterMetric, (scope: ClusterScope) => Expression>> = {
  node_memory_utilization: nodeMemory,
  pod_cpu_usage: podCpu,
  pod_memory_usage: (scope) => perPod('container_memory_working_set_bytes', scope),
  alt_cpu_usage: (scope) => mean(aggregate('sum', POD, cpuRate(scope))),
  alt_memory_usage: (scope) => perPod('container_memory_rss', scope),
  container_restart_count: (scope) => mean(aggregate('sum', [...POD, 'container'], kubeState(RESTARTS, scope))),
  container_restart_rate_1h: (scope) =>
    mean(aggregate('sum', POD, overTime('increase', over(kubeState(RESTARTS, scope), '1h')))),
  deployment_unavailable: (scope) =>
    mean(
      aggregate('sum', ['deployment', 'namespace'], kubeState('kube_deployment_status_replicas_unavailable', scope)),
    ),
  namespace_pod_count: (scope) => podsIn(scope),
  pods_pending: (scope) => podsIn(scope, 'Pending'),
  pods_running: (scope) => podsIn(scope, 'Running'),
  pods_failed: (scope) => podsIn(scope, 'Failed'),
  persistent_volume_usage: volumes,
  cluster_resource_quota: (scope) => mean(kubeState('kube_resourcequota', scope)),
  apiserver_request_total: (scope) => apiserver(scope),
  apiserver_error_rate: apiserverErrors,
  cpu_share: (scope) => share(cpuRate(scope), scope, 'cpu'),
  memory_share: (scope) => share(containers('container_memory_working_set_bytes', scope), scope, 'memory'),
}

/** The query of a metric of a whole cluster: one series without labels, or none where nothing measures it. */
export function clusterQuery(metric: ClusterMetric, scope: ClusterScope): Expression {
  return QUERIES[metric](scope)
}
