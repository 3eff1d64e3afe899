import { describe, expect, it } from 'vitest'
import { afterDeploy, DEPLOYS, FAULTS_FROM, inBackup, inMondayPeak, PER_DAY, ROWS } from '../../bench/k8s16/calendar.ts'
import { FAULT_KINDS } from '../../bench/k8s16/faults.ts'
import { k8s16 } from '../../bench/k8s16/generate.ts'
import { METRICS } from '../../bench/k8s16/metrics.ts'

const one = k8s16(42)
const mean = (values: Float64Array, rows: (row: number) => boolean) => {
  const chosen = values.filter((value, row) => Number.isFinite(value) && rows(row))
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length
}
const clean = (row: number) => row < FAULTS_FROM

describe('the sixteen metrics of a workload', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(k8s16(42)).toEqual(one)
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

  it.each(FAULT_KINDS)('show $name in every metric that it changes', ({ name, changes }) => {
    const well = new Map<string, number[]>()
    for (const fault of one.faults.filter(({ kind }) => kind === name)) {
      // The row of the worst: what grows has grown.
      const row = fault.to - 2
      for (const metric of Object.keys(changes) as (keyof typeof changes)[]) {
        const sick =
          one.window.columns.find(({ signal }) => signal === metric)?.values.subarray(fault.from, fault.to) ?? []
        const usual = METRICS.includes(metric) ? one.values[metric].slice(row - 7 * PER_DAY, row - 7 * PER_DAY + 1) : []
        well.set(metric, [...(well.get(metric) ?? []), Math.abs(Math.max(...sick) - (usual[0] ?? 0))])
      }
    }
    for (const [metric, distances] of well) expect([metric, Math.max(...distances)]).not.toEqual([metric, 0])
  })

  it('have what must not fire: a peak on Mondays, a job at night, levels that a deploy shifts, counters that begin anew', () => {
    const { pod_cpu_usage: cpu, container_restart_count: counter, pod_memory_usage: memory } = one.values
    const at = (weekday: number) => (row: number) => clean(row) && inMondayPeak(row - weekday * PER_DAY)
    expect(mean(cpu, at(0))).toBeGreaterThan(1.15 * mean(cpu, at(2)))
    expect(mean(cpu, (row) => clean(row) && inBackup(row))).toBeGreaterThan(
      0.1 + mean(cpu, (row) => clean(row) && inBackup(row - 9)),
    )
    const [first = 0] = DEPLOYS
    expect(mean(memory, (row) => clean(row) && row >= first)).toBeGreaterThan(
      10 * 2 ** 20 + mean(memory, (row) => row < first),
    )
    expect(mean(one.values.container_restart_rate_1h, (row) => clean(row) && afterDeploy(row))).toBeGreaterThan(0)
    expect(counter.some((value, row) => value < (counter[row - 1] ?? 0))).toBe(true)
    const added = one.window.columns.find(({ signal }) => signal === 'container_restart_count')?.values
    expect(added?.every((value) => !(value < 0))).toBe(true)
  })
})
