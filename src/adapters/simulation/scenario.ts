import type { Manifest } from '../../domain/index.ts'

/** A moment from which the workload is another one: everything eases in over `overMs`. */
export type TruthChange = {
  readonly atMs: number
  readonly overMs: number
  /** Added to what the process holds, bytes. */
  readonly addBytes?: number
  /** Multiplies the CPU that one request costs. */
  readonly cpuFactor?: number
  readonly rpsFactor?: number
  readonly latencyFactor?: number
}

/** What a workload really is: what it needs and what it meets. What it *gets* is in the manifest that is deployed. */
export type WorkloadTruth = {
  readonly namespace: string
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly name: string
  /** The container that does the work; others of the pod idle. */
  readonly container: string
  /** The registry: an image that is not here cannot be pulled. */
  readonly images: Readonly<Record<string, 'runs' | 'crashes'>>
  /** From the start of the container to its readiness. */
  readonly startUpMs: number
  readonly memory: {
    readonly baseBytes: number
    /** Held more for every hour that the process lives. */
    readonly bytesPerHour: number
    readonly bytesPerRps: number
    /** Time constant with which a young process fills. */
    readonly fillMs: number
  }
  readonly cpu: { readonly idleCores: number; readonly coresPerRps: number }
  readonly traffic: {
    readonly baseRps: number
    /** 0 to 1: how much higher the daily peak is than the mean. */
    readonly daily: number
    /** Hour of the peak, UTC. */
    readonly peakHour: number
    /** What a Monday's working hours are multiplied by. */
    readonly monday: number
  }
  readonly latencySeconds: number
  readonly errorRatio: number
  /** Relative standard deviation of traffic and work. */
  readonly noise: number
  /** Short bursts of work and latency: in a share of the 5-minute slots, up to `factor`. */
  readonly bursts?: { readonly share: number; readonly factor: number }
  /** The most that any node has left for one pod. */
  readonly room: { readonly cpuCores: number; readonly memoryBytes: number }
  readonly changes: readonly TruthChange[]
}

/** Only this folder can read it: the index does not export it. Tests read it through truth.ts. */
export const truths: unique symbol = Symbol('truths')

/** A world to be. Everything is fixed by it, a seed and what is deployed when. */
export type Scenario = {
  readonly name: string
  /** Name of the cluster that every subject carries. */
  readonly cluster: string
  /** Where the story starts. The world is older: it has a healthy past. */
  readonly startMs: number
  /** Since when the first revision is deployed. */
  readonly bornMs: number
  /** Argo CD Applications, as the cluster holds them. */
  readonly applications: readonly Manifest[]
  /** SelfHealingPolicy resources in the cluster; the ones in Git are files of the repository. */
  readonly policies: readonly Manifest[]
  /** How often, per day and exporter, a scrape of one or two minutes is missed. */
  readonly scrapeGapsPerDay: number
  readonly [truths]: readonly WorkloadTruth[]
}

/** A commit that somebody makes while the world runs. Whole contents, path by path. */
export type PlannedCommit = {
  readonly atMs: number
  readonly author: string
  readonly message: string
  readonly files: Readonly<Record<string, string>>
}
