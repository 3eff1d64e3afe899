import { describe, expect, it } from 'vitest'
import { trendOf } from '../../../src/detection/index.ts'
import { numbers } from '../../fakes/windows.ts'

const HOUR = 3_600_000

function line(count: number, slope: number, noise: number, seed = 1) {
  const next = numbers(seed)
  const moments = Array.from({ length: count }, (_, row) => row * HOUR)
  return { moments, values: moments.map((atMs) => 5 + slope * atMs + noise * (next() - 0.5)) }
}

describe('a trend', () => {
  it('is the slope of a line, its level and what it explains', () => {
    const trend = trendOf(line(50, 2 / HOUR, 0), 0.9)
    expect((trend?.slope ?? 0) * HOUR).toBeCloseTo(2)
    expect((trend?.level ?? 0) - 2 * ((trend?.aroundMs ?? 0) / HOUR)).toBeCloseTo(5)
    expect(trend?.explained).toBeCloseTo(1)
    expect(trend?.chance).toBeLessThan(1e-4)
  })

  it('is not bent by a fifth of odd samples', () => {
    const { moments, values } = line(100, 1 / HOUR, 1)
    const odd = values.map((value, row) => (row % 5 === 4 ? value + 1000 : value))
    expect((trendOf({ moments, values: odd }, 0.9)?.slope ?? 0) * HOUR).toBeCloseTo(1, 0)
  })

  it('is by chance where there is only noise, about as often as it says', () => {
    const chances = Array.from({ length: 200 }, (_, seed) => trendOf(line(60, 0, 1, seed + 1), 0.9)?.chance ?? 0)
    const rare = chances.filter((chance) => chance < 0.1).length / chances.length
    expect(rare).toBeGreaterThan(0.02)
    expect(rare).toBeLessThan(0.16)
  })

  it('has an interval that holds the real slope', () => {
    const held = Array.from({ length: 100 }, (_, seed) => trendOf(line(60, 0.1 / HOUR, 5, seed + 1), 0.9)).filter(
      (trend) => trend !== undefined && trend.low * HOUR <= 0.1 && trend.high * HOUR >= 0.1,
    )
    expect(held.length).toBeGreaterThan(80)
  })

  it.each([
    ['few points', line(7, 1, 0)],
    ['one moment', { moments: new Array<number>(20).fill(5), values: new Array<number>(20).fill(1) }],
  ])('is not there in %s', (_, points) => {
    expect(trendOf(points, 0.9)).toBeUndefined()
  })

  it('is none where nothing moves', () => {
    expect(trendOf(line(50, 0, 0), 0.9)).toMatchObject({ slope: 0, chance: 1 })
  })
})
