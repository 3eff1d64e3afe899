import { describe, expect, it } from 'vitest'
import {
  afterDeploy,
  DEPLOYS,
  FAULTS_FROM,
  inMondayPeak,
  inNightlyJob,
  PER_DAY,
  ROWS,
} from '../../bench/k8s16/calendar.ts'
import { FAULT_KINDS } from '../../bench/k8s16/faults.ts'
import { k8s16 } from '../../bench/k8s16/generate.ts'
import { METRICS, type Metric } from '../../bench/k8s16/metrics.ts'

const one = k8s16(42)
const isMetric = (name: string): name is Metric => METRICS.some((metric) => metric === name)
const mean = (values: Float64Array, rows: (row: number) => boolean) => {
  const chosen = values.filter((value, row) => Number.isFinite(value) && rows(row))
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length
}
const bytesOf = (values: Float64Array) => Buffer.from(values.buffer)
const clean = (row: number) => row < FAULTS_FROM

describe('the sixteen metrics of a workload', () => {
  it('are the same for the same seed, and others for another', () => {
    const again = k8s16(42)
    expect([again.faults, again.gaps]).toEqual([one.faults, one.gaps])
    for (const metric of METRICS)
      expect(Buffer.compare(bytesOf(again.values[metric]), bytesOf(one.values[metric]))).toBe(0)
    expect(k8s16(43).values.pod_cpu_usage).not.toEqual(one.values.pod_cpu_usage)
  })

  it('are sixteen on one grid, finite but where a scrape failed, and never negative', () => {
    expect([METRICS.length, one.window.columns.length, one.window.length]).toEqual([16, 16, ROWS])
    const missing = (row: number) => one.gaps.some(({ from, to }) => row >= from && row < to)
    for (const metric of METRICS)
      for (const [row, value] of one.values[metric].entries())
        if (missing(row) ? !Number.isNaN(value) : !(value >= 0)) throw new Error(`${metric} ${row}: ${value}`)
  })

  it('hold at least nine kinds of labelled faults, apart from each other, from deploys and from the clean weeks', () => {
    expect(new Set(one.faults.map((fault) => fault.kind)).size).toBeGreaterThanOrEqual(9)
    expect(one.faults).toHaveLength(FAULT_KINDS.reduce((sum, kind) => sum + kind.times, 0))
    for (const [at, fault] of one.faults.entries()) {
      expect(fault.from).toBeGreaterThan(Math.max(FAULTS_FROM, one.faults[at - 1]?.to ?? 0))
      expect(DEPLOYS.some((deploy) => fault.from <= deploy && deploy < fault.to)).toBe(false)
    }
  })

  it.each(FAULT_KINDS)('show $name in each metric that it changes, and in its own rows only', (kind) => {
    const without = k8s16(42, []).values
    const { values, faults } = k8s16(42, [kind])
    const sick = (row: number) => faults.some(({ from, to }) => row >= from && row < to)
    for (const metric of Object.keys(kind.changes).filter(isMetric)) {
      const differs = [...values[metric].keys()].filter((row) => values[metric][row] !== without[metric][row])
      const known = differs.filter((row) => Number.isFinite(values[metric][row]))
      expect(known.filter(sick).length).toBeGreaterThan(0)
      if (metric !== 'container_restart_count') expect(known.filter((row) => !sick(row))).toEqual([])
    }
  })

  it('have what must not fire: a peak on Mondays, a job at night, levels that a deploy shifts, counters that begin anew', () => {
    const { pod_cpu_usage: cpu, container_restart_count: counter, pod_memory_usage: memory } = one.values
    const at = (weekday: number) => (row: number) => clean(row) && inMondayPeak(row - weekday * PER_DAY)
    expect(mean(cpu, at(0))).toBeGreaterThan(1.15 * mean(cpu, at(2)))
    const inJob = (row: number) => clean(row) && inNightlyJob(row) && inNightlyJob(row + 10)
    expect(mean(cpu, inJob)).toBeGreaterThan(0.15 + mean(cpu, (row) => inJob(row + 6)))
    const [first = 0] = DEPLOYS
    const shift =
      mean(memory, (row) => row >= first && row < first + 144) -
      mean(memory, (row) => row >= first - 144 && row < first)
    expect(Math.abs(shift)).toBeGreaterThan(10 * 2 ** 20)
    expect(mean(one.values.container_restart_rate_1h, (row) => clean(row) && afterDeploy(row))).toBeGreaterThan(0)
    expect(counter.some((value, row) => value < (counter[row - 1] ?? 0))).toBe(true)
    const added = one.window.columns.find(({ signal }) => signal === 'container_restart_count')?.values
    expect(added?.every((value) => !(value < 0))).toBe(true)
  })
})
