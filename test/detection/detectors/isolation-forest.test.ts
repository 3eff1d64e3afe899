import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifestOf, readSeries } from '../../../bench/detection/dataset.ts'
import { countOn, figuresOf } from '../../../bench/detection/figures.ts'
import { voted } from '../../../bench/detection/verdicts.ts'
import { isolationForest } from '../../../src/detection/detectors/isolation-forest.ts'
import { judged, NO_ENGINES, trackOf, type Window } from '../../../src/detection/index.ts'
import { healthyWindow, normals, numbers, PER_DAY, windowWith, withChanged } from '../../fakes/windows.ts'

/** The rate at which a single model of the bench is in alarm. */
const RATE = 0.003

/** Whether each row from `from` on is in alarm, by the forest alone. */
function alarms(window: Window, from: number): boolean[] {
  return Array.from(
    judged([isolationForest], { window, from, seed: 7, engines: NO_ENGINES }).alarms,
    (alarm) => alarm === 1,
  )
}

/** Runs of alarms, joined over gaps of up to `gap` rows. */
function runsOf(flags: readonly boolean[], gap: number): readonly (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (const [row, flag] of flags.entries()) {
    const last = runs.at(-1)
    if (!flag) continue
    if (last !== undefined && row - last[1] <= gap) last[1] = row
    else runs.push([row, row])
  }
  return runs
}

describe('the isolation forest on a healthy workload with days and Monday peaks', () => {
  it('gives no more false alarms than its alarm rate says', { timeout: 60_000 }, () => {
    let days = 0
    let runs = 0
    for (const seed of [1, 2, 3]) {
      const window = healthyWindow(seed, 21)
      runs += runsOf(alarms(window, 14 * PER_DAY), 10).length
      days += 7
    }
    console.log(`isolation forest: ${runs} false alarms in ${days} healthy days`)
    expect(runs / days).toBeLessThanOrEqual(RATE * PER_DAY)
  })

  it.each([
    ['CPU 1.6 times as high', 'cpu-usage', 1.6],
    ['twice the latency', 'latency-p99', 2],
    ['half of the requests', 'request-rate', 0.5],
    ['a fifth more memory', 'memory-working-set', 1.2],
  ] as const)('sees an hour of %s', (_, signal, factor) => {
    const at = 14 * PER_DAY + 100
    const window = withChanged(healthyWindow(4, 15), signal, at, at + 12, (value) => value * factor)
    expect(alarms(window, 14 * PER_DAY).slice(100, 114)).toContain(true)
  })

  it('gets used to a level that a deploy has shifted, a day later', () => {
    const at = 15 * PER_DAY
    const window = withChanged(healthyWindow(5, 18), 'memory-working-set', at, 18 * PER_DAY, (value) => value * 1.5)
    const flags = alarms(window, 14 * PER_DAY)
    expect(flags.slice(PER_DAY, PER_DAY + 12)).toContain(true)
    expect(flags.slice(2 * PER_DAY).filter(Boolean).length).toBeLessThan(0.1 * 2 * PER_DAY)
  })
})

const HOUR = 3_600_000

/** Hourly values with a daily wave, and of the last rows one that is far out. */
function hourly(rows: number, change: (row: number, value: number) => number = (_, value) => value): Window {
  const next = numbers(8)
  const values = Float64Array.from({ length: rows }, (_, row) =>
    change(row, 10 + Math.sin((row / 24) * 2 * Math.PI) + next() + next()),
  )
  return windowWith({ 'request-rate': values }, { stepMs: HOUR })
}

const trackFrom = (window: Window, from: number) =>
  trackOf(isolationForest, { window, from, seed: 7, engines: NO_ENGINES })

describe('the isolation forest on little and on spoilt history', () => {
  it('judges from two days of hourly samples on', () => {
    const { tails, silent } = trackFrom(hourly(80), 52)
    expect(silent).toEqual([])
    expect(tails.every((tail) => tail > 0 && tail <= 1)).toBe(true)
  })

  it('ranks a row that is far out first, whether the history holds such rows or not', () => {
    const far = (row: number, value: number) => (row === 190 ? value + 12 : value)
    const clean = trackFrom(hourly(200, far), 150)
    expect(clean.scores.indexOf(Math.max(...clean.scores))).toBe(40)
    // A seventh of the history, in two stretches.
    const spoilt = hourly(200, (row, value) =>
      (row >= 60 && row < 71) || (row >= 100 && row < 111) ? value + 8 : far(row, value),
    )
    const { scores } = trackFrom(spoilt, 150)
    expect(scores.indexOf(Math.max(...scores))).toBe(40)
  })

  it('goes on with the columns that are left when one is lost, and makes no alarm of it', () => {
    const at = 14 * PER_DAY + 50
    const whole = healthyWindow(6, 15)
    const lost = withChanged(whole, 'cpu-usage', at, whole.length, () => Number.NaN)
    const { tails } = trackFrom(lost, 14 * PER_DAY)
    expect(tails.subarray(50, 56).every(Number.isNaN)).toBe(true)
    expect(tails.subarray(60).every(Number.isFinite)).toBe(true)
    expect(tails.subarray(60).filter((tail) => tail < RATE).length).toBeLessThan(5)
  })

  it('finds a metric that only grows no stranger where a few of its samples are missing', () => {
    const next = numbers(2)
    const values = Float64Array.from({ length: 100 }, (_, row) => 1e9 + 50 * row + next())
    const window = windowWith({ 'memory-working-set': values }, { stepMs: 900_000 })
    const { scores } = trackFrom(window, 78)
    for (let row = 80; row < 95; row += 1)
      for (const gap of [1, 2, 3]) {
        const holed = withChanged(window, 'memory-working-set', row, row + gap, () => Number.NaN)
        const then = trackFrom(holed, 78).scores
        for (const at of [row + gap - 78, row + gap - 77])
          expect(then[at]).toBeLessThanOrEqual(1.05 * (scores[at] ?? 0))
      }
  })
})

describe('the isolation forest on noise of which samples are missing', () => {
  it('finds it no stranger than where none are', { timeout: 60_000 }, () => {
    const from = 400
    const rare = (seed: number, share: number) => {
      const next = numbers(9)
      const normal = normals(seed)
      const window = windowWith({ 'cpu-usage': Float64Array.from({ length: 1200 }, normal) }, { stepMs: 900_000 })
      const holed = withChanged(window, 'cpu-usage', from, window.length, (value) =>
        next() < share ? Number.NaN : value,
      )
      const tails = trackFrom(holed, from).tails.filter(Number.isFinite)
      return tails.filter((tail) => tail < 0.05).length / tails.length
    }
    const mean = (share: number) => (rare(4, share) + rare(14, share) + rare(24, share)) / 3
    expect(mean(0.3)).toBeLessThanOrEqual(1.05 * mean(0))
  })
})

const DATA = resolve(import.meta.dirname, '../../../../shared/data/anomaly-dev')

describe('the isolation forest on labelled pods of a real cluster', () => {
  const entries = manifestOf(DATA, 'k8s-onlineboutique/**')
  const present = typeof entries !== 'string'
  if (!present) console.log('skipped: ../shared/data/anomaly-dev is absent, so the recall on real pods is not measured')

  it.skipIf(!present)('meets faults, and is in alarm for a sixteenth of the time at most', { timeout: 60_000 }, () => {
    const counts = (typeof entries === 'string' ? [] : entries).map((entry) => {
      const series = readSeries(DATA, entry)
      return countOn(series, voted([trackFrom(series.window, series.from)], undefined, RATE))
    })
    const { event, inAlarm } = figuresOf(counts)
    console.log(
      `isolation forest: event recall ${event.recall.toFixed(2)} in k8s-onlineboutique, ${inAlarm.toFixed(3)} in alarm`,
    )
    expect(event.recall).toBeGreaterThanOrEqual(0.4)
    expect(inAlarm).toBeLessThanOrEqual(1 / 16)
  })
})
