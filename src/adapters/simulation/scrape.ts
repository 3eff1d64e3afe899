import type { Subject } from '../../domain/index.ts'
import type { DeployedContainer } from './deployed.ts'
import { cpuMinute, readyPods, residentOf, runningAt, serviceMinute, type View, workingSetAt } from './observe.ts'
import { existsAt, type Pod, readyAt } from './pods.ts'
import { deadlinePassed, stageAt } from './rollout.ts'
import { lastEnd, phaseOf, restartsAt } from './signals.ts'

const MINUTE_MS = 60_000

/** The raw facts of one container of one pod, as exporters would tell them. */
export type ScrapedContainer = {
  readonly name: string
  readonly image: string
  readonly memoryLimitBytes?: number
  readonly memoryRequestBytes?: number
  readonly cpuLimitCores?: number
  readonly cpuRequestCores?: number
  readonly restarts: number
  readonly ready: boolean
  readonly waiting?: 'CrashLoopBackOff' | 'ImagePullBackOff' | 'ContainerCreating'
  readonly lastTerminated?: { readonly reason: 'OOMKilled' | 'Error'; readonly atMs: number }
  /** Only while it runs. The rates hold for the whole minute that the moment is in, so that a counter is their sum. */
  readonly running?: {
    readonly sinceMs: number
    readonly workingSetBytes: number
    readonly residentBytes: number
    readonly cpuCores: number
    /** Share of CPU periods throttled; absent without a CPU limit. */
    readonly throttledShare?: number
  }
}

export type ScrapedPod = {
  readonly pod: string
  readonly replicaSet: string
  readonly node: string
  readonly createdMs: number
  readonly unschedulable: boolean
  readonly phase: 'Pending' | 'Running'
  readonly containers: readonly ScrapedContainer[]
}

export type ScrapedWorkload = {
  readonly subject: Subject
  readonly desired: number
  readonly available: number
  readonly progressDeadlineExceeded: boolean
  /** The three hold for the whole minute that the moment is in. */
  readonly requestsPerSecond: number
  readonly errorRatio: number
  readonly latencyP99Seconds: number
  readonly pods: readonly ScrapedPod[]
}

/** One workload at one moment; nothing while it is not deployed. */
export function scrapeOf(subject: Subject, view: View, atMs: number): ScrapedWorkload[] {
  const { timeline } = view
  const stage = stageAt(timeline, atMs)
  if (stage?.deployed === undefined) return []
  const service = serviceMinute(view, minuteOf(atMs))
  return [
    {
      subject,
      desired: stage.deployed.replicas,
      available: readyPods(timeline, atMs),
      progressDeadlineExceeded: deadlinePassed(stage, atMs),
      requestsPerSecond: service.rps,
      errorRatio: service.errorRatio,
      latencyP99Seconds: service.latencySeconds,
      pods: timeline.pods.filter((pod) => existsAt(pod, atMs)).map((pod) => scrapedPod(view, pod, atMs)),
    },
  ]
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS
}

function scrapedPod(view: View, pod: Pod, atMs: number): ScrapedPod {
  return {
    pod: pod.name,
    replicaSet: pod.replicaSet,
    node: pod.node,
    createdMs: pod.createdMs,
    unschedulable: !pod.placed,
    phase: phaseOf(pod, atMs),
    containers: pod.placed ? pod.deployed.containers.map((one) => scrapedContainer(view, pod, one, atMs)) : [],
  }
}

function scrapedContainer(view: View, pod: Pod, container: DeployedContainer, atMs: number): ScrapedContainer {
  const main = container.name === pod.main.name
  const ended = main ? lastEnd(pod, atMs) : undefined
  const running = runningPart(view, pod, container, atMs)
  const waiting = running === undefined ? waitingReason(pod, atMs) : undefined
  return {
    ...container,
    restarts: main ? restartsAt(pod, atMs) : 0,
    ready: readyAt(pod, atMs),
    ...(waiting === undefined ? {} : { waiting }),
    ...(ended === undefined ? {} : { lastTerminated: ended }),
    ...(running === undefined ? {} : { running }),
  }
}

function waitingReason(pod: Pod, atMs: number): NonNullable<ScrapedContainer['waiting']> {
  if (!pod.pullable) return 'ImagePullBackOff'
  return lastEnd(pod, atMs) === undefined ? 'ContainerCreating' : 'CrashLoopBackOff'
}

function runningPart(view: View, pod: Pod, container: DeployedContainer, atMs: number): ScrapedContainer['running'] {
  const run = runningAt(pod, atMs)
  if (run === undefined) return undefined
  const workingSetBytes = workingSetAt(view.timeline.nature, pod, container, run, atMs)
  const cpu = cpuMinute(view, pod, container, minuteOf(atMs))
  return {
    sinceMs: run.startMs,
    workingSetBytes,
    residentBytes: residentOf(workingSetBytes),
    cpuCores: cpu.cores,
    ...(container.cpuLimitCores === undefined ? {} : { throttledShare: cpu.throttled }),
  }
}
