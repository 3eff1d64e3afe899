import type { Manifest, Series, SignalId, Subject, TimeRange } from '../../domain/index.ts'

/** What an Application put into the cluster at a moment. */
export type Sync = {
  readonly application: string
  readonly revision: string
  readonly atMs: number
  readonly objects: readonly Manifest[]
}

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
  /** Epoch milliseconds; absent while it is not running. */
  readonly runningSinceMs?: number
  readonly waiting?: 'CrashLoopBackOff' | 'ImagePullBackOff' | 'ContainerCreating'
  readonly lastTerminated?: { readonly reason: 'OOMKilled' | 'Error'; readonly atMs: number }
  /** The three below only while it runs. Rates hold for the whole minute that the scrape is in. */
  readonly workingSetBytes?: number
  readonly cpuCores?: number
  readonly throttledShare?: number
}

export type ScrapedPod = {
  readonly pod: string
  readonly replicaSet: string
  readonly node: string
  readonly createdMs: number
  readonly unschedulable: boolean
  readonly containers: readonly ScrapedContainer[]
}

export type ScrapedWorkload = {
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly desired: number
  readonly available: number
  readonly progressDeadlineExceeded: boolean
  readonly requestsPerSecond: number
  readonly errorRatio: number
  readonly latencyP99Seconds: number
  readonly pods: readonly ScrapedPod[]
}

export type World = {
  readonly cluster: string
  /** Series of one signal, of every workload or of `only`. NaN where there is no sample; series without any sample are left out. */
  read(signal: SignalId, range: TimeRange, only?: Subject): readonly Series[]
  /** Health of a workload as Argo CD would judge it. */
  health(workload: Subject, atMs: number): 'Healthy' | 'Progressing' | 'Degraded' | 'Missing'
  /** Everything that exporters would show at a moment, pod by pod. */
  scrape(atMs: number): readonly ScrapedWorkload[]
}
