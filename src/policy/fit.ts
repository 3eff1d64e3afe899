import type { Action, Failure } from '../domain/index.ts'

/** Pre-checks that a policy may name, and no others. */
export const PRE_CHECKS = ['checkDeploymentHistory', 'checkResourceQuota'] as const

/** Those that the guards of a plan answer. The quota of a namespace is not read, so a person has to look at it. */
export const ANSWERED_PRE_CHECKS: readonly string[] = ['checkDeploymentHistory']

/**
 * Actions that could help against a failure at all; `notify-only` always may stand. What is left out is impossible (more replicas do not
 * pull an image), not merely unwise: whether an action helps in one case is decided when it is planned.
 */
const POSSIBLE: Readonly<Record<Failure, readonly Action[]>> = {
  OOMKilled: ['adjust-resources', 'rollback', 'restart', 'scale'],
  CrashLoopBackOff: ['rollback', 'restart', 'adjust-resources'],
  ImagePullBackOff: ['rollback'],
  MemoryLeak: ['adjust-resources', 'restart', 'rollback', 'scale'],
  CPUThrottling: ['adjust-resources', 'scale', 'rollback'],
  StorageExhaustion: ['adjust-resources', 'rollback'],
  FailedRollout: ['rollback', 'restart', 'adjust-resources'],
  Unschedulable: ['adjust-resources', 'scale', 'rollback'],
  QuotaExceeded: ['adjust-resources', 'scale', 'rollback'],
  HPAMaxedOut: ['scale', 'adjust-resources'],
  NodePressure: [],
  APIErrors: [],
  Anomaly: [],
}

export function possibleActions(failure: Failure): readonly Action[] {
  return [...POSSIBLE[failure], 'notify-only']
}
