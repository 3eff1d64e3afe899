/** What a value of a signal measures. `flag` is 0 or 1; `ratio` is 0 to 1; `instant` is epoch milliseconds. */
export type SignalUnit = 'bytes' | 'cores' | 'ratio' | 'count' | 'flag' | 'instant' | 'perSecond' | 'seconds'

/** The exporter or mechanism that a signal comes from. Two signals are independent only when these differ. */
export type Mechanism = 'cadvisor' | 'kube-state-metrics' | 'kubelet' | 'apiserver' | 'node-exporter' | 'application'

export type SignalInfo = {
  readonly unit: SignalUnit
  readonly mechanism: Mechanism
  /** `container`: a series per container of a workload; `workload`: per workload; `namespace`, `node`, `cluster`: has no workload. */
  readonly level: 'container' | 'workload' | 'namespace' | 'node' | 'cluster'
  /** One sentence for the reader of a pull request. */
  readonly says: string
  /** Labels that a series of this signal carries beside its subject. */
  readonly labels?: readonly string[]
  /** How far back a sample looks: what it says may have happened up to that many milliseconds before it. Absent means that it speaks of its own moment. */
  readonly lookBackMs?: number
}

const MINUTE_MS = 60_000

/** Every signal we know, by id. The query that answers an id lives in adapters/prometheus/catalogue.ts, what it means in detection/signals. */
export const SIGNALS = {
  'memory-working-set': {
    unit: 'bytes',
    mechanism: 'cadvisor',
    level: 'container',
    says: 'working set of the container, the highest of its pods',
  },
  'memory-resident': {
    unit: 'bytes',
    mechanism: 'cadvisor',
    level: 'container',
    says: 'resident memory of the container, without what the kernel may take back, the highest of its pods',
  },
  'memory-limit': {
    unit: 'bytes',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'memory limit of the container',
  },
  'memory-request': {
    unit: 'bytes',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'memory request of the container',
  },
  'cpu-usage': {
    unit: 'cores',
    mechanism: 'cadvisor',
    level: 'container',
    says: 'CPU use of the container, the highest of its pods',
  },
  'cpu-momentary': {
    unit: 'cores',
    mechanism: 'cadvisor',
    level: 'container',
    says: 'CPU use of the container between its two newest samples, the highest of its pods',
  },
  'cpu-limit': {
    unit: 'cores',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'CPU limit of the container',
  },
  'cpu-request': {
    unit: 'cores',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'CPU request of the container',
  },
  'cpu-throttled': {
    unit: 'ratio',
    mechanism: 'cadvisor',
    level: 'container',
    says: 'share of CPU periods in which the container was throttled, over 5 minutes',
    lookBackMs: 5 * MINUTE_MS,
  },
  'oom-killed': {
    unit: 'flag',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'last terminated with reason OOMKilled within the last 15 minutes',
    lookBackMs: 15 * MINUTE_MS,
  },
  'oom-killed-pods': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'pods whose container was OOM-killed within the last 15 minutes',
    lookBackMs: 15 * MINUTE_MS,
  },
  'crash-loop': {
    unit: 'flag',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'waiting with reason CrashLoopBackOff within the last 5 minutes',
    lookBackMs: 5 * MINUTE_MS,
  },
  'image-pull': {
    unit: 'flag',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'waiting because the image cannot be pulled, within the last 10 minutes',
    lookBackMs: 10 * MINUTE_MS,
  },
  restarts: {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'restarts of the container, summed over its pods, since the series began',
  },
  'restarts-last-hour': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'restarts of the container within the last hour, summed over its pods',
    lookBackMs: 60 * MINUTE_MS,
  },
  'running-image': {
    unit: 'flag',
    mechanism: 'kube-state-metrics',
    level: 'container',
    says: 'image that a container of the workload was created with',
    labels: ['image'],
  },
  unschedulable: {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'pods that no node has room for',
  },
  'replicas-desired': { unit: 'count', mechanism: 'kube-state-metrics', level: 'workload', says: 'replicas asked for' },
  'replicas-available': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'replicas available',
  },
  'replicas-unavailable': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'replicas that are asked for and not available',
  },
  pods: { unit: 'count', mechanism: 'kube-state-metrics', level: 'workload', says: 'pods of the workload' },
  'pods-pending': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'pods that have not begun to run',
  },
  'pods-running': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'pods that run',
  },
  'pods-failed': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'pods that ended in failure and are still there',
  },
  'volume-used': {
    unit: 'ratio',
    mechanism: 'kubelet',
    level: 'workload',
    says: 'used share of the fullest volume that the workload claims',
  },
  'rollout-failed': {
    unit: 'flag',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'the rollout passed its progress deadline',
  },
  'job-active': {
    unit: 'count',
    mechanism: 'kube-state-metrics',
    level: 'workload',
    says: 'pods of a Job that were active within 5 minutes',
    lookBackMs: 5 * MINUTE_MS,
  },
  'request-rate': { unit: 'perSecond', mechanism: 'application', level: 'workload', says: 'requests per second' },
  'error-ratio': { unit: 'ratio', mechanism: 'application', level: 'workload', says: 'share of requests that failed' },
  'latency-p99': {
    unit: 'seconds',
    mechanism: 'application',
    level: 'workload',
    says: '99th percentile of the response time',
  },
} as const satisfies Readonly<Record<string, SignalInfo>>

export type SignalId = keyof typeof SIGNALS

export function signalInfo(id: SignalId): SignalInfo {
  return SIGNALS[id]
}

export function isSignalId(value: string): value is SignalId {
  return Object.hasOwn(SIGNALS, value)
}
