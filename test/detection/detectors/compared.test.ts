import { describe, expect, it } from 'vitest'
import { Together, unitOf } from '../../../src/detection/detectors/compared.ts'
import { numbers } from '../../fakes/windows.ts'

const next = numbers(3)
const normal = () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6)

describe('what deviations of a metric are measured in', () => {
  it('is the spread of one that moves, whatever a tenth of it did', () => {
    const sizes = Float64Array.from({ length: 4000 }, () => Math.abs(5 * normal()))
    expect(unitOf(sizes)).toBeCloseTo(5, 0)
    expect(unitOf(sizes.map((size, row) => (row % 20 === 0 ? 1000 : size)))).toBeLessThan(7)
  })

  it('makes a usual move of one that mostly stands still six times as much', () => {
    const sizes = Float64Array.from({ length: 4000 }, (_, row) => (row % 400 === 0 ? 3 : 0))
    expect(3 / (unitOf(sizes) ?? 0)).toBe(6)
  })

  it('is nothing where it never deviated, by more than rounding', () => {
    expect(unitOf([])).toBeUndefined()
    expect(unitOf([0, Number.NaN, 0])).toBeUndefined()
  })
})

describe('deviations of several metrics', () => {
  const scoreOf = (...deviations: readonly number[]) => {
    const together = new Together(1)
    for (const one of deviations) together.add(0, one)
    return together.score(0)
  }

  it('count by the two largest, in whatever order they come', () => {
    expect(scoreOf(1, 5, 2)).toBe(7)
    expect(scoreOf(5, 2, 1)).toBe(7)
    expect(scoreOf(1, 2, 5)).toBe(7)
    expect(scoreOf(3, 3)).toBe(6)
  })

  it('count for no more than is far enough, so that one metric does not say what is strange for all', () => {
    expect(scoreOf(1e9, 1)).toBe(13)
    expect(scoreOf(Number.POSITIVE_INFINITY, 1)).toBe(13)
  })

  it('are left out where they are not known', () => {
    expect(scoreOf(Number.NaN, 4, Number.NaN)).toBe(4)
    expect(scoreOf(Number.NaN)).toBeNaN()
    expect(scoreOf()).toBeNaN()
  })
})
