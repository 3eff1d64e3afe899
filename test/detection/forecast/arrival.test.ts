import { describe, expect, it } from 'vitest'
import { arrivalOf } from '../../../src/detection/index.ts'
import { numbers } from '../../fakes/windows.ts'

const STEP = 600_000
const DAY = 86_400_000
const PER_DAY = DAY / STEP

function rising(days: number, perDay: number, seed = 1) {
  const next = numbers(seed)
  const values = Float64Array.from(
    { length: days * PER_DAY },
    (_, row) => 10 + (perDay * row) / PER_DAY + 0.2 * (next() - 0.5),
  )
  return { startMs: 0, stepMs: STEP, values }
}

describe('the arrival at a limit', () => {
  it('is where a steady rise meets it', () => {
    const series = rising(4, 5)
    const found = arrivalOf(series, 40, 0.9)
    if (!found.rising) throw new Error(found.why)
    expect(found.atMs / DAY).toBeCloseTo(6, 0)
    expect(found.earliestMs).toBeLessThanOrEqual(found.atMs)
    expect(found.latestMs).toBeGreaterThanOrEqual(found.atMs)
    expect(found.growth.perDay).toBeCloseTo(5, 0)
  })

  it('is seen within hours where a slow series begins to fill fast', () => {
    const { startMs, stepMs, values } = rising(10, 0)
    const fast = values.map((value, row) => (row < values.length - 48 ? value : value + (row - values.length + 48) / 2))
    const found = arrivalOf({ startMs, stepMs, values: fast }, 50, 0.9)
    if (!found.rising) throw new Error(found.why)
    expect(found.atMs - 10 * DAY).toBeLessThan(DAY / 2)
  })

  it('is not said of what falls, stands, or begins anew', () => {
    expect(arrivalOf(rising(6, -1), 40, 0.9)).toEqual({ rising: false, why: 'steady' })
    expect(arrivalOf(rising(6, 0), 40, 0.9)).toEqual({ rising: false, why: 'steady' })
    const { startMs, stepMs, values } = rising(6, 3)
    const cleaned = values.map((value, row) => (row < values.length - 2 * PER_DAY ? value : 10))
    expect(arrivalOf({ startMs, stepMs, values: cleaned }, 40, 0.9)).toEqual({ rising: false, why: 'steady' })
  })

  it('is not believed further ahead than four times as long as the rise was seen', () => {
    expect(arrivalOf(rising(4, 0.5), 1000, 0.9)).toEqual({ rising: false, why: 'steady' })
  })

  it('is there already at the limit', () => {
    expect(arrivalOf(rising(4, 5), 20, 0.9)).toEqual({ rising: false, why: 'reached' })
  })

  it.each([
    ['no sample', new Float64Array(500).fill(Number.NaN)],
    ['an hour', rising(1, 5).values.slice(0, 6)],
    ['nothing', new Float64Array(0)],
  ])('is not known of %s', (_, values) => {
    expect(arrivalOf({ startMs: 0, stepMs: STEP, values }, 1000, 0.9)).toEqual({
      rising: false,
      why: 'too-little-data',
    })
  })
})
