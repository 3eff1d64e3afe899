import { describe, expect, it } from 'vitest'
import { tailOf, tailProbability } from '../../../src/detection/detectors/tail.ts'
import { numbers } from '../../fakes/windows.ts'

const uniform = (seed: number, count: number) => {
  const next = numbers(seed)
  return Array.from({ length: count }, () => next())
}
const exponential = (seed: number, count: number) => uniform(seed, count).map((u) => -Math.log(1 - u))

describe('the tail of calibration scores', () => {
  it.each([
    ['exponential', exponential, (p: number) => -Math.log(p)],
    ['uniform', uniform, (p: number) => 1 - p],
  ])('is right to a factor of two for %s scores', (_, make, scoreOf) => {
    const tail = tailOf(make(5, 2000))
    for (const probability of [0.2, 0.02, 0.005]) {
      const found = tailProbability(tail, scoreOf(probability))
      expect(found / probability).toBeGreaterThan(0.5)
      expect(found / probability).toBeLessThan(2)
    }
  })

  it('reaches beyond what was seen', () => {
    const tail = tailOf(exponential(5, 500))
    expect(tailProbability(tail, 10)).toBeLessThan(1 / 500)
  })

  it('never falls as the score falls, and is never nothing', () => {
    const tail = tailOf(exponential(6, 500))
    const tails = Array.from({ length: 200 }, (_, at) => tailProbability(tail, at / 10))
    for (let at = 1; at < tails.length; at += 1) expect(tails[at]).toBeLessThanOrEqual((tails[at - 1] ?? 0) + 1e-2)
    expect(Math.min(...tails)).toBeGreaterThan(0)
  })

  it('is by rank where there are few scores', () => {
    expect(tailProbability(tailOf([1, 2, 3, 4]), 5)).toBeCloseTo(1 / 5)
    expect(tailProbability(tailOf([1, 2, 3, 4]), 2)).toBeCloseTo(4 / 5)
  })

  it('knows nothing unusual without any score', () => {
    expect(tailProbability(tailOf([]), 1)).toBe(1)
  })

  it('leaves out what is not finite', () => {
    expect(tailOf([1, Number.NaN, 2]).sorted).toEqual(Float64Array.from([1, 2]))
    expect(tailProbability(tailOf([1, 2]), Number.NaN)).toBeNaN()
  })
})
