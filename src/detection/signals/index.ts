import type { SignalId } from '../../domain/index.ts'
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

/** What the models' windows are made of. */
export const historySignals: readonly SignalId[] = [
  'memory-working-set',
  'cpu-usage',
  'restarts',
  'request-rate',
  'latency-p99',
  'error-ratio',
]
