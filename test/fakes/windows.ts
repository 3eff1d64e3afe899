import type { Window } from '../../src/detection/index.ts'
import type { SignalId, Subject } from '../../src/domain/index.ts'

export const FIVE_MINUTES = 300_000
export const PER_DAY = 288
/** A Monday, midnight UTC. */
export const MONDAY = Date.UTC(2026, 0, 5)

const subject: Subject = { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }

/** Numbers in [0, 1) of a linear congruential generator: for test data only. */
export function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

/** Normal numbers, by the sum of twelve uniform ones. */
export function normals(seed: number): () => number {
  const next = numbers(seed)
  return () => {
    let sum = -6
    for (let at = 0; at < 12; at += 1) sum += next()
    return sum
  }
}

export function windowWith(
  columns: Readonly<Partial<Record<SignalId, ArrayLike<number>>>>,
  options: { startMs?: number; stepMs?: number } = {},
): Window<SignalId> {
  const list = Object.entries(columns).map(([signal, values]) => ({
    signal: signal as SignalId, // keys of a record by signal
    values: Float64Array.from(values),
    asked: `ask(${signal})`,
  }))
  return {
    subject,
    startMs: options.startMs ?? MONDAY,
    stepMs: options.stepMs ?? FIVE_MINUTES,
    length: list[0]?.values.length ?? 0,
    columns: list,
    partial: false,
  }
}

/** What the peak of a Monday adds to the load, which is about 1. */
export const PEAK = 0.8

/** A healthy workload at five minutes: days, quieter weekends, a peak each Monday from 8 to 10, and noise with memory. `more` is load on top. */
export function healthyWindow(seed: number, days: number, more = (_row: number) => 0): Window<SignalId> {
  const normal = normals(seed)
  const rows = days * PER_DAY
  const rate = new Float64Array(rows)
  const cpu = new Float64Array(rows)
  const memory = new Float64Array(rows)
  const latency = new Float64Array(rows)
  let drift = 0
  let held = 0
  for (let row = 0; row < rows; row += 1) {
    const hour = (row % PER_DAY) / 12
    const day = Math.floor(row / PER_DAY) % 7
    drift = 0.7 * drift + 0.03 * normal()
    held = 0.98 * held + 0.01 * normal()
    const peak = (day === 0 && hour >= 8 && hour < 10 ? PEAK : 0) + more(row)
    const load = 1 + 0.5 * Math.sin(((hour - 8) / 24) * 2 * Math.PI) + peak + drift - (day >= 5 ? 0.2 : 0)
    rate[row] = 100 * load * (1 + 0.03 * normal())
    cpu[row] = 0.3 * load * (1 + 0.05 * normal()) + 0.02
    memory[row] = 2e8 * (1 + 0.1 * load + held)
    latency[row] = 0.1 * (1 + 0.1 * load ** 2) * Math.exp(0.08 * normal())
  }
  return windowWith({ 'memory-working-set': memory, 'cpu-usage': cpu, 'request-rate': rate, 'latency-p99': latency })
}

/** The same window with the values of one column changed in [from, to). */
export function withChanged(
  window: Window<SignalId>,
  signal: SignalId,
  from: number,
  to: number,
  change: (value: number, row: number) => number,
): Window<SignalId> {
  const columns = window.columns.map((column) =>
    column.signal === signal
      ? { ...column, values: column.values.map((value, row) => (row >= from && row < to ? change(value, row) : value)) }
      : column,
  )
  return { ...window, columns }
}
