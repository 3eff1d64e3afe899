import type { Window } from '../../src/detection/index.ts'
import { DEPLOYS, PER_HOUR, ROWS, START_MS, STEP_MS } from './calendar.ts'
import { FAULT_KINDS, type Fault, type FaultKind, withFaults } from './faults.ts'
import { healthy } from './healthy.ts'
import { METRICS, type Metric, type Values } from './metrics.ts'
import { noiseFrom } from './noise.ts'

const REPLICAS = 4
const GAPS = 12

export type K8s16 = {
  /** As the service reads it: a counter stands as what was added within a step. */
  readonly window: Window<Metric>
  /** As Prometheus shows them. */
  readonly values: Values
  /** 1 in the rows of a fault. */
  readonly labels: Uint8Array
  readonly faults: readonly Fault[]
  /** Rows without any sample: failed scrapes. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  /** Rows at which the counter of restarts began anew. */
  readonly resets: readonly number[]
}

/**
 * The sixteen metrics of the seed documents for one workload: 35 days at five minutes from a Monday on, the first 21 without a fault. The
 * same seed gives the same values. A row is labelled where any metric, as the service reads it, is not what it would have been without the
 * faults: the hourly rate of restarts shows a crash loop for an hour after it. It shows that the code works, not that it detects: how hard
 * it is was our choice.
 */
export function k8s16(seed: number, kinds: readonly FaultKind[] = FAULT_KINDS): K8s16 {
  const whole = laid(seed, kinds)
  const without = kinds.length === 0 ? whole : laid(seed, [])
  const labels = new Uint8Array(ROWS)
  const faults = whole.faults.map((fault) => {
    // Nothing shows a fault for longer than an hour after it.
    const rows = Array.from({ length: fault.to + PER_HOUR - fault.from }, (_, at) => fault.from + at)
    const shown = rows.filter((row) => differs(whole.window, without.window, row))
    for (const row of shown) labels[row] = 1
    return { ...fault, from: shown[0] ?? fault.from, to: (shown.at(-1) ?? fault.from) + 1 }
  })
  return { ...whole, faults, labels }
}

function differs(window: Window<Metric>, other: Window<Metric>, row: number): boolean {
  return window.columns.some(({ values }, at) => {
    const value = values[row] ?? Number.NaN
    return Number.isFinite(value) && value !== other.columns[at]?.values[row]
  })
}

function laid(seed: number, kinds: readonly FaultKind[]): Omit<K8s16, 'labels'> {
  const values = healthy(seed, REPLICAS)
  const faults = withFaults(values, noiseFrom(seed * 1000 + 98), kinds)
  const noise = noiseFrom(seed * 1000 + 99)
  const resets = asCounter(values, noise)
  const gaps = Array.from({ length: GAPS }, () => {
    const from = 200 + Math.floor(noise.uniform() * (ROWS - 400))
    return { from, to: from + 2 + Math.floor(noise.uniform() * 6) }
  })
  for (const { from, to } of gaps) for (const metric of METRICS) values[metric].fill(Number.NaN, from, to)
  const subject = { cluster: 'bench', namespace: 'shop', kind: 'Deployment', name: `k8s16-${seed}` }
  const columns = METRICS.map((signal) => ({
    signal,
    values: signal === 'container_restart_count' ? added(values[signal]) : values[signal],
    asked: signal,
  }))
  const window = { subject, startMs: START_MS, stepMs: STEP_MS, length: ROWS, columns, partial: false }
  return { window, values, faults, gaps, resets }
}

/** What a counter gained in each row; one that falls has begun anew. */
function added(counter: Float64Array): Float64Array {
  return counter.map((value, row) => {
    const before = counter[row - 1] ?? Number.NaN
    return value < before ? value : value - before
  })
}

/**
 * Restarts per row become what Prometheus shows: the hourly rate, and a counter that begins anew when its pods do, at each deploy and every
 * few days. Returns the rows in which it did.
 */
function asCounter(values: Values, noise: { uniform(): number }): readonly number[] {
  const restarts = values.container_restart_count
  const resets: number[] = []
  let inHour = 0
  let total = 0
  const counter = new Float64Array(ROWS)
  for (let row = 0; row < ROWS; row += 1) {
    const added = restarts[row] ?? 0
    inHour += added - (row >= PER_HOUR ? (restarts[row - PER_HOUR] ?? 0) : 0)
    values.container_restart_rate_1h[row] = inHour
    const replaced = noise.uniform() < 0.0008
    if (replaced || DEPLOYS.some((deploy) => deploy === row)) {
      resets.push(row)
      total = 0
    }
    total += added
    counter[row] = total
  }
  values.container_restart_count = counter
  return resets
}
