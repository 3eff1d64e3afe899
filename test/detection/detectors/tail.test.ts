import { describe, expect, it } from 'vitest'
import { tailOf, tailProbability, thinned } from '../../../src/detection/detectors/tail.ts'
import { numbers } from '../../fakes/windows.ts'

const uniform = (seed: number, count: number) => {
  const next = numbers(seed)
  return Array.from({ length: count }, () => next())
}
const exponential = (seed: number, count: number) => uniform(seed, count).map((u) => -Math.log(1 - u))
const squares = (seed: number, count: number) => exponential(seed, count).map((one) => one * one)

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

  it.each([
    ['two days of hours', 52],
    ['a week of hours', 168],
    ['two weeks of hours', 336],
  ])('keeps a rate of three in a thousand to about a factor of two on %s', (_, count) => {
    for (const make of [uniform, exponential, squares]) {
      let rare = 0
      let all = 0
      for (let seed = 1; seed <= 300; seed += 1) {
        const tail = tailOf(make(seed, count))
        for (const score of make(seed + 1000, 200)) {
          if (tailProbability(tail, score) < 0.003) rare += 1
          all += 1
        }
      }
      // Uniform scores have an end, and of that a short history shows too little.
      if (make !== uniform) expect(rare / all).toBeGreaterThan(0.0015)
      expect(rare / all).toBeLessThan(0.0065)
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

  it('tells scores apart that all lie past the end of a fit', () => {
    const tail = tailOf(uniform(7, 400))
    expect(tail.pareto?.shape).toBeLessThan(0)
    const tails = [0.99, 1, 1.05, 1.2, 1.5].map((score) => tailProbability(tail, score))
    for (let at = 1; at < tails.length; at += 1) expect(tails[at]).toBeLessThan(tails[at - 1] ?? 0)
    expect(tails.every((one) => one > 0)).toBe(true)
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

  it('is the same when it is thinned where it is rare, and nearly so where it is ordinary', () => {
    const whole = tailOf(exponential(3, 3000))
    const thin = thinned(whole)
    expect(thin.sorted.length + (thin.lower?.sorted.length ?? 0)).toBeLessThan(0.45 * whole.sorted.length)
    for (const score of exponential(4, 2000)) {
      const [exact, found] = [tailProbability(whole, score), tailProbability(thin, score)]
      if (exact < 0.4) expect(found).toBe(exact)
      else expect(Math.abs(found - exact)).toBeLessThan(0.006)
    }
    expect(tailProbability(thin, -1)).toBe(1)
  })

  it.each([0, 1, 5, 20])('is not thinned to nothing: %i scores', (count) => {
    const whole = tailOf(uniform(6, count))
    expect(thinned(whole).sorted.length).toBe(whole.sorted.length)
  })
})
