import type { SignalId } from '../../domain/index.ts'
import type { DeployedContainer } from './deployed.ts'
import {
  cpuMinute,
  desiredAt,
  lastScrapeAt,
  readyPods,
  residentOf,
  runningAt,
  SCRAPE_MS,
  seenWorkingSet,
  serviceMinute,
  type View,
} from './observe.ts'
import { existsAt, type Pod } from './pods.ts'
import { deadlinePassed, stageAt } from './rollout.ts'

const MINUTE_MS = 60_000
/** Rates are means over the five minutes before their moment. */
const RATE_MINUTES = 5
const OOM_LOOK_BACK_MS = 15 * MINUTE_MS
const HOUR_MS = 60 * MINUTE_MS
const CRASH_LOOK_BACK_MS = 5 * MINUTE_MS

/** Values of one signal for one container or workload, moment by moment. NaN is no sample. */
export type Gauge = (atMs: number) => number

/** What a container-level signal is read from. `pods` are those that exist at some moment of the range. */
export type ContainerScope = { readonly view: View; readonly name: string; readonly pods: readonly Pod[] }

function containerIn(pod: Pod, name: string): DeployedContainer | undefined {
  return pod.deployed.containers.find((container) => container.name === name)
}

/** The highest over the pods that exist; NaN when none has a value. */
function highest(scope: ContainerScope, of: (pod: Pod, container: DeployedContainer, atMs: number) => number): Gauge {
  return (atMs) => {
    let most = Number.NaN
    for (const pod of scope.pods) {
      const container = existsAt(pod, atMs) ? containerIn(pod, scope.name) : undefined
      if (container === undefined) continue
      const value = of(pod, container, atMs)
      if (!Number.isNaN(value) && !(most >= value)) most = value
    }
    return most
  }
}

function summed(scope: ContainerScope, of: (pod: Pod, atMs: number) => number): Gauge {
  return (atMs) => {
    let sum = Number.NaN
    for (const pod of scope.pods) {
      if (!existsAt(pod, atMs) || containerIn(pod, scope.name) === undefined) continue
      sum = (Number.isNaN(sum) ? 0 : sum) + of(pod, atMs)
    }
    return sum
  }
}

/** Faults happen to the container that does the work. */
function isMain(scope: ContainerScope, pod: Pod): boolean {
  return pod.main.name === scope.name
}

/** How the container ended last before a moment, where it has ended at all. */
export function lastEnd(
  pod: Pod,
  atMs: number,
): { readonly atMs: number; readonly reason: 'OOMKilled' | 'Error' } | undefined {
  const { runs, started } = pod.history(atMs)
  for (let index = started - 1; index >= 0; index -= 1) {
    const run = runs[index]
    if (run !== undefined && run.endMs <= atMs)
      return { atMs: run.endMs, reason: run.end === 'oom' ? 'OOMKilled' : 'Error' }
  }
  return undefined
}

export function restartsAt(pod: Pod, atMs: number): number {
  return Math.max(0, pod.history(atMs).started - 1)
}

function oomKilled(pod: Pod, atMs: number): boolean {
  const end = lastEnd(pod, atMs)
  return end?.reason === 'OOMKilled' && end.atMs > atMs - OOM_LOOK_BACK_MS
}

/** Whether a scrape in (atMs - look-back, atMs] found the container between two runs. */
function wasBackingOff(pod: Pod, atMs: number): boolean {
  const { runs, started } = pod.history(atMs)
  const fromMs = atMs - CRASH_LOOK_BACK_MS
  for (let index = started - 1; index >= 0; index -= 1) {
    const endMs = runs[index]?.endMs ?? Infinity
    const nextMs = index + 1 < started ? (runs[index + 1]?.startMs ?? Infinity) : Infinity
    if (nextMs <= fromMs) return false
    const scrapeMs = Math.ceil(Math.max(endMs, fromMs + 1) / SCRAPE_MS) * SCRAPE_MS
    if (scrapeMs < nextMs && scrapeMs <= atMs) return true
  }
  return false
}

function pullFails(pod: Pod, atMs: number): boolean {
  return pod.placed && !pod.pullable && atMs >= pod.createdMs + SCRAPE_MS
}

function flag(scope: ContainerScope, is: (pod: Pod, atMs: number) => boolean): Gauge {
  return highest(scope, (pod, _container, atMs) => (isMain(scope, pod) && is(pod, atMs) ? 1 : 0))
}

/** Throttled over all periods of all pods: a ratio of sums. Only a container with a CPU limit has periods. */
function throttledRatio(scope: ContainerScope): Gauge {
  return (atMs) => {
    let periods = 0
    let throttled = 0
    for (const pod of scope.pods) {
      const container = existsAt(pod, atMs) ? containerIn(pod, scope.name) : undefined
      if (container?.cpuLimitCores === undefined) continue
      for (let minute = 0, minuteMs = firstMinute(atMs); minute < RATE_MINUTES; minute += 1, minuteMs += MINUTE_MS) {
        if (runningAt(pod, minuteMs) === undefined) continue
        periods += 1
        throttled += cpuMinute(scope.view, pod, container, minuteMs).throttled
      }
    }
    return periods === 0 ? Number.NaN : throttled / periods
  }
}

function cpuUsage(scope: ContainerScope): Gauge {
  return highest(scope, (pod, container, atMs) => {
    let minutes = 0
    let cores = 0
    for (let minute = 0, minuteMs = firstMinute(atMs); minute < RATE_MINUTES; minute += 1, minuteMs += MINUTE_MS) {
      if (runningAt(pod, minuteMs) === undefined) continue
      minutes += 1
      cores += cpuMinute(scope.view, pod, container, minuteMs).cores
    }
    return minutes === 0 ? Number.NaN : cores / minutes
  })
}

/** What the counter of the last whole scrape interval says. */
function cpuMomentary(scope: ContainerScope): Gauge {
  return highest(scope, (pod, container, atMs) => {
    const minuteMs = Math.floor((lastScrapeAt(atMs) - SCRAPE_MS) / MINUTE_MS) * MINUTE_MS
    return runningAt(pod, atMs) === undefined ? Number.NaN : cpuMinute(scope.view, pod, container, minuteMs).cores
  })
}

/** Start of the first of the whole minutes whose mean is the rate at a moment. */
function firstMinute(atMs: number): number {
  return (Math.floor(atMs / MINUTE_MS) - RATE_MINUTES) * MINUTE_MS
}

const declared = (
  scope: ContainerScope,
  name: 'memoryLimitBytes' | 'memoryRequestBytes' | 'cpuLimitCores' | 'cpuRequestCores',
) => highest(scope, (_pod, container) => container[name] ?? Number.NaN)

/** How each container-level signal is read, one gauge per container. `running-image` has one per image and stands apart. */
export const containerGauges: Readonly<Partial<Record<SignalId, (scope: ContainerScope) => Gauge>>> = {
  'memory-working-set': (scope) =>
    highest(scope, (pod, container, atMs) => seenWorkingSet(scope.view.timeline.nature, pod, container, atMs)),
  'memory-resident': (scope) =>
    highest(scope, (pod, container, atMs) =>
      residentOf(seenWorkingSet(scope.view.timeline.nature, pod, container, atMs)),
    ),
  'memory-limit': (scope) => declared(scope, 'memoryLimitBytes'),
  'memory-request': (scope) => declared(scope, 'memoryRequestBytes'),
  'cpu-usage': cpuUsage,
  'cpu-momentary': cpuMomentary,
  'cpu-limit': (scope) => declared(scope, 'cpuLimitCores'),
  'cpu-request': (scope) => declared(scope, 'cpuRequestCores'),
  'cpu-throttled': throttledRatio,
  'oom-killed': (scope) => flag(scope, oomKilled),
  'oom-killed-pods': (scope) => summed(scope, (pod, atMs) => (isMain(scope, pod) && oomKilled(pod, atMs) ? 1 : 0)),
  'crash-loop': (scope) => flag(scope, wasBackingOff),
  'image-pull': (scope) => flag(scope, pullFails),
  restarts: (scope) => summed(scope, (pod, atMs) => (isMain(scope, pod) ? restartsAt(pod, atMs) : 0)),
  'restarts-last-hour': (scope) =>
    summed(scope, (pod, atMs) => (isMain(scope, pod) ? restartsAt(pod, atMs) - restartsAt(pod, atMs - HOUR_MS) : 0)),
}

/** Whether any pod was created with this image. */
export function runningImage(scope: ContainerScope, image: string): Gauge {
  return highest(scope, (_pod, container) => (container.image === image ? 1 : Number.NaN))
}

export function imagesOf(scope: ContainerScope): readonly string[] {
  const images = scope.pods.map((pod) => containerIn(pod, scope.name)?.image)
  return [...new Set(images.filter((image) => image !== undefined))].sort()
}

/** Mean over the minutes before, of which those count in which the workload was deployed. */
function served(view: View, of: (minuteMs: number) => number): Gauge {
  return (atMs) => {
    let minutes = 0
    let sum = 0
    for (let minute = 0, minuteMs = firstMinute(atMs); minute < RATE_MINUTES; minute += 1, minuteMs += MINUTE_MS) {
      if (stageAt(view.timeline, minuteMs)?.deployed === undefined) continue
      minutes += 1
      sum += of(minuteMs)
    }
    return minutes === 0 ? Number.NaN : sum / minutes
  }
}

function podsThat(are: (pod: Pod, atMs: number) => boolean): (view: View) => Gauge {
  return ({ timeline }) =>
    (atMs) =>
      timeline.pods.filter((pod) => existsAt(pod, atMs) && are(pod, atMs)).length
}

/** A pod whose container has run once is not pending any more, whatever becomes of it. */
export function phaseOf(pod: Pod, atMs: number): 'Pending' | 'Running' {
  return pod.history(atMs).started > 0 ? 'Running' : 'Pending'
}

/** How each workload-level signal is read. */
const workloadGauges: Readonly<Partial<Record<SignalId, (view: View) => Gauge>>> = {
  unschedulable:
    ({ timeline }) =>
    (atMs) =>
      timeline.pods.filter((pod) => existsAt(pod, atMs) && !pod.placed).length,
  'replicas-desired':
    ({ timeline }) =>
    (atMs) =>
      desiredAt(timeline, atMs),
  'replicas-available':
    ({ timeline }) =>
    (atMs) =>
      readyPods(timeline, atMs),
  'replicas-unavailable':
    ({ timeline }) =>
    (atMs) =>
      Math.max(0, desiredAt(timeline, atMs) - readyPods(timeline, atMs)),
  pods: podsThat(() => true),
  'pods-pending': podsThat((pod, atMs) => phaseOf(pod, atMs) === 'Pending'),
  'pods-running': podsThat((pod, atMs) => phaseOf(pod, atMs) === 'Running'),
  // What ends is started again: no pod of this world is left in failure.
  'pods-failed': podsThat(() => false),
  'rollout-failed':
    ({ timeline }) =>
    (atMs) => {
      const stage = stageAt(timeline, atMs)
      return stage !== undefined && deadlinePassed(stage, atMs) ? 1 : 0
    },
  'request-rate': (view) => served(view, view.rps),
  'error-ratio': (view) => served(view, (minuteMs) => serviceMinute(view, minuteMs).errorRatio),
  'latency-p99': (view) => served(view, (minuteMs) => serviceMinute(view, minuteMs).latencySeconds),
}

export function workloadGauge(signal: SignalId, view: View): Gauge | undefined {
  const gauge = workloadGauges[signal]?.(view)
  if (gauge === undefined) return undefined
  return (atMs) => (stageAt(view.timeline, atMs)?.deployed === undefined ? Number.NaN : gauge(atMs))
}
