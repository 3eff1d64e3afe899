import { DEPLOYS, HEAP_ROWS, hourOf, JOB_AT, PER_DAY, ROWS, weekdayOf } from './calendar.ts'
import type { Values } from './metrics.ts'
import { type Noise, noiseFrom, remembered } from './noise.ts'

const MIB = 2 ** 20
/** Pods of the namespace beside the workload's own: others that run, and finished ones of the nightly job, of which three are kept. */
const OTHERS = { running: 4, finished: 3 } as const

/** What differs from one Monday, night and deploy to the next. */
type Occasions = {
  /** Height and hour of the peak, by week. */
  readonly peaks: readonly { readonly height: number; readonly hour: number }[]
  /** Rows that the job takes, and how much it does, by day. */
  readonly jobs: readonly { readonly rows: number; readonly size: number }[]
  /** Which way each deploy moved CPU and memory. */
  readonly deploys: readonly { readonly cpu: number; readonly memory: number }[]
}

function occasions(noise: Noise): Occasions {
  const sign = () => (noise.uniform() < 0.5 ? -1 : 1)
  return {
    peaks: Array.from({ length: Math.ceil(ROWS / PER_DAY / 7) }, () => ({
      height: 0.6 * (1 + 0.1 * noise.normal()),
      hour: 9 + 0.08 * noise.normal(),
    })),
    jobs: Array.from({ length: ROWS / PER_DAY }, () => ({
      rows: 4 + Math.floor(5 * noise.uniform()),
      size: 1 + 0.1 * noise.normal(),
    })),
    deploys: DEPLOYS.map(() => ({ cpu: 0.06 * sign(), memory: 25 * sign() })),
  }
}

/** Share of the busiest usual hour: days, quieter weekends, and on Mondays a peak. */
function loadAt({ peaks }: Occasions, row: number): number {
  const hour = hourOf(row)
  const day = 0.55 + 0.35 * Math.sin((2 * Math.PI * (hour - 8)) / 24) + 0.08 * Math.sin((4 * Math.PI * hour) / 24)
  const weekend = weekdayOf(row) >= 5 ? 0.6 : 1
  const peak = weekdayOf(row) === 0 ? peaks[Math.floor(row / PER_DAY / 7)] : undefined
  return day * weekend * (peak === undefined ? 1 : 1 + peak.height * Math.exp(-(((hour - peak.hour) / 0.8) ** 2)))
}

/** How much of the nightly job runs in a row: about 1 while it does. */
function jobAt({ jobs }: Occasions, row: number): number {
  const job = jobs[Math.floor(row / PER_DAY)]
  const at = (row % PER_DAY) - JOB_AT
  return job !== undefined && at >= 0 && at < job.rows ? job.size : 0
}

/** The sixteen metrics of a healthy workload of `replicas` pods: what each shows is its own, the load behind them is shared. */
export function healthy(seed: number, replicas: number): Values {
  const noise = (metric: number, memory: number) => remembered(noiseFrom(seed * 1000 + metric), ROWS, memory)
  const rows = (value: (row: number) => number) =>
    Float64Array.from({ length: ROWS }, (_, row) => Math.max(0, value(row)))
  const at = (values: Float64Array | undefined, row: number) => values?.[row] ?? 0
  const occasion = occasions(noiseFrom(seed * 1000 + 97))
  const moved = (what: 'cpu' | 'memory', row: number) =>
    occasion.deploys.reduce((sum, deploy, which) => sum + (row >= (DEPLOYS[which] ?? ROWS) ? deploy[what] : 0), 0)
  const justDeployed = (row: number, within: number) => DEPLOYS.some((from) => row >= from && row < from + within)
  const load = rows((row) => loadAt(occasion, row))
  const job = rows((row) => jobAt(occasion, row))
  const jobPod = (row: number) => (at(job, row) > 0 ? 1 : 0)
  const cpuNoise = noise(1, 0.3)
  const memoryNoise = noise(2, 0.8)
  const [node, cpuRead, rssNoise, volume, apiRate, apiError] = [0, 3, 4, 12, 14, 15].map((metric) => noise(metric, 0.4))
  const cpu = rows((row) => 2 * at(load, row) + 0.25 * at(job, row) + moved('cpu', row) + 0.06 * at(cpuNoise, row))
  const heap = (row: number) => (row % HEAP_ROWS) / HEAP_ROWS
  const memory = rows(
    (row) => (900 + 120 * at(load, row) + moved('memory', row) + 40 * heap(row) + 8 * at(memoryNoise, row)) * MIB,
  )
  const rare = noiseFrom(seed * 1000 + 5)
  const restarted = rows(() => (rare.uniform() < 0.0007 ? 1 : 0))
  // New pods wait for what they depend on.
  for (const deploy of DEPLOYS) restarted[deploy] = 2
  const running = replicas + OTHERS.running
  return {
    node_memory_utilization: rows((row) => 58 + 5 * at(load, row) + 0.024 * moved('memory', row) + 0.6 * at(node, row)),
    pod_cpu_usage: cpu,
    pod_memory_usage: memory,
    alt_cpu_usage: rows((row) => at(cpu, row) + 0.03 * at(cpuRead, row)),
    alt_memory_usage: rows((row) => 0.82 * at(memory, row) + 5 * MIB * at(rssNoise, row)),
    container_restart_count: restarted,
    container_restart_rate_1h: new Float64Array(ROWS),
    deployment_unavailable: rows((row) => (justDeployed(row, 2) ? 1 : 0)),
    namespace_pod_count: rows((row) => running + OTHERS.finished + jobPod(row) + (justDeployed(row, 2) ? 1 : 0)),
    pods_pending: rows((row) => (justDeployed(row, 1) ? 1 : 0)),
    pods_running: rows((row) => running + jobPod(row)),
    pods_failed: new Float64Array(ROWS),
    persistent_volume_usage: rows((row) => 42 + 0.002 * (row % (7 * PER_DAY)) + 0.15 * at(volume, row)),
    cluster_resource_quota: rows((row) => 3.5 + 0.5 * running + 0.5 * jobPod(row)),
    apiserver_request_total: rows((row) => 80 + 30 * at(load, row) + 10 * at(job, row) + 2 * at(apiRate, row)),
    apiserver_error_rate: rows((row) => Math.abs(0.1 + 0.05 * at(apiError, row))),
  }
}
