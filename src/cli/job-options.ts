import type { Option } from './verb.ts'

/** Whose word counts: the jobs that deciding series come from. */
export const JOB_OPTIONS: readonly Option[] = [
  {
    name: 'cadvisor-job',
    value: 'NAME',
    repeatable: true,
    says: 'job of the kubelet or cAdvisor, where it is not called as usual',
  },
  {
    name: 'kube-state-metrics-job',
    value: 'NAME',
    repeatable: true,
    says: 'job of kube-state-metrics, where it is not called as usual',
  },
]
