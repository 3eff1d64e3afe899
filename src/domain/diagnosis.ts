import type { Adjusted, Confidence } from './confidence.ts'
import type { Failure } from './failure.ts'
import type { Evidence, Vote } from './finding.ts'
import type { SignalId } from './signal.ts'
import type { Subject } from './subject.ts'

/** Numbers that an action sizes by. Absent means not observed; never a default. */
export type Observed = {
  /** Highest working set of any pod while it was not at its limit, bytes. */
  readonly memoryPeakBytes?: number
  readonly memoryLimitBytes?: number
  readonly memoryRequestBytes?: number
  /** The highest limit under which an OOM kill was seen, bytes: memory is never lowered below it. */
  readonly oomLimitBytes?: number
  readonly cpuPeakCores?: number
  /** What the CPU use stayed below for nine samples out of ten. */
  readonly cpuP90Cores?: number
  readonly cpuLimitCores?: number
  readonly cpuRequestCores?: number
  readonly replicas?: number
}

/** What is wrong, with what was seen. The kind is decided by rules; models alone give `Anomaly`. */
export type Diagnosis = {
  /** Names the container where the failure is one container's. */
  readonly subject: Subject
  readonly failure: Failure
  readonly confidence: Confidence
  /** How the confidence came about, where outcomes of earlier findings have changed it. */
  readonly adjusted?: Adjusted
  /** Start of the episode (PROTOCOL 1), recomputed from range queries. */
  readonly startMs: number
  readonly lastMs: number
  readonly evidence: readonly Evidence[]
  readonly votes: readonly Vote[]
  /** Whether two independent signals agree (DESIGN 5). Auto-merge needs it. */
  readonly independentSignals: boolean
  readonly data: 'complete' | 'partial'
  /** The signals that must be quiet for the fix to count as done. */
  readonly watch: readonly SignalId[]
  readonly observed: Observed
  /** One sentence in fixed words: what happened and since when. */
  readonly summary: string
}
