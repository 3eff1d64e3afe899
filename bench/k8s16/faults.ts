import { DEPLOYS, FAULTS_FROM, hourOf, JOB_AT, PER_DAY, ROWS } from './calendar.ts'
import type { Metric, Values } from './metrics.ts'
import type { Noise } from './noise.ts'

const MIB = 2 ** 20

/** How far a fault has come, 0 at its first row to 1 at its last, and the row within it. */
type Progress = { readonly share: number; readonly row: number }
type Change = (value: number, progress: Progress) => number

export type FaultKind = {
  readonly name: string
  readonly times: number
  /** Rows from the first that shows anything to the last. */
  readonly rows: number
  /** Rows at which it may begin; any where there is none. */
  readonly begins?: (row: number) => boolean
  readonly changes: Readonly<Partial<Record<Metric, Change>>>
}

const plus =
  (amount: number): Change =>
  (value) =>
    value + amount
const times =
  (factor: number): Change =>
  (value) =>
    value * factor
/** From nothing to `amount` over the whole fault. */
const growing =
  (amount: number): Change =>
  (value, { share }) =>
    value + amount * share

/** What the Monday peak has at its height, from nothing to it and back over the fault. */
const bump =
  (amount: number): Change =>
  (value, { share }) =>
    value + amount * Math.exp(-((((share - 0.5) * 3) / 0.8) ** 2))
/** So much more from the first row on, and again from each third on. */
const steps =
  (amount: number): Change =>
  (value, { share }) =>
    value + amount * (1 + Math.min(2, Math.floor(3 * share)))
/** While the nightly job would run anyhow, and after it. */
const beside =
  (during: number, after: number): Change =>
  (value, { row }) =>
    value + (row < LEAST_JOB_ROWS ? during : after)

/** The nightly job never takes fewer rows. */
const LEAST_JOB_ROWS = 4

/**
 * Twelve kinds. Sizes are those of the failure as Kubernetes shows it: the back-off of a crash loop (a container that crashes stays in phase Running), pods as
 * whole numbers, evicted pods that stay Failed. `container_restart_count` holds restarts per row here; it is summed up to a counter afterwards.
 */
export const FAULT_KINDS: readonly FaultKind[] = [
  {
    name: 'RunawayJob',
    times: 3,
    rows: 24,
    // The job of the night does three times the work, and for two hours.
    begins: (row) => row % PER_DAY === JOB_AT,
    changes: {
      pod_cpu_usage: beside(0.5, 0.75),
      alt_cpu_usage: beside(0.5, 0.75),
      apiserver_request_total: beside(20, 30),
    },
  },
  {
    name: 'PeakAtNight',
    times: 3,
    rows: 36,
    // The peak of a Monday morning, in an evening.
    begins: (row) => hourOf(row) >= 20.5 && hourOf(row) < 22.5,
    changes: {
      pod_cpu_usage: bump(0.67),
      alt_cpu_usage: bump(0.67),
      pod_memory_usage: bump(40 * MIB),
      alt_memory_usage: bump(33 * MIB),
      node_memory_utilization: bump(1.7),
      apiserver_request_total: bump(10),
    },
  },
  {
    name: 'VolumeFilling',
    times: 2,
    rows: 96,
    changes: { persistent_volume_usage: (value, { share }) => Math.min(value + 50 * share, 99) },
  },
  {
    name: 'MemoryLeak',
    times: 3,
    rows: 60,
    changes: {
      pod_memory_usage: growing(420 * MIB),
      alt_memory_usage: growing(400 * MIB),
      node_memory_utilization: growing(9),
      container_restart_count: (value, { share }) => value + (share === 1 ? 1 : 0),
    },
  },
  {
    name: 'CrashLoopBackOff',
    times: 4,
    rows: 14,
    changes: {
      // 10 s, 20 s, 40 s ... of waiting, at last five minutes.
      container_restart_count: (value, { row }) => value + (row === 0 ? 4 : 1),
      deployment_unavailable: plus(1),
      pod_cpu_usage: times(0.9),
      alt_cpu_usage: times(0.9),
    },
  },
  {
    name: 'CPUSaturation',
    times: 4,
    rows: 18,
    changes: {
      pod_cpu_usage: (value) => Math.min(1.7 * value + 0.5, 3.2),
      alt_cpu_usage: (value) => Math.min(1.7 * value + 0.5, 3.2),
    },
  },
  {
    name: 'TrafficLoss',
    times: 3,
    rows: 10,
    changes: { pod_cpu_usage: times(0.35), alt_cpu_usage: times(0.35) },
  },
  {
    name: 'APIErrorBurst',
    times: 4,
    rows: 8,
    changes: { apiserver_error_rate: plus(3), apiserver_request_total: times(1.3) },
  },
  {
    name: 'PodsPending',
    times: 3,
    rows: 12,
    changes: { pods_pending: plus(2), namespace_pod_count: plus(2), deployment_unavailable: plus(2) },
  },
  {
    name: 'NodeMemoryPressure',
    times: 3,
    rows: 24,
    changes: {
      node_memory_utilization: plus(18),
      pods_failed: (value, { share }) => value + (share > 0.5 ? 2 : 0),
      namespace_pod_count: (value, { share }) => value + (share > 0.5 ? 2 : 0),
    },
  },
  {
    name: 'Evictions',
    times: 3,
    rows: 9,
    changes: {
      pods_failed: plus(3),
      pods_running: plus(-2),
      pods_pending: plus(1),
      namespace_pod_count: plus(2),
      deployment_unavailable: plus(2),
    },
  },
  {
    name: 'QuotaExhausted',
    times: 3,
    rows: 20,
    changes: {
      cluster_resource_quota: steps(1),
      namespace_pod_count: steps(2),
      pods_running: steps(2),
      pods_pending: (value, { share }) => value + (share > 0.6 ? 1 : 0),
    },
  },
]

/** Rows [from, to), from the first to the last that shows it. */
export type Fault = { readonly kind: string; readonly from: number; readonly to: number }

/** Three hours between faults, so that one is over before the next. */
const APART = 36
/** A fault right after a deploy could be told by nobody. */
const AWAY_FROM_DEPLOY = 40

/** Lays the faults into the values, in rows that `noise` draws; none touches another or a deploy. */
export function withFaults(values: Values, noise: Noise, kinds: readonly FaultKind[]): readonly Fault[] {
  const laid: Fault[] = []
  for (const kind of kinds)
    for (let time = 0; time < kind.times; time += 1) {
      const from = freeRow(laid, kind, noise)
      apply(values, kind, from)
      laid.push({ kind: kind.name, from, to: from + kind.rows })
    }
  return laid.sort((a, b) => a.from - b.from)
}

function freeRow(laid: readonly Fault[], { rows, begins }: FaultKind, noise: Noise): number {
  const room = ROWS - FAULTS_FROM - rows - PER_DAY / 2
  for (;;) {
    const from = FAULTS_FROM + 40 + Math.floor(noise.uniform() * room)
    const free = laid.every((fault) => from >= fault.to + APART || from + rows <= fault.from - APART)
    const away = DEPLOYS.every((deploy) => from + rows < deploy - AWAY_FROM_DEPLOY || from > deploy + AWAY_FROM_DEPLOY)
    if (free && away && (begins === undefined || begins(from))) return from
  }
}

function apply(values: Values, kind: FaultKind, from: number): void {
  for (const [metric, change] of Object.entries(kind.changes)) {
    const column = values[metric as Metric] // keys of a record by metric
    for (let row = 0; row < kind.rows; row += 1)
      column[from + row] = Math.max(0, change(column[from + row] ?? 0, { row, share: row / (kind.rows - 1) }))
  }
}
