import {
  aggregate,
  constantLabel,
  copyLabel,
  type Expression,
  either,
  equal,
  joined,
  labelWhere,
  largest,
  type Matcher,
  matching,
  selector,
  unequal,
} from './promql.ts'

/** Labels that every query of the catalogue answers with, beside `container`. */
export const KIND = 'workload_kind'
export const NAME = 'workload'

/** Recording rule of the kubernetes-mixin that maps pods to workloads. */
export const OWNER_RULE = 'namespace_workload_pod:kube_pod_owner:relabel'

/** `join`: from kube-state-metrics' owner metrics. `recorded`: from the mixin's recording rule, where that is older and cheaper. */
export type OwnerSource = 'join' | 'recorded'

const POD = ['namespace', 'pod'] as const
const ROW = [...POD, KIND, NAME] as const
// An owner that is no controller (a garbage-collection reference) does not run the pod.
const CONTROLLER = unequal('owner_is_controller', 'false')

type OwnerScope = {
  readonly cluster: readonly Matcher[]
  readonly kubeStateMetrics: readonly Matcher[]
  /** Only these pods. */
  readonly pods: readonly Matcher[]
}

function podsOwnedBy(kind: string, { kubeStateMetrics, pods }: OwnerScope): Expression {
  return selector('kube_pod_owner', [...kubeStateMetrics, ...pods, equal('owner_kind', kind), CONTROLLER])
}

/** Pods through their ReplicaSet. A Rollout of Argo owns ReplicaSets as a Deployment does, and must not be taken for one. */
function replicaSetPods(scope: OwnerScope, kinds: readonly ('Deployment' | 'Rollout')[]): Expression {
  const pods = aggregate(
    'max',
    [...POD, 'replicaset'],
    copyLabel(podsOwnedBy('ReplicaSet', scope), 'replicaset', 'owner_name'),
  )
  const owners = aggregate(
    'max',
    ['namespace', 'replicaset', 'owner_kind', 'owner_name'],
    selector('kube_replicaset_owner', [...scope.kubeStateMetrics, matching('owner_kind', kinds.join('|')), CONTROLLER]),
  )
  const on = ['namespace', 'replicaset']
  const owned = joined(pods, on, ['owner_kind', 'owner_name'], largest(on, owners))
  const named = copyLabel(copyLabel(owned, NAME, 'owner_name'), KIND, 'owner_kind')
  return labelWhere(named, KIND, 'argoproj.io/Rollout', 'owner_kind', 'Rollout')
}

function directPods(scope: OwnerScope, kind: 'StatefulSet' | 'DaemonSet'): Expression {
  return constantLabel(copyLabel(podsOwnedBy(kind, scope), NAME, 'owner_name'), KIND, kind)
}

/** Pods of Jobs. */
function jobPods(scope: OwnerScope): Expression {
  const pods = aggregate('max', [...POD, 'job_name'], copyLabel(podsOwnedBy('Job', scope), 'job_name', 'owner_name'))
  return byCronJob(pods, scope.kubeStateMetrics, POD)
}

/** What is known by `job_name`, one of each `each`: a Job that a CronJob made belongs to the CronJob, the other Jobs are workloads of their own. */
export function byCronJob(jobs: Expression, scope: readonly Matcher[], each: readonly string[]): Expression {
  const owners = aggregate(
    'max',
    ['namespace', 'job_name', 'owner_name'],
    selector('kube_job_owner', [...scope, equal('owner_kind', 'CronJob'), CONTROLLER]),
  )
  const on = ['namespace', 'job_name']
  const scheduled = joined(jobs, on, ['owner_name'], largest(on, owners))
  return either(
    constantLabel(copyLabel(scheduled, NAME, 'owner_name'), KIND, 'CronJob'),
    constantLabel(copyLabel(jobs, NAME, 'job_name'), KIND, 'Job'),
    each,
  )
}

function recordedPods({ cluster, pods }: OwnerScope): Expression {
  const spellings = [
    ['deployment', 'Deployment'],
    ['statefulset', 'StatefulSet'],
    ['daemonset', 'DaemonSet'],
  ] as const
  // The mixin spells the type in lower case by default, in the API's spelling by configuration.
  const kinds = spellings.flat().join('|')
  const rule = copyLabel(
    selector(OWNER_RULE, [...cluster, ...pods, matching('workload_type', kinds), unequal(NAME, '')]),
    KIND,
    'workload_type',
  )
  return spellings.reduce((vector, [recorded, kind]) => labelWhere(vector, KIND, kind, 'workload_type', recorded), rule)
}

function union(parts: readonly Expression[], on?: readonly string[]): Expression {
  return parts.reduce((all, part) => either(all, part, on))
}

/**
 * One row of value 1 for each pod that a workload runs: namespace, pod, workload, workload_kind (API spelling). Each
 * metric is aggregated before it is joined, because two instances of kube-state-metrics answer every query twice.
 */
export function ownerMap(source: OwnerSource, scope: OwnerScope): Expression {
  // The mixin calls the pods of a Rollout a Deployment's, so its rows come after ours.
  const rows =
    source === 'recorded'
      ? union([replicaSetPods(scope, ['Rollout']), recordedPods(scope), jobPods(scope)], POD)
      : union([
          replicaSetPods(scope, ['Deployment', 'Rollout']),
          directPods(scope, 'StatefulSet'),
          directPods(scope, 'DaemonSet'),
          jobPods(scope),
        ])
  // A pod name that was reused by another workload within the look-back has two rows, and one must do.
  return largest(POD, aggregate('max', ROW, rows))
}
