import { bellAt, dieAt, driftAt, streamOf } from './noise.ts'
import type { TruthChange, WorkloadTruth } from './scenario.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const BURST_SLOT_MS = 5 * MINUTE_MS

/** A workload's truth with the dice of one seed. */
export type Nature = {
  readonly truth: WorkloadTruth
  readonly seed: number
  readonly streams: {
    readonly traffic: number
    readonly work: number
    readonly memory: number
    readonly bursts: number
  }
}

export function natureOf(truth: WorkloadTruth, seed: number): Nature {
  const stream = (name: string) => streamOf(truth.namespace, truth.kind, truth.name, name)
  return {
    truth,
    seed,
    streams: {
      traffic: stream('traffic'),
      work: stream('work'),
      memory: stream('memory'),
      bursts: stream('bursts'),
    },
  }
}

/** 0 before the change, 1 once it has come in whole. */
function eased(change: TruthChange, atMs: number): number {
  if (atMs < change.atMs) return 0
  return change.overMs <= 0 ? 1 : Math.min(1, (atMs - change.atMs) / change.overMs)
}

function factorAt(truth: WorkloadTruth, name: 'cpuFactor' | 'rpsFactor' | 'latencyFactor', atMs: number): number {
  let factor = 1
  for (const change of truth.changes) factor *= 1 + ((change[name] ?? 1) - 1) * eased(change, atMs)
  return factor
}

/** 1970-01-01 was a Thursday. */
function isMonday(atMs: number): boolean {
  return (Math.floor(atMs / DAY_MS) + 4) % 7 === 1
}

/** Requests per second that the time of day and week bring, without noise. */
function meanRps({ truth }: Nature, atMs: number): number {
  const hour = (atMs % DAY_MS) / HOUR_MS
  const { baseRps, daily, peakHour, monday } = truth.traffic
  const ofDay = 1 + daily * Math.cos(((hour - peakHour) / 24) * 2 * Math.PI)
  const working = hour > 7 && hour < 19 ? Math.sin(((hour - 7) / 12) * Math.PI) : 0
  const ofWeek = isMonday(atMs) ? 1 + (monday - 1) * working : 1
  return baseRps * ofDay * ofWeek * factorAt(truth, 'rpsFactor', atMs)
}

/** Requests per second in the minute that holds `atMs`. */
export function rpsAt(nature: Nature, atMs: number): number {
  const noise = bellAt(nature.seed, nature.streams.traffic, Math.floor(atMs / MINUTE_MS))
  return Math.max(0, meanRps(nature, atMs) * (1 + nature.truth.noise * noise))
}

/** 1, and more while a burst lasts. */
export function burstAt({ truth, seed, streams }: Nature, atMs: number): number {
  if (truth.bursts === undefined) return 1
  const slot = Math.floor(atMs / BURST_SLOT_MS)
  if (dieAt(seed, streams.bursts, slot) >= truth.bursts.share) return 1
  return 1 + (truth.bursts.factor - 1) * dieAt(seed, streams.bursts + 1, slot)
}

/** Cores that a pod would use for its share of the requests if nothing held it back. */
export function cpuNeedAt(nature: Nature, atMs: number, rpsPerPod: number): number {
  const { truth, seed, streams } = nature
  const noise = 1 + truth.noise * bellAt(seed, streams.work, Math.floor(atMs / MINUTE_MS))
  const busy = rpsPerPod * truth.cpu.coresPerRps * factorAt(truth, 'cpuFactor', atMs)
  return truth.cpu.idleCores + busy * burstAt(nature, atMs) * Math.max(0.2, noise)
}

export function latencyFactorAt({ truth }: Nature, atMs: number): number {
  return factorAt(truth, 'latencyFactor', atMs)
}

/** Bytes that a process of this age needs, one of `replicas`; a young one has not filled yet. */
export function memoryNeedAt(nature: Nature, atMs: number, ageMs: number, replicas: number): number {
  const { truth } = nature
  let bytes = truth.memory.baseBytes + (truth.memory.bytesPerHour * ageMs) / HOUR_MS
  for (const change of truth.changes) bytes += (change.addBytes ?? 0) * eased(change, atMs)
  if (truth.memory.bytesPerRps > 0) bytes += (truth.memory.bytesPerRps * meanRps(nature, atMs)) / Math.max(1, replicas)
  return bytes * (1 - Math.exp(-ageMs / truth.memory.fillMs))
}

/** At least what `memoryNeedAt` gives anywhere up to `untilAgeMs` and `untilMs`: it spares the search where nothing can be found. */
export function memoryBound({ truth }: Nature, untilMs: number, untilAgeMs: number, replicas: number): number {
  const { baseRps, daily, monday } = truth.traffic
  let bytes = truth.memory.baseBytes + (truth.memory.bytesPerHour * untilAgeMs) / HOUR_MS
  let rps = baseRps * (1 + daily) * Math.max(1, monday)
  for (const change of truth.changes) {
    if (change.atMs > untilMs) continue
    bytes += Math.max(0, change.addBytes ?? 0)
    rps *= Math.max(1, change.rpsFactor ?? 1)
  }
  return bytes + (truth.memory.bytesPerRps * rps) / Math.max(1, replicas)
}

/** What a scrape reads of a need: a little more or less, as caches come and go. */
export function readNoise(nature: Nature, pod: number, atMs: number): number {
  return 1 + 0.015 * driftAt(nature.seed, nature.streams.memory + pod, atMs, 3 * MINUTE_MS)
}
