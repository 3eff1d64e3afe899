import { anomaly } from './anomaly.ts'
import { cpuThrottling } from './cpu-throttling.ts'
import { crashLoopBackOff } from './crash-loop-back-off.ts'
import { failedRollout } from './failed-rollout.ts'
import type { FailureKind } from './failure.ts'
import { imagePullBackOff } from './image-pull-back-off.ts'
import { oomKilled } from './oom-killed.ts'
import { unschedulable } from './unschedulable.ts'

/**
 * The first that was found names the failure, so causes stand before what they cause: a container that is OOM-killed crash-loops too,
 * and one that crashes, cannot be pulled or cannot be placed fails its rollout.
 */
export const failures: readonly FailureKind[] = [
  oomKilled,
  imagePullBackOff,
  crashLoopBackOff,
  cpuThrottling,
  unschedulable,
  failedRollout,
  anomaly,
]
