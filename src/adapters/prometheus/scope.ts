import type { ApplicationMetrics } from './application-metrics.ts'
import type { OwnerSource } from './owners.ts'
import { escapePattern, type Matcher, matching, oneOf, unequal } from './promql.ts'

/** What the queries of one cluster have in common. */
export type Scope = {
  /** Holds in every selector: the cluster where one Prometheus holds several, the namespaces where only some are asked. */
  readonly cluster: readonly Matcher[]
  readonly jobs: { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }
  readonly owners: OwnerSource
  /** Only these workloads: pods are told by what their names begin with, so others may be in the answer. */
  readonly workloads?: readonly string[]
  readonly application?: ApplicationMetrics
}

export function kubeStateMetrics(scope: Scope): readonly Matcher[] {
  return [...scope.cluster, oneOf('job', scope.jobs.kubeStateMetrics)]
}

/** What kube-state-metrics says of pods. */
export function podState(scope: Scope): readonly Matcher[] {
  return [...kubeStateMetrics(scope), ...podsOf(scope)]
}

/** Pods are named by what runs them and a hyphen, of which Kubernetes takes the first 58 letters. */
const MOST_OF_A_NAME = 58

export function podsOf({ workloads }: Scope): readonly Matcher[] {
  if (workloads === undefined) return []
  const begins = workloads.map((name) => escapePattern(`${name}-`.slice(0, MOST_OF_A_NAME)))
  return [matching('pod', `(?:${begins.join('|')}).*`)]
}

/** A container's own cgroup: the kubelet also reports the pod (no container) and its pause container. */
export function containers(scope: Scope): readonly Matcher[] {
  const own = [unequal('container', ''), unequal('container', 'POD'), ...podsOf(scope)]
  return [...scope.cluster, oneOf('job', scope.jobs.cadvisor), ...own]
}
