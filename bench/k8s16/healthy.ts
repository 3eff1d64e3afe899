import { DEPLOYS, hourOf, inBackup, PER_DAY, ROWS, weekdayOf } from './calendar.ts'
import type { Values } from './metrics.ts'
import { noiseFrom, remembered } from './noise.ts'

const MIB = 2 ** 20

/** Share of the busiest usual hour: days, quieter weekends, and on Mondays a peak. */
function loadAt(row: number): number {
  const hour = hourOf(row)
  const day = 0.55 + 0.35 * Math.sin((2 * Math.PI * (hour - 8)) / 24) + 0.08 * Math.sin((4 * Math.PI * hour) / 24)
  const weekend = weekdayOf(row) >= 5 ? 0.6 : 1
  const monday = weekdayOf(row) === 0 ? 1 + 0.6 * Math.exp(-(((hour - 9) / 0.8) ** 2)) : 1
  return day * weekend * monday
}

function deploysBefore(row: number): number {
  return DEPLOYS.filter((deploy) => row >= deploy).length
}

/** The sixteen metrics of a healthy workload of `replicas` pods: what each shows is its own, the load behind them is shared. */
export function healthy(seed: number, replicas: number): Values {
  const noise = (metric: number, memory: number) => remembered(noiseFrom(seed * 1000 + metric), ROWS, memory)
  const rows = (value: (row: number) => number) =>
    Float64Array.from({ length: ROWS }, (_, row) => Math.max(0, value(row)))
  const load = rows(loadAt)
  const at = (values: Float64Array, row: number) => values[row] ?? 0
  const cpuNoise = noise(1, 0.3)
  const memoryNoise = noise(2, 0.8)
  const [node, cpuRead, rssNoise, volume, apiRate, apiError] = [0, 3, 4, 12, 14, 15].map((metric) => noise(metric, 0.4))
  const cpu = rows(
    (row) => 2 * at(load, row) + (inBackup(row) ? 0.25 : 0) + 0.06 * deploysBefore(row) + 0.06 * at(cpuNoise, row),
  )
  const sawtooth = (row: number) => (row % 432) / 432
  const memory = rows(
    (row) =>
      (900 + 120 * at(load, row) + 25 * deploysBefore(row) + 40 * sawtooth(row) + 8 * at(memoryNoise, row)) * MIB,
  )
  const rare = noiseFrom(seed * 1000 + 5)
  const restarted = rows(() => (rare.uniform() < 0.0007 ? 1 : 0))
  for (const deploy of DEPLOYS) restarted[deploy] = 2
  return {
    node_memory_utilization: rows(
      (row) => 58 + 5 * at(load, row) + 0.6 * deploysBefore(row) + 0.6 * at(node ?? load, row),
    ),
    pod_cpu_usage: cpu,
    pod_memory_usage: memory,
    alt_cpu_usage: rows((row) => at(cpu, row) + 0.03 * at(cpuRead ?? load, row)),
    alt_memory_usage: rows((row) => 0.82 * at(memory, row) + 5 * MIB * at(rssNoise ?? load, row)),
    container_restart_count: restarted,
    container_restart_rate_1h: new Float64Array(ROWS),
    deployment_unavailable: rows((row) => (DEPLOYS.some((deploy) => row >= deploy && row < deploy + 2) ? 1 : 0)),
    namespace_pod_count: rows((row) => replicas + 4 + (inBackup(row) ? 1 : 0)),
    pods_pending: rows((row) => (DEPLOYS.some((deploy) => row === deploy) ? 1 : 0)),
    pods_running: rows((row) => replicas + 4 + (inBackup(row) ? 1 : 0)),
    pods_failed: new Float64Array(ROWS),
    persistent_volume_usage: rows((row) => 42 + 0.002 * (row % (7 * PER_DAY)) + 0.15 * at(volume ?? load, row)),
    cluster_resource_quota: rows((row) => 3.5 + 0.5 * (replicas + 4) + (inBackup(row) ? 0.5 : 0)),
    apiserver_request_total: rows(
      (row) => 80 + 30 * at(load, row) + (inBackup(row) ? 10 : 0) + 2 * at(apiRate ?? load, row),
    ),
    apiserver_error_rate: rows((row) => Math.abs(0.1 + 0.05 * at(apiError ?? load, row))),
  }
}
