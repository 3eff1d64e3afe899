/** Kinds of failure, spelt as the `anomalyType` of a SelfHealingPolicy spells them. */
export const FAILURES = [
  'OOMKilled',
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'MemoryLeak',
  'CPUThrottling',
  'StorageExhaustion',
  'FailedRollout',
  'Unschedulable',
  'QuotaExceeded',
  'HPAMaxedOut',
  'NodePressure',
  'APIErrors',
  'Anomaly',
] as const

export type Failure = (typeof FAILURES)[number]

export function isFailure(text: string): text is Failure {
  return FAILURES.some((failure) => failure === text)
}

/** What a policy may ask for. */
export const ACTIONS = ['restart', 'rollback', 'scale', 'adjust-resources', 'notify-only'] as const

export type Action = (typeof ACTIONS)[number]
