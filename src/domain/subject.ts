import type { ObjectKey } from './manifest.ts'

/** What a finding is about: a workload, or one container of it. `kind` is the API's spelling with its group where that is not obvious: `argoproj.io/Rollout`. */
export type Subject = {
  /** The name that the operator's configuration gives the cluster. */
  readonly cluster: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly container?: string
}

/** A lane is a workload of a cluster: one branch, at most one open pull request. `cluster/namespace/kind/name`. */
export type Lane = string

const GROUP_OF_KIND: Readonly<Record<string, string>> = {
  Deployment: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  ReplicaSet: 'apps',
  Job: 'batch',
  CronJob: 'batch',
  HorizontalPodAutoscaler: 'autoscaling',
}

export function laneOf(subject: Subject): Lane {
  return `${subject.cluster}/${subject.namespace}/${subject.kind}/${subject.name}`
}

/** The workload's object: `argoproj.io/Rollout` keeps its group, `Deployment` is in `apps`. */
export function workloadKey(subject: Subject): ObjectKey {
  const slash = subject.kind.lastIndexOf('/')
  const kind = subject.kind.slice(slash + 1)
  const group = slash >= 0 ? subject.kind.slice(0, slash) : (GROUP_OF_KIND[kind] ?? '')
  return { group, kind, namespace: subject.namespace, name: subject.name }
}

/** The spelling of `kind` in a Subject for an object of this group. */
export function subjectKind(group: string, kind: string): string {
  return group === '' || GROUP_OF_KIND[kind] === group ? kind : `${group}/${kind}`
}

/** `shop/cart`, with the container where one is meant: `shop/cart[app]`. */
export function formatSubject(subject: Subject): string {
  const container = subject.container === undefined ? '' : `[${subject.container}]`
  return `${subject.namespace}/${subject.name}${container}`
}

export function sameWorkload(a: Subject, b: Subject): boolean {
  return laneOf(a) === laneOf(b)
}

/** Whether a workload is in one of these namespaces and, where names are given, has one of them. Without either it is. */
export function isWithin(
  { namespace, name }: Pick<Subject, 'namespace' | 'name'>,
  scope: { readonly namespaces: readonly string[]; readonly workloads?: readonly string[] } | undefined,
): boolean {
  if (scope === undefined) return true
  return scope.namespaces.includes(namespace) && (scope.workloads === undefined || scope.workloads.includes(name))
}
