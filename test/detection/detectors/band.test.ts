import { describe, expect, it } from 'vitest'
import { type Band, bandOf, WIDE } from '../../../src/detection/detectors/band.ts'
import { bandRows, Deviations } from '../../../src/detection/detectors/deviations.ts'
import type { Window } from '../../../src/detection/window.ts'
import { numbers, PER_DAY, windowWith } from '../../fakes/windows.ts'

const WEEK = 7 * PER_DAY
const rows = 3 * WEEK + 2 * PER_DAY
const upTo = 3 * WEEK

/** Of a row: the hour of its day, 0 to 24, and its day, 0 is the first. */
const hourOf = (row: number) => ((row % PER_DAY) / PER_DAY) * 24
const dayOf = (row: number) => Math.floor(row / PER_DAY)

/** A metric with noise, and what `more` adds to it, its band of three weeks and its deviations of the two days after them. */
function metric(more: (row: number) => number, change: (row: number) => number = () => 0) {
  const next = numbers(5)
  const values = Float64Array.from({ length: rows }, (_, row) => 10 + next() + more(row) + change(row))
  const window = windowWith({ 'cpu-usage': values })
  const band = known(bandOf({ values: values.slice(0, upTo), startMs: window.startMs, stepMs: window.stepMs }))
  return { window, values, band, deviations: deviationsOf(band, window, values, [upTo, rows]) }
}

type Rows = readonly [from: number, to: number]

function deviationsOf(band: Band, window: Window, values: Float64Array, rows: Rows): Float64Array {
  return new Deviations(window, rows).of(band, values)
}

function excessOf(band: Band, window: Window, values: Float64Array, rows: Rows): Float64Array {
  return new Deviations(window, rows).excess(band, values)
}

function known(band: Band | undefined): Band {
  if (band === undefined) throw new Error('nothing ever moved')
  return band
}

/** A band is as wide as 1.5 deviations on either side; a little beyond it is nothing. */
const USUAL = 3.5
const largest = (deviations: Float64Array) => deviations.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
const job = (row: number) => (hourOf(row) >= 2 && hourOf(row) < 2.5 ? 20 : 0)

describe('what a metric usually is at its time', () => {
  it('holds a job of the night, whose length differs from night to night', () => {
    const lasting = (row: number) => (hourOf(row) >= 2 && hourOf(row) < 2.3 + 0.1 * (dayOf(row) % 4) ? 20 : 0)
    expect(largest(metric(lasting).deviations)).toBeLessThan(USUAL)
  })

  it('does not hold the same at another time, nor more of it', () => {
    const noon = (row: number) => (row >= upTo && hourOf(row) >= 12 && hourOf(row) < 12.5 ? 20 : 0)
    expect(largest(metric(job, noon).deviations)).toBeGreaterThan(12)
    const twice = (row: number) => (row >= upTo ? job(row) : 0)
    expect(largest(metric(job, twice).deviations)).toBeGreaterThan(12)
  })

  it('holds what a day of the week has, where two weeks had it', () => {
    const first = (row: number) => (dayOf(row) % 7 === 0 && Math.abs(hourOf(row) - 9) < 1 ? 15 : 0)
    expect(largest(metric(first).deviations)).toBeLessThan(USUAL)
    const once = (row: number) => (row < WEEK || row >= upTo ? first(row) : 0)
    expect(largest(metric(once).deviations)).toBeGreaterThan(10)
  })

  it('is left by as much as the deviation is beyond it, also where few samples are there', () => {
    const noon = (row: number) => (row >= upTo && hourOf(row) >= 12 && hourOf(row) < 12.5 ? 20 : 0)
    const { band, window, values } = metric(job, noon)
    const holed = values.map((value, row) =>
      row % 7 === 0 || (row > upTo && row % PER_DAY > 150) ? Number.NaN : value,
    )
    const silent = values.map((value, row) => (row < upTo ? Number.NaN : value))
    for (const samples of [values, holed, silent])
      for (let from = upTo; from + 40 <= rows; from += 13) {
        const deviations = deviationsOf(band, window, samples, [from, from + 40])
        const excess = deviations.map((one) => Math.sign(one) * Math.max(0, Math.abs(one) - WIDE) + 0)
        expect(excessOf(band, window, samples, [from, from + 40]).map((one) => one + 0)).toEqual(excess)
      }
  })

  it('is not widened by an incident of a day', () => {
    const usual = metric(() => 0).band
    const spoilt = metric((row) => (dayOf(row) === 10 ? 100 : 0)).band
    const widest = ({ day, range }: Band) =>
      Math.max(...day.high.map((high, slot) => (high - (day.low[slot] ?? 0)) * range))
    expect(widest(spoilt)).toBeLessThan(1.2 * widest(usual))
  })

  it('is nothing where samples differ by no more than rounding, or by more than a number can say', () => {
    const of = (value: (row: number) => number) =>
      bandOf({ values: Float64Array.from({ length: 500 }, (_, row) => value(row)), startMs: 0, stepMs: 300_000 })
    expect(of(() => 3)).toBeUndefined()
    expect(of((row) => 1e9 + (row % 2))).toBeUndefined()
    expect(of((row) => (row % 2 === 0 ? 1 : -1) * Number.MAX_VALUE)).toBeUndefined()
    expect(of(() => Number.NaN)).toBeUndefined()
  })

  it('of a metric that mostly stands still counts a usual move for three deviations', () => {
    const values = Float64Array.from({ length: rows }, (_, row) => (row % 1000 === 7 ? 1 : 0))
    values[upTo + 50] = 2
    values[upTo + 200] = 1
    const window = windowWith({ 'cpu-usage': values })
    const band = known(bandOf({ values: values.slice(0, upTo), startMs: window.startMs, stepMs: window.stepMs }))
    const deviations = deviationsOf(band, window, values, [upTo, rows])
    expect(deviations[50]).toBeCloseTo(1.5 + 6, 3)
    expect(deviations[200]).toBeCloseTo(1.5 + 3, 3)
  })
})

describe('how far a metric is from what is usual', () => {
  it('is nothing again half a day after its level was shifted for good, and at once when it goes back', () => {
    const shift = (row: number) => (row >= upTo && row < upTo + PER_DAY ? 30 : 0)
    const { deviations } = metric(() => 0, shift)
    expect(Math.min(...deviations.subarray(0, PER_DAY / 3))).toBeGreaterThan(10)
    expect(largest(deviations.subarray(0.6 * PER_DAY, PER_DAY))).toBeLessThan(USUAL)
    expect(largest(deviations.subarray(PER_DAY))).toBeLessThan(USUAL)
  })

  it('looks at no later row, and at so many earlier ones', () => {
    const { window, values, band, deviations } = metric(job)
    const short = deviationsOf(band, window, values, [upTo, upTo + 30])
    expect(short).toEqual(deviations.slice(0, 30))
    const forgotten = values.slice()
    forgotten.fill(1e6, 0, upTo + 30 - bandRows(window.stepMs))
    expect(deviationsOf(band, window, forgotten, [upTo + 30, rows])).toEqual(deviations.slice(30))
  })

  it('is not known where there is no sample', () => {
    const { window, values, band } = metric(job)
    const holed = values.map((value, row) =>
      row === upTo + 3 ? Number.NaN : row === upTo + 4 ? Number.POSITIVE_INFINITY : value,
    )
    const deviations = deviationsOf(band, window, holed, [upTo, rows])
    expect([...deviations.subarray(2, 6)].map(Number.isNaN)).toEqual([false, true, true, false])
  })

  it('is not known without a sample either where no two days had anything in common', () => {
    const values = Float64Array.from({ length: 2 * PER_DAY + 40 }, (_, row) => 1.01 ** row)
    const window = windowWith({ 'memory-working-set': values })
    const from = 2 * PER_DAY
    const band = known(bandOf({ values: values.slice(0, from), startMs: window.startMs, stepMs: window.stepMs }))
    expect(band.day.low.some((low, slot) => low > (band.day.high[slot] ?? low))).toBe(true)
    const holed = values.map((value, row) => (row >= from && row % 3 === 1 ? Number.NaN : value))
    const missing = [...holed.subarray(from)].map(Number.isNaN)
    expect([...deviationsOf(band, window, holed, [from, holed.length])].map(Number.isNaN)).toEqual(missing)
    expect([...excessOf(band, window, holed, [from, holed.length])].map(Number.isNaN)).toEqual(missing)
  })

  it('is known of a history of hours too, by all of it', () => {
    const next = numbers(2)
    const values = Float64Array.from({ length: 100 }, (_, row) => next() + (row === 90 ? 50 : 0))
    const window = windowWith({ 'cpu-usage': values })
    const band = known(bandOf({ values: values.slice(0, 60), startMs: window.startMs, stepMs: window.stepMs }))
    const deviations = deviationsOf(band, window, values, [60, 100])
    expect(deviations.every(Number.isFinite)).toBe(true)
    expect(deviations.indexOf(Math.max(...deviations))).toBe(30)
  })
})
