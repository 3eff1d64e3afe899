import { isSignalId, OF_A_WORKLOAD, SEED_METRICS, type SignalId } from '../../domain/index.ts'
import { cpuThrottling } from './cpu-throttling.ts'
import { crashLoop } from './crash-loop.ts'
import { imagePull } from './image-pull.ts'
import { oomKilled } from './oom-killed.ts'
import { rolloutFailed } from './rollout-failed.ts'
import type { SignalRule } from './rule.ts'
import { unschedulable } from './unschedulable.ts'

/** Every rule. Order is that of the findings. */
export const signalRules: readonly SignalRule[] = [
  oomKilled,
  imagePull,
  crashLoop,
  cpuThrottling,
  unschedulable,
  rolloutFailed,
]

/** What nobody decides by, but sizing, rollback and verification read. */
const FACTS: readonly SignalId[] = [
  'memory-request',
  'cpu-request',
  'running-image',
  'restarts',
  'replicas-desired',
  'replicas-available',
]

/** What a tick reads over a whole cluster: everything that a rule decides or is helped by, and the facts. */
export const tickSignals: readonly SignalId[] = [
  ...new Set([...signalRules.flatMap((rule) => [rule.decides, ...rule.helps]), ...FACTS]),
]

/**
 * What the models' windows are made of: what a workload has of the seeds' sixteen metrics, by their order there, and what its users meet. What is
 * of no workload is in no window (`OF_A_WORKLOAD`).
 */
export const historySignals: readonly SignalId[] = [
  ...SEED_METRICS.map((metric) => OF_A_WORKLOAD[metric]).filter(isSignalId),
  'request-rate',
  'latency-p99',
  'error-ratio',
]
