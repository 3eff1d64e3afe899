import type { DeployedContainer } from './deployed.ts'
import { existsAt, lastRun, type Pod, type Run, readyAt } from './pods.ts'
import type { Timeline } from './rollout.ts'
import { stageAt } from './rollout.ts'
import { burstAt, cpuNeedAt, latencyFactorAt, memoryNeedAt, type Nature, readNoise, rpsAt } from './workload.ts'

/** Exporters are read this often; what happens between two scrapes and leaves no mark is never seen. */
export const SCRAPE_MS = 15_000
/** An exporter that dates its own samples stays visible this long after the last one. */
const LOOK_BACK_MS = 300_000
const MINUTE_MS = 60_000

export function lastScrapeAt(atMs: number): number {
  return Math.floor(atMs / SCRAPE_MS) * SCRAPE_MS
}

export function isRunning(run: Run | undefined, atMs: number): run is Run {
  return run !== undefined && run.startMs <= atMs && atMs < run.endMs
}

export function runningAt(pod: Pod, atMs: number): Run | undefined {
  if (!existsAt(pod, atMs)) return undefined
  const run = lastRun(pod, atMs)
  return isRunning(run, atMs) ? run : undefined
}

function isMain(pod: Pod, container: DeployedContainer): boolean {
  return container.name === pod.main.name
}

/** Working set at a scrape, bytes: what is needed, held below the limit. */
export function workingSetAt(nature: Nature, pod: Pod, container: DeployedContainer, run: Run, atMs: number): number {
  const limit = container.memoryLimitBytes ?? Infinity
  const noise = readNoise(nature, pod.stream, atMs)
  if (!isMain(pod, container)) return Math.round(Math.min(limit * 0.5, 12 * 1024 * 1024) * noise)
  const need = memoryNeedAt(nature, atMs, atMs - run.startMs, pod.deployed.replicas)
  if (need >= limit) return Math.round(limit * (0.985 + 0.25 * Math.min(0.05, Math.abs(noise - 1))))
  return Math.round(Math.min(limit * 0.995, need * noise))
}

/** The part of a working set that is not the kernel's cache: all but an eighth here. */
export function residentOf(workingSetBytes: number): number {
  return Math.round(workingSetBytes * 0.875)
}

/** The working set that a reader sees now: that of the last scrape, also for a while after the container has ended. */
export function seenWorkingSet(nature: Nature, pod: Pod, container: DeployedContainer, atMs: number): number {
  const scrapeMs = lastScrapeAt(atMs)
  if (!existsAt(pod, atMs)) return Number.NaN
  const { runs, started } = pod.history(scrapeMs)
  for (let index = started - 1; index >= 0; index -= 1) {
    const run = runs[index]
    if (run === undefined || run.endMs <= atMs - LOOK_BACK_MS) return Number.NaN
    const lastMs = Math.min(scrapeMs, lastScrapeAt(Math.min(run.endMs - 1, scrapeMs)))
    if (lastMs < run.startMs) continue
    return atMs - lastMs < LOOK_BACK_MS ? workingSetAt(nature, pod, container, run, lastMs) : Number.NaN
  }
  return Number.NaN
}

/** Cores used and share of periods throttled, in the minute that starts at `minuteMs`. */
export type CpuMinute = { readonly cores: number; readonly throttled: number }

export function cpuMinute(view: View, pod: Pod, container: DeployedContainer, minuteMs: number): CpuMinute {
  const { nature } = view.timeline
  if (!isMain(pod, container)) return { cores: Math.min(0.005, (container.cpuLimitCores ?? 1) * 0.1), throttled: 0 }
  const limit = container.cpuLimitCores ?? Infinity
  // A pod that is not ready gets no requests.
  const need = readyAt(pod, minuteMs) ? view.cpuNeed(minuteMs) : nature.truth.cpu.idleCores
  const pressure = need / limit
  const noise = readNoise(nature, pod.stream + 7, minuteMs)
  const throttled = pressure <= 0.8 ? 0 : Math.min(0.97, (pressure - 0.8) * 1.6)
  return { cores: Math.min(limit, need * noise), throttled: Math.min(1, throttled * noise) }
}

export function readyPods(timeline: Timeline, atMs: number): number {
  let ready = 0
  for (const pod of timeline.pods) if (readyAt(pod, atMs)) ready += 1
  return ready
}

export function desiredAt(timeline: Timeline, atMs: number): number {
  return stageAt(timeline, atMs)?.deployed?.replicas ?? Number.NaN
}

/** A timeline with what many signals ask again and again of the same minutes, remembered. */
export type View = {
  readonly timeline: Timeline
  readonly rps: ByMinute
  readonly ready: ByMinute
  /** Cores that each ready pod would use if nothing held it back. */
  readonly cpuNeed: ByMinute
}

export type ByMinute = (minuteMs: number) => number

const SLOTS = 1 << 15

/** Remembers the values of the last minutes that were asked for: three weeks of them, in two flat arrays. */
function remembered(of: ByMinute): ByMinute {
  let minutes = new Float64Array(0)
  let values = new Float64Array(0)
  return (minuteMs) => {
    if (minutes.length === 0) {
      minutes = new Float64Array(SLOTS).fill(Number.NaN)
      values = new Float64Array(SLOTS)
    }
    const slot = (minuteMs / MINUTE_MS) & (SLOTS - 1)
    if (minutes[slot] !== minuteMs) {
      values[slot] = of(minuteMs)
      minutes[slot] = minuteMs
    }
    return values[slot] ?? Number.NaN
  }
}

export function viewOf(timeline: Timeline): View {
  const { nature } = timeline
  const rps = remembered((minuteMs) => rpsAt(nature, minuteMs))
  const ready = remembered((minuteMs) => readyPods(timeline, minuteMs))
  const cpuNeed = remembered((minuteMs) => cpuNeedAt(nature, minuteMs, rps(minuteMs) / Math.max(1, ready(minuteMs))))
  return { timeline, rps, ready, cpuNeed }
}

/** How far the work is towards the tightest CPU limit that serves, 1 being exactly at it. */
function pressureAt({ timeline, cpuNeed }: View, minuteMs: number): number {
  let limit = Infinity
  for (const pod of timeline.pods)
    if (readyAt(pod, minuteMs)) limit = Math.min(limit, pod.main.cpuLimitCores ?? Infinity)
  return cpuNeed(minuteMs) / limit
}

/** What users of the workload meet in one minute. */
export type Service = { readonly rps: number; readonly errorRatio: number; readonly latencySeconds: number }

export function serviceMinute(view: View, minuteMs: number): Service {
  const { nature } = view.timeline
  const { truth } = nature
  const ready = view.ready(minuteMs)
  const desired = Math.max(1, desiredAt(view.timeline, minuteMs))
  const missing = Math.max(0, desired - ready) / desired
  const pressure = pressureAt(view, minuteMs)
  const over = Math.max(0, pressure - 0.9)
  const noise = readNoise(nature, 3, minuteMs) + truth.noise * 0.3 * (readNoise(nature, 5, minuteMs) - 1)
  // Requests to missing pods fail until they are routed elsewhere; with none left nearly all do.
  const failed = ready === 0 ? 0.95 : 0.4 * missing + 0.05 * Math.min(2, over)
  const latency = truth.latencySeconds * latencyFactorAt(nature, minuteMs) * Math.sqrt(burstAt(nature, minuteMs))
  return {
    rps: view.rps(minuteMs),
    errorRatio: Math.min(1, truth.errorRatio * noise + failed),
    latencySeconds: latency * noise * (1 + 0.2 * Math.min(1, pressure) + 5 * over + 2 * missing),
  }
}
