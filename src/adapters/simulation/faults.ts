import type { DeployedContainer } from './deployed.ts'
import { drawn, streamOf } from './noise.ts'
import type { WorkloadTruth } from './scenario.ts'
import { memoryBound, memoryNeedAt, type Nature } from './workload.ts'

/** How fine the search for the moment of an OOM kill is. */
const SEARCH_STEP_MS = 15_000
const FIRST_BACK_OFF_MS = 10_000
const LONGEST_BACK_OFF_MS = 300_000
/** A container that ran this long starts its back-off anew. */
const CALM_RUN_MS = 600_000

/** How a run of a container ends. */
export type Ending = { readonly atMs: number; readonly end: 'oom' | 'error' }

/** The wait before a container starts again after `failures` failures in a row, as kubelet doubles it. */
export function backOffMs(failures: number): number {
  return Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS)
}

export function failuresAfter(failures: number, ranMs: number): number {
  return ranMs >= CALM_RUN_MS ? 1 : failures + 1
}

export function imageFate(truth: WorkloadTruth, container: DeployedContainer): 'runs' | 'crashes' | 'missing' {
  if (container.name !== truth.container) return 'runs'
  return Object.hasOwn(truth.images, container.image) ? (truth.images[container.image] ?? 'missing') : 'missing'
}

/** A search for the end of one run that can be taken up again where it stopped. */
export type RunSearch = {
  /** Finds the end, or undefined when the container still runs well at `untilMs`. */
  until(untilMs: number): Ending | undefined
}

export type RunSetting = {
  readonly nature: Nature
  readonly container: DeployedContainer
  readonly replicas: number
  readonly startMs: number
  /** Names the dice of this run. */
  readonly stream: number
}

/** How one run goes: a bad image leaves within seconds; a need above the limit reclaims at the limit for a while and is then killed. */
export function runSearch(setting: RunSetting): RunSearch {
  const { nature, container, startMs, stream } = setting
  if (imageFate(nature.truth, container) === 'crashes') {
    const ending: Ending = { atMs: startMs + drawn(nature.seed, stream, 2000, 7000), end: 'error' }
    return { until: () => ending }
  }
  const limit = Math.min(container.memoryLimitBytes ?? Infinity, nature.truth.room.memoryBytes)
  const reclaimMs = drawn(nature.seed, stream + 1, 20_000, 45_000)
  let step = 1
  return {
    until: (untilMs) => {
      step = Math.max(step, firstStepOfInterest(setting, limit, untilMs))
      for (; startMs + step * SEARCH_STEP_MS <= untilMs; step += 1) {
        const atMs = startMs + step * SEARCH_STEP_MS
        if (memoryNeedAt(nature, atMs, atMs - startMs, setting.replicas) > limit)
          return { atMs: atMs + reclaimMs, end: 'oom' }
      }
      return undefined
    },
  }
}

/** Jumps over the time in which no need can reach the limit. */
function firstStepOfInterest({ nature, replicas, startMs }: RunSetting, limit: number, untilMs: number): number {
  const stepAt = (atMs: number) => Math.max(1, Math.floor((atMs - startMs) / SEARCH_STEP_MS))
  if (memoryBound(nature, untilMs, untilMs - startMs, replicas) <= limit) return stepAt(untilMs)
  for (const change of nature.truth.changes.toSorted((a, b) => a.atMs - b.atMs)) {
    if (change.atMs <= startMs || change.atMs > untilMs) continue
    const calm = memoryBound(nature, change.atMs - 1, change.atMs - startMs, replicas) <= limit
    return calm ? stepAt(change.atMs) : 1
  }
  return 1
}

/** The dice of the n-th run of a pod. */
export function runStream(pod: string, run: number): number {
  return streamOf(pod, 'run', run)
}
