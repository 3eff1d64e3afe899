import { IsolationForest } from 'ml-isolation-forest'
import { sampleRankCorrelation } from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import { scoreRow, trainForest } from '../../../src/detection/detectors/forest.ts'
import { numbers } from '../../fakes/windows.ts'

const next = numbers(3)
const rows = Array.from({ length: 600 }, () => [next() + next() + next(), next() + next(), next()])

describe('the wrapped forest', () => {
  const forest = trainForest(rows, 42)
  const scores = rows.map((row) => scoreRow(forest, row))

  it('ranks rows as the package does', () => {
    const whole = new IsolationForest({ nEstimators: 100 })
    whole.train(rows)
    expect(sampleRankCorrelation(scores, whole.predict(rows))).toBeGreaterThan(0.85)
  })

  it('gives each tree a sample of 256 rows', () => {
    expect(forest.sample).toBe(256)
    expect(forest.trees).toHaveLength(100)
  })

  it('finds a cluster of outliers, which hide each other where every tree sees all rows', () => {
    const cluster = Array.from({ length: 12 }, () => [6 + next() / 10, 5 + next() / 10, 4 + next() / 10])
    const mixed = trainForest([...rows, ...cluster], 42)
    const least = Math.min(...cluster.map((row) => scoreRow(mixed, row)))
    const inliers = rows.map((row) => scoreRow(mixed, row)).sort((a, b) => a - b)
    expect(least).toBeGreaterThan(inliers[Math.floor(0.99 * inliers.length)] ?? 1)
  })

  it('gives ordinary rows about one half or less, as the paper says', () => {
    const middle = scores.sort((a, b) => a - b)[300] ?? 1
    expect(middle).toBeLessThan(0.5)
    expect(middle).toBeGreaterThan(0.35)
  })

  it('does not judge a row with a missing sample', () => {
    expect(scoreRow(forest, [1, Number.NaN, 1])).toBeNaN()
  })

  it('puts the dice back when training fails', () => {
    const dice = Math.random
    const broken = [
      [1, 2],
      [2, 1],
    ]
    Object.defineProperty(broken[1], 0, {
      get: () => {
        throw new Error('broken row')
      },
    })
    expect(() => trainForest(broken, 1)).toThrow()
    expect(Math.random).toBe(dice)
  })
})
