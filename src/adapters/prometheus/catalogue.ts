import type { SignalId } from '../../domain/index.ts'
import { type ApplicationMetrics, errorRatio, latencyP99, type PodJoin, requestRate } from './application-metrics.ts'
import { type OfPods, ofWorkloads, POD, WORKLOAD, withOwner } from './of-pods.ts'
import { byCronJob, KIND, NAME } from './owners.ts'
import {
  aggregate,
  both,
  constantLabel,
  copyLabel,
  divided,
  type Expression,
  either,
  equal,
  joined,
  less,
  type Matcher,
  matching,
  oneOf,
  over,
  overTime,
  rounded,
  selector,
  unequal,
  where,
  without,
  zero,
} from './promql.ts'
import { containers, kubeStateMetrics, podState, podsOf, type Scope } from './scope.ts'

const POD_CONTAINER = [...POD, 'container'] as const
const PULL_REASONS = 'ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull'

function perContainer(operation: OfPods['operation'], rows: Expression): OfPods {
  return { rows, operation, each: ['container'] }
}

function statesOf(metric: string, scope: Scope, matchers: readonly Matcher[] = []): Expression {
  return aggregate('max', POD_CONTAINER, selector(metric, [...podState(scope), ...matchers]))
}

function memory(scope: Scope, metric: string): OfPods {
  return perContainer('max', aggregate('max', POD_CONTAINER, selector(metric, containers(scope))))
}

function counted(metric: string, scope: Scope, operation: 'rate' | 'irate' | 'increase'): Expression {
  return aggregate('max', POD_CONTAINER, overTime(operation, over(selector(metric, containers(scope)), '5m')))
}

/** The seeds ask a recording rule for `irate`: its series carry no job, so they cannot be held to those that the operator lists. */
function cpu(scope: Scope, operation: 'rate' | 'irate'): OfPods {
  return perContainer('max', counted('container_cpu_usage_seconds_total', scope, operation))
}

/** Ratio of the sums over the pods, not the mean of their ratios; no periods at all gives NaN. */
function cpuThrottled(scope: Scope): Expression {
  const periods = (metric: string) => ofWorkloads(scope, perContainer('sum', counted(metric, scope, 'increase')))
  return divided(periods('container_cpu_cfs_throttled_periods_total'), periods('container_cpu_cfs_periods_total'))
}

function resource(scope: Scope, side: 'limits' | 'requests', name: 'memory' | 'cpu'): OfPods {
  return perContainer('max', statesOf(`kube_pod_container_resource_${side}`, scope, [equal('resource', name)]))
}

/** Every container that kube-state-metrics reports, with value 0. */
function seen(scope: Scope, metric = 'kube_pod_container_info'): Expression {
  return zero(statesOf(metric, scope))
}

/**
 * Per pod and container: 1 when it was OOM-killed within 15 minutes, 0 when it was not. The reason alone stays for as
 * long as the pod lives, so the time of the end is asked too; where kube-state-metrics does not report it (it is
 * experimental there), a change of the restart count stands for it.
 */
function oomKilledPods(scope: Scope): Expression {
  const reason = where(
    statesOf('kube_pod_container_status_last_terminated_reason', scope, [equal('reason', 'OOMKilled')]),
    '==',
    1,
  )
  const ended = statesOf('kube_pod_container_status_last_terminated_timestamp', scope)
  const restarts = selector('kube_pod_container_status_restarts_total', podState(scope))
  const restarted = where(aggregate('max', POD_CONTAINER, overTime('changes', over(restarts, '15m'))), '>', 0)
  const recent = either(
    both(reason, where(ended, '>', 'time() - 900'), POD_CONTAINER),
    both(without(reason, ended, POD_CONTAINER), restarted, POD_CONTAINER),
  )
  return either(recent, seen(scope), POD_CONTAINER)
}

/** Init containers have metrics of their own, and a name that is unique in the pod. */
function waiting(scope: Scope, reason: Matcher, window: string): OfPods {
  const family = (prefix: string): Expression => {
    const vector = selector(`${prefix}_status_waiting_reason`, [...podState(scope), reason])
    const flagged = aggregate('max', POD_CONTAINER, overTime('max_over_time', over(vector, window)))
    return either(flagged, seen(scope, `${prefix}_info`), POD_CONTAINER)
  }
  return perContainer('max', either(family('kube_pod_container'), family('kube_pod_init_container')))
}

function runningImage(scope: Scope): OfPods {
  const labels = [...POD_CONTAINER, 'image']
  const info = selector('kube_pod_container_info', [...podState(scope), unequal('image', '')])
  return { rows: aggregate('max', labels, info), operation: 'max', each: ['container', 'image'] }
}

/** `increase` reckons with what it did not see at the ends of the hour; restarts are whole. */
function restartsLastHour(scope: Scope): OfPods {
  const restarts = selector('kube_pod_container_status_restarts_total', podState(scope))
  const added = aggregate('max', POD_CONTAINER, overTime('increase', over(restarts, '1h')))
  return perContainer('sum', rounded(added))
}

/** Pods of each workload: all of them, or those in a phase. */
function podsIn(scope: Scope, phase?: 'Pending' | 'Running' | 'Failed'): OfPods {
  const [metric, matchers] = phase ? ['kube_pod_status_phase', [equal('phase', phase)]] : ['kube_pod_info', []]
  const pods = aggregate('max', POD, selector(metric, [...podState(scope), ...matchers]))
  return { rows: pods, operation: 'sum', each: [] }
}

/** Several pods may share a claim, and each exporter of a node tells of those that are mounted there. */
function volumeUsed(scope: Scope): OfPods {
  const claim = ['namespace', 'persistentvolumeclaim']
  const kubelet = [...scope.cluster, oneOf('job', scope.jobs.cadvisor)]
  const bytes = (side: 'used' | 'capacity') =>
    aggregate('max', claim, selector(`kubelet_volume_stats_${side}_bytes`, kubelet))
  const claims = selector('kube_pod_spec_volumes_persistentvolumeclaims_info', podState(scope))
  const mounted = joined(
    aggregate('max', [...POD, 'persistentvolumeclaim'], claims),
    claim,
    [],
    divided(bytes('used'), bytes('capacity')),
  )
  return { rows: aggregate('max', POD, mounted), operation: 'max', each: [] }
}

function unschedulable(scope: Scope): OfPods {
  const pods = (metric: string): Expression => aggregate('max', POD, selector(metric, podState(scope)))
  // Only pods that no node has room for have the metric.
  const flagged = either(pods('kube_pod_status_unschedulable'), zero(pods('kube_pod_info')), POD)
  return { rows: flagged, operation: 'sum', each: [] }
}

type WorkloadMetric = { readonly kind: string; readonly label: string; readonly metric: string }

function perWorkload(scope: Scope, metrics: readonly WorkloadMetric[], matchers: readonly Matcher[] = []): Expression {
  const parts = metrics.map(({ kind, label, metric }) => {
    const named = scope.workloads === undefined ? [] : [oneOf(label, scope.workloads)]
    const told = selector(metric, [...kubeStateMetrics(scope), ...matchers, ...named])
    const objects = aggregate('max', ['namespace', label], told)
    return constantLabel(copyLabel(objects, NAME, label), KIND, kind)
  })
  return aggregate(
    'max',
    WORKLOAD,
    parts.reduce((all, part) => either(all, part)),
  )
}

const DESIRED: readonly WorkloadMetric[] = [
  { kind: 'Deployment', label: 'deployment', metric: 'kube_deployment_spec_replicas' },
  { kind: 'StatefulSet', label: 'statefulset', metric: 'kube_statefulset_replicas' },
  { kind: 'DaemonSet', label: 'daemonset', metric: 'kube_daemonset_status_desired_number_scheduled' },
]

const AVAILABLE: readonly WorkloadMetric[] = [
  { kind: 'Deployment', label: 'deployment', metric: 'kube_deployment_status_replicas_available' },
  { kind: 'StatefulSet', label: 'statefulset', metric: 'kube_statefulset_status_replicas_available' },
  { kind: 'DaemonSet', label: 'daemonset', metric: 'kube_daemonset_status_number_available' },
]

const UNAVAILABLE: readonly WorkloadMetric[] = [
  { kind: 'Deployment', label: 'deployment', metric: 'kube_deployment_status_replicas_unavailable' },
  { kind: 'DaemonSet', label: 'daemonset', metric: 'kube_daemonset_status_number_unavailable' },
]

/** Of a StatefulSet nobody tells: it is what is asked for and not there. */
function unavailable(scope: Scope): Expression {
  const only = (metrics: readonly WorkloadMetric[]) =>
    perWorkload(
      scope,
      metrics.filter(({ kind }) => kind === 'StatefulSet'),
    )
  return either(perWorkload(scope, UNAVAILABLE), less(only(DESIRED), only(AVAILABLE)))
}

function rolloutFailed(scope: Scope): Expression {
  const metric = { kind: 'Deployment', label: 'deployment', metric: 'kube_deployment_status_condition' }
  return perWorkload(scope, [metric], [equal('condition', 'Progressing'), equal('status', 'false')])
}

/** Only Jobs that are at work: where none is there is no sample. */
function jobActive(scope: Scope): Expression {
  const jobs = ['namespace', 'job_name']
  const active = overTime('max_over_time', over(selector('kube_job_status_active', kubeStateMetrics(scope)), '5m'))
  const atWork = where(aggregate('max', jobs, active), '>', 0)
  return aggregate('sum', WORKLOAD, byCronJob(atWork, kubeStateMetrics(scope), jobs))
}

function ofApplication(
  scope: Scope,
  query: (metrics: ApplicationMetrics, join: PodJoin) => Expression | undefined,
): Expression | undefined {
  if (scope.application === undefined) return undefined
  const join = { cluster: scope.cluster, pods: podsOf(scope), withOwner: (pods: Expression) => withOwner(scope, pods) }
  return query(scope.application, join)
}

const QUERIES: Readonly<Record<SignalId, (scope: Scope) => OfPods | Expression | undefined>> = {
  'memory-working-set': (scope) => memory(scope, 'container_memory_working_set_bytes'),
  'memory-resident': (scope) => memory(scope, 'container_memory_rss'),
  'memory-limit': (scope) => resource(scope, 'limits', 'memory'),
  'memory-request': (scope) => resource(scope, 'requests', 'memory'),
  'cpu-usage': (scope) => cpu(scope, 'rate'),
  'cpu-momentary': (scope) => cpu(scope, 'irate'),
  'cpu-limit': (scope) => resource(scope, 'limits', 'cpu'),
  'cpu-request': (scope) => resource(scope, 'requests', 'cpu'),
  'cpu-throttled': cpuThrottled,
  'oom-killed': (scope) => perContainer('max', oomKilledPods(scope)),
  'oom-killed-pods': (scope) => perContainer('sum', oomKilledPods(scope)),
  'crash-loop': (scope) => waiting(scope, equal('reason', 'CrashLoopBackOff'), '5m'),
  'image-pull': (scope) => waiting(scope, matching('reason', PULL_REASONS), '10m'),
  restarts: (scope) => perContainer('sum', statesOf('kube_pod_container_status_restarts_total', scope)),
  'restarts-last-hour': restartsLastHour,
  'running-image': runningImage,
  unschedulable,
  'replicas-desired': (scope) => perWorkload(scope, DESIRED),
  'replicas-available': (scope) => perWorkload(scope, AVAILABLE),
  'replicas-unavailable': unavailable,
  pods: (scope) => podsIn(scope),
  'pods-pending': (scope) => podsIn(scope, 'Pending'),
  'pods-running': (scope) => podsIn(scope, 'Running'),
  'pods-failed': (scope) => podsIn(scope, 'Failed'),
  'volume-used': volumeUsed,
  'rollout-failed': rolloutFailed,
  'job-active': jobActive,
  'request-rate': (scope) => ofApplication(scope, requestRate),
  'error-ratio': (scope) => ofApplication(scope, errorRatio),
  'latency-p99': (scope) => ofApplication(scope, latencyP99),
}

/**
 * The query of a signal: one series per subject, told by namespace, workload_kind, workload and, where the signal has
 * them, container and its own labels. Values are in the signal's unit. Undefined where nothing configured answers it.
 */
export function queryOf(id: SignalId, scope: Scope): Expression | undefined {
  const query = partsOf(id, scope)
  return query !== undefined && 'rows' in query ? ofWorkloads(scope, query) : query
}

/** The same, with the join to the workloads left to do where it comes last: several signals may share it. */
export function partsOf(id: SignalId, scope: Scope): OfPods | Expression | undefined {
  return QUERIES[id](scope)
}
