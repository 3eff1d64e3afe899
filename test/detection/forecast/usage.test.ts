import { describe, expect, it } from 'vitest'
import { usageAt } from '../../../src/detection/index.ts'
import { realEngines } from '../../fakes/engines.ts'
import { numbers } from '../../fakes/windows.ts'

const { prophet } = await realEngines()
const STEP = 1_800_000
const DAY = 86_400_000
const START = Date.UTC(2026, 0, 5)

function days(count: number, seed = 1) {
  const next = numbers(seed)
  const values = Float64Array.from(
    { length: (count * DAY) / STEP },
    (_, row) => 10 + 4 * Math.sin((2 * Math.PI * row * STEP) / DAY) + next() - 0.5,
  )
  return { startMs: START, stepMs: STEP, values }
}

const nowOf = (series: ReturnType<typeof days>) => START + (series.values.length - 1) * STEP

describe('the usage at an hour', () => {
  it('is that of the hour, with an interval that holds it', { timeout: 60_000 }, () => {
    const whole = days(10)
    const series = { ...whole, values: whole.values.slice(0, 9 * 48) }
    const moments = [2, 12, 24, 36].map((rows) => nowOf(series) + rows * STEP)
    const usage = usageAt({ series, moments, coverage: 0.9, engine: prophet })
    if (!usage.known) throw new Error(usage.why)
    expect(usage.seasonal).toBe(true)
    for (const { atMs, mean, low, high } of usage.moments) {
      const real = whole.values[(atMs - START) / STEP] ?? Number.NaN
      expect(Math.abs(mean - real)).toBeLessThan(1.5)
      expect(low).toBeLessThanOrEqual(real)
      expect(high).toBeGreaterThanOrEqual(real)
      expect(high - low).toBeLessThan(5)
    }
  })

  it('is the level of late where there is less than two days', () => {
    const series = { ...days(1), values: days(1).values.map((_, row) => 5 + (row % 2) * 0.1) }
    const usage = usageAt({ series, moments: [nowOf(series) + 2 * STEP], coverage: 0.9, engine: () => undefined })
    if (!usage.known) throw new Error(usage.why)
    expect(usage.seasonal).toBe(false)
    expect(usage.moments[0]?.mean).toBeCloseTo(5, 0)
  })

  it('is never below nought where it never was', { timeout: 60_000 }, () => {
    const next = numbers(4)
    const values = Float64Array.from({ length: 4 * 48 }, () => (next() < 0.9 ? 0 : 5 * next()))
    const series = { startMs: START, stepMs: STEP, values }
    const usage = usageAt({ series, moments: [nowOf(series) + DAY / 4], coverage: 0.9, engine: prophet })
    expect(usage.known && usage.moments.every(({ low, mean }) => low >= 0 && mean >= 0)).toBe(true)
  })

  it.each([
    ['few samples', days(1).values.slice(0, 8)],
    ['none', new Float64Array(200).fill(Number.NaN)],
  ])('is not known from %s', (_, values) => {
    const series = { startMs: START, stepMs: STEP, values }
    const usage = usageAt({ series, moments: [nowOf(series) + DAY], coverage: 0.9, engine: prophet })
    expect(usage).toEqual({ known: false, why: 'too-little-data' })
  })

  it('is not known where no fit comes to an end', () => {
    const series = days(5)
    const usage = usageAt({ series, moments: [nowOf(series) + DAY], coverage: 0.9, engine: () => undefined })
    expect(usage).toEqual({ known: false, why: 'failed' })
  })
})
