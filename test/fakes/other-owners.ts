import type { SignalId } from '../../src/domain/index.ts'
import { CADVISOR_JOB, type Exposed, fromEachInstance, withLabels } from '../contracts/openmetrics.ts'
import { WORLD_RANGE } from './metrics-world.ts'

const namespace = 'owners'
const controller = { owner_is_controller: 'true' }

type Pod = {
  readonly pod: string
  readonly kind: string
  readonly owner: string
  readonly restarts: number | ((atMs: number) => number)
}

const everyTenMinutes = (atMs: number): number => Math.floor(atMs / 600_000)

const PODS: readonly Pod[] = [
  { pod: 'logs-x1', kind: 'DaemonSet', owner: 'logs', restarts: 1 },
  { pod: 'logs-x2', kind: 'DaemonSet', owner: 'logs', restarts: 2 },
  { pod: 'shop-6f-a', kind: 'ReplicaSet', owner: 'shop-6f', restarts: 4 },
  { pod: 'nightly-291-k', kind: 'Job', owner: 'nightly-291', restarts: 5 },
  { pod: 'migrate-z', kind: 'Job', owner: 'migrate', restarts: 6 },
  // A name that two StatefulSets used within the look-back.
  { pod: 'queue-0', kind: 'StatefulSet', owner: 'queue', restarts: 7 },
  { pod: 'cache-0', kind: 'StatefulSet', owner: 'cache', restarts: everyTenMinutes },
  // What no workload that can be mended runs.
  { pod: 'bare', kind: '<none>', owner: '<none>', restarts: 8 },
  { pod: 'etcd-node-1', kind: 'Node', owner: 'node-1', restarts: 9 },
  { pod: 'old-1', kind: 'ReplicaSet', owner: 'orphan', restarts: 10 },
]

/** Exposes pods of every other kind of owner, and what kube-state-metrics tells in its older and odder forms. */
export function otherOwners(expose: Exposed, atMs: number): void {
  const tell = withLabels(fromEachInstance(expose), { namespace })
  for (const { pod, kind, owner, restarts } of PODS) {
    tell('kube_pod_owner', { pod, uid: pod, owner_kind: kind, owner_name: owner, ...controller }, 1)
    tell('kube_pod_container_info', { pod, container: 'app', image: `owners/${owner}:1` }, 1)
    const count = typeof restarts === 'number' ? restarts : restarts(atMs)
    tell('kube_pod_container_status_restarts_total', { pod, container: 'app', uid: pod }, count)
  }
  tell(
    'kube_pod_owner',
    { pod: 'queue-0', uid: 'old', owner_kind: 'StatefulSet', owner_name: 'queue', ...controller },
    1,
  )
  tell('kube_replicaset_owner', { replicaset: 'shop-6f', owner_kind: 'Rollout', owner_name: 'shop', ...controller }, 1)
  tell('kube_replicaset_owner', { replicaset: 'orphan', owner_kind: '<none>', owner_name: '<none>' }, 1)
  tell('kube_job_owner', { job_name: 'nightly-291', owner_kind: 'CronJob', owner_name: 'nightly', ...controller }, 1)
  tell('kube_job_owner', { job_name: 'migrate', owner_kind: '<none>', owner_name: '<none>' }, 1)
  tell('kube_job_status_active', { job_name: 'nightly-291' }, 1)
  tell('kube_job_status_active', { job_name: 'migrate' }, 2)
  tell('kube_job_status_active', { job_name: 'done' }, 0)
  // An owner for garbage collection is not what runs the pod.
  tell(
    'kube_pod_owner',
    { pod: 'migrate-z', owner_kind: 'StatefulSet', owner_name: 'wrong', owner_is_controller: 'false' },
    1,
  )
  for (const [pod, workload, type] of [
    ['logs-x1', 'logs', 'DaemonSet'],
    ['logs-x2', 'logs', 'DaemonSet'],
    ['queue-0', 'queue', 'statefulset'],
    ['cache-0', 'cache', 'statefulset'],
    ['shop-6f-a', 'shop', 'deployment'],
    ['nightly-291-k', 'nightly-291', 'job'],
  ] as const)
    expose('namespace_workload_pod:kube_pod_owner:relabel', { namespace, pod, workload, workload_type: type }, 1)

  initContainer(tell)
  volumes(tell, expose)
  for (const phase of ['Running', 'Failed'])
    tell('kube_pod_status_phase', { pod: 'migrate-z', uid: 'migrate-z', phase }, phase === 'Failed' ? 1 : 0)
  terminations(tell, atMs)
  tell('kube_daemonset_status_desired_number_scheduled', { daemonset: 'logs' }, 3)
  tell('kube_daemonset_status_number_available', { daemonset: 'logs' }, 2)
  tell('kube_daemonset_status_number_unavailable', { daemonset: 'logs' }, 1)
  // Jobs that the operator does not list decide nothing.
  const rogue = { job: 'rogue', namespace, pod: 'logs-x1', container: 'app' }
  expose('kube_pod_container_status_restarts_total', rogue, 1000)
  expose('container_memory_working_set_bytes', { ...rogue, id: '/rogue' }, 1e12)
  expose('container_memory_working_set_bytes', { ...rogue, job: CADVISOR_JOB, id: '/logs-x1' }, 5_000_000)
}

function initContainer(tell: Exposed): void {
  const place = { pod: 'nightly-291-k', container: 'prepare' }
  tell('kube_pod_init_container_info', { ...place, image: 'owners/prepare:nope' }, 1)
  tell('kube_pod_init_container_status_waiting_reason', { ...place, reason: 'ImagePullBackOff' }, 1)
}

/** `cache` has two claims, and two DaemonSet pods share one that nobody listed tells the truth of. */
function volumes(tell: Exposed, expose: Exposed): void {
  const claims = [
    { pods: ['cache-0'], persistentvolumeclaim: 'data-cache-0', used: 80 },
    { pods: ['cache-0'], persistentvolumeclaim: 'index-cache-0', used: 20 },
    { pods: ['logs-x1', 'logs-x2'], persistentvolumeclaim: 'shared', used: 40 },
  ]
  for (const { pods, persistentvolumeclaim, used } of claims) {
    for (const pod of pods)
      tell('kube_pod_spec_volumes_persistentvolumeclaims_info', { pod, persistentvolumeclaim, volume: 'v' }, 1)
    for (const node of ['node-1', 'node-2']) {
      const kubelet = { job: CADVISOR_JOB, instance: node, namespace, persistentvolumeclaim }
      expose('kubelet_volume_stats_used_bytes', kubelet, used)
      expose('kubelet_volume_stats_capacity_bytes', kubelet, 100)
    }
    expose('kubelet_volume_stats_used_bytes', { job: 'rogue', namespace, persistentvolumeclaim }, 99)
  }
}

/** `logs` was killed an hour before every moment; of the others an older kube-state-metrics tells no time: the restarts of `queue` are old, those of `cache` are not. */
function terminations(tell: Exposed, atMs: number): void {
  for (const pod of ['logs-x1', 'queue-0', 'cache-0'])
    tell('kube_pod_container_status_last_terminated_reason', { pod, container: 'app', reason: 'OOMKilled' }, 1)
  const ended = Math.floor(atMs / 1000) - 3600
  tell('kube_pod_container_status_last_terminated_timestamp', { pod: 'logs-x1', container: 'app' }, ended)
}

/** What must be read of them at the end of the range. */
export const OTHER_OWNERS: readonly {
  readonly about: string
  readonly id: SignalId
  readonly series: readonly [string, number]
}[] = [
  { about: 'a DaemonSet', id: 'restarts', series: ['owners/DaemonSet/logs app', 3] },
  { about: 'a Rollout through its ReplicaSet', id: 'restarts', series: ['owners/argoproj.io/Rollout/shop app', 4] },
  { about: 'a CronJob through its Job', id: 'restarts', series: ['owners/CronJob/nightly app', 5] },
  { about: 'a Job of nobody', id: 'restarts', series: ['owners/Job/migrate app', 6] },
  { about: 'a Job that a CronJob made', id: 'job-active', series: ['owners/CronJob/nightly', 1] },
  { about: 'another Job that is at work', id: 'job-active', series: ['owners/Job/migrate', 2] },
  { about: 'a StatefulSet whose pod has two uids', id: 'restarts', series: ['owners/StatefulSet/queue app', 7] },
  { about: 'an init container', id: 'image-pull', series: ['owners/CronJob/nightly prepare', 1] },
  { about: 'the container beside it', id: 'image-pull', series: ['owners/CronJob/nightly app', 0] },
  { about: 'an old OOM kill', id: 'oom-killed', series: ['owners/DaemonSet/logs app', 0] },
  { about: 'an OOM kill without a time', id: 'oom-killed', series: ['owners/StatefulSet/queue app', 0] },
  { about: 'one that restarted since', id: 'oom-killed', series: ['owners/StatefulSet/cache app', 1] },
  {
    about: 'a StatefulSet that restarts',
    id: 'restarts',
    series: ['owners/StatefulSet/cache app', everyTenMinutes(WORLD_RANGE.endMs)],
  },
  { about: 'replicas of a DaemonSet', id: 'replicas-desired', series: ['owners/DaemonSet/logs', 3] },
  { about: 'those of it that are there', id: 'replicas-available', series: ['owners/DaemonSet/logs', 2] },
  { about: 'those of it that are not', id: 'replicas-unavailable', series: ['owners/DaemonSet/logs', 1] },
  { about: 'a pod of a Job that failed', id: 'pods-failed', series: ['owners/Job/migrate', 1] },
  { about: 'the fullest of two volumes', id: 'volume-used', series: ['owners/StatefulSet/cache', 0.8] },
  { about: 'a volume that pods share', id: 'volume-used', series: ['owners/DaemonSet/logs', 0.4] },
  {
    about: 'memory from the listed job only',
    id: 'memory-working-set',
    series: ['owners/DaemonSet/logs app', 5_000_000],
  },
]
