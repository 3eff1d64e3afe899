import type { ContainerFacts, Scrapes, WorkloadFacts } from '../contracts/openmetrics.ts'

const MINUTE = 60_000
const MIB = 1024 * 1024

/** A Deployment whose container climbs to `peak` of its limit in ten minutes, and begins again. */
export type Climber = {
  readonly namespace: string
  readonly name: string
  readonly container: string
  readonly image: string
  readonly limitMiB: number
  readonly requestMiB: number
  readonly cpuLimitCores: number
  readonly cpuRequestCores: number
  readonly pods: number
  /** Share of the limit that the climbs reach from the moment of the change on; at 1 the kernel ends the container. */
  readonly peak: number
}

/** When the samples begin, and when the climbs become higher. */
export type Times = { readonly startMs: number; readonly changeMs: number }

const CLIMB_MS = 10 * MINUTE
const FLOOR = 0.3
const CALM = 0.6

/**
 * What two exporters would tell of these workloads at any moment, a pure function of the time: pods climb one after the
 * other, so that one that is killed leaves others that run. Nothing here knows how anything is detected.
 */
export function climbers(all: readonly Climber[], times: Times): Scrapes {
  return { scrape: (atMs) => all.map((one) => facts(one, times, atMs)) }
}

function facts(one: Climber, times: Times, atMs: number): WorkloadFacts {
  const { namespace, name, pods } = one
  return {
    subject: { namespace, kind: 'Deployment', name },
    desired: pods,
    available: pods,
    progressDeadlineExceeded: false,
    requestsPerSecond: 20,
    errorRatio: 0,
    latencyP99Seconds: 0.1,
    pods: Array.from({ length: pods }, (_, index) => ({
      pod: `${name}-7d9f6c5b8-p${index}`,
      replicaSet: `${name}-7d9f6c5b8`,
      node: `node-${index}`,
      unschedulable: false,
      phase: 'Running',
      containers: [containerFacts(one, { ...times, atMs, aheadMs: (index * CLIMB_MS) / pods })],
    })),
  }
}

type Moment = Times & { readonly atMs: number; readonly aheadMs: number }

function containerFacts(one: Climber, { startMs, changeMs, atMs, aheadMs }: Moment): ContainerFacts {
  const changed = atMs >= changeMs
  const peak = changed ? one.peak : CALM
  const sinceMs = atMs - (changed ? changeMs : startMs) + aheadMs
  const climbedMs = sinceMs % CLIMB_MS
  const kills = changed && peak >= 1 ? Math.floor(sinceMs / CLIMB_MS) : 0
  const share = FLOOR + (peak - FLOOR) * Math.min(1, climbedMs / (CLIMB_MS - MINUTE))
  return {
    name: one.container,
    image: one.image,
    memoryLimitBytes: one.limitMiB * MIB,
    memoryRequestBytes: one.requestMiB * MIB,
    cpuLimitCores: one.cpuLimitCores,
    cpuRequestCores: one.cpuRequestCores,
    restarts: kills,
    ...(kills > 0 ? { lastTerminated: { reason: 'OOMKilled', atMs: atMs - climbedMs } } : {}),
    running: {
      sinceMs: kills > 0 ? atMs - climbedMs : startMs,
      workingSetBytes: Math.floor(share * one.limitMiB * MIB),
      residentBytes: Math.floor(share * one.limitMiB * MIB * 0.875),
      cpuCores: 0.05,
      throttledShare: 0,
    },
  }
}
