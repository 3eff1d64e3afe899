import { sampleRankCorrelation } from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import { trainByPackage } from '../../../../bench/detection/package-forest.ts'
import {
  averagePath,
  type Forest,
  type Matrix,
  scoreAt,
  trainForest,
} from '../../../../src/detection/detectors/isolation-forest/forest.ts'
import { numbers } from '../../../fakes/windows.ts'

const next = numbers(3)
const WIDTH = 3
const draw = (count: number, row: () => readonly number[]) => Array.from({ length: count }, row)
const matrixOf = (rows: readonly (readonly number[])[]): Matrix => ({
  width: WIDTH,
  rows: rows.length,
  cells: Float64Array.from(rows.flat()),
})
const scoresOf = (forest: Forest, { cells, rows }: Matrix) =>
  Array.from({ length: rows }, (_, row) => scoreAt(forest, cells, row * WIDTH))

const rows = draw(600, () => [next() + next() + next(), next() + next(), next()])
const matrix = matrixOf(rows)

describe('the forest', () => {
  const forest = trainForest(matrix, 42)
  const scores = scoresOf(forest, matrix)

  it('ranks rows as ml-isolation-forest does', () => {
    const reference = scoresOf(trainByPackage(matrix, 42), matrix)
    const own = sampleRankCorrelation(scores, scoresOf(trainForest(matrix, 43), matrix))
    const found = sampleRankCorrelation(scores, reference)
    console.log(
      `rank correlation with ml-isolation-forest ${found.toFixed(3)}, with itself of another seed ${own.toFixed(3)}`,
    )
    expect(found).toBeGreaterThan(own - 0.03)
    expect(found).toBeGreaterThan(0.9)
  })

  it('gives each of a hundred trees a sample of 256 rows', () => {
    expect(forest.sample).toBe(256)
    expect(forest.roots).toHaveLength(100)
  })

  it('finds a cluster of outliers, which would hide each other if every tree saw all rows', () => {
    const cluster = draw(12, () => [6 + next() / 10, 5 + next() / 10, 4 + next() / 10])
    const mixed = trainForest(matrixOf([...rows, ...cluster]), 42)
    const least = Math.min(...scoresOf(mixed, matrixOf(cluster)))
    const inliers = scoresOf(mixed, matrix).sort((a, b) => a - b)
    expect(least).toBeGreaterThan(inliers[Math.floor(0.99 * inliers.length)] ?? 1)
  })

  it('gives ordinary rows about one half or less, as the paper says', () => {
    const middle = [...scores].sort((a, b) => a - b)[300] ?? 1
    expect(middle).toBeLessThan(0.5)
    expect(middle).toBeGreaterThan(0.35)
  })

  it('does not split on a column that never moves', () => {
    const still = trainForest(matrixOf(rows.map(([a = 0]) => [a, 7, 7])), 42)
    expect(still.column.every((column) => column <= 0)).toBe(true)
    expect(still.column.filter((column) => column === 0).length).toBeGreaterThan(1000)
  })

  it('takes rows that are all alike for a leaf', () => {
    const alike = trainForest(matrixOf(draw(50, () => [1, 2, 3])), 42)
    expect(alike.column).toHaveLength(100)
    expect(scoreAt(alike, Float64Array.from([9, 9, 9]), 0)).toBeCloseTo(0.5)
  })

  it('takes two rows', () => {
    const two = trainForest(matrixOf([[1, 2, 3], [2, 3, 4]]), 42) // biome-ignore format: two rows
    expect(scoreAt(two, Float64Array.from([1, 2, 3]), 0)).toBeCloseTo(0.5)
  })

  it('is the same for the same seed, and another for another', () => {
    expect(trainForest(matrix, 42)).toEqual(forest)
    expect(trainForest(matrix, 43)).not.toEqual(forest)
  })
})

describe('the average path', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [256, 10.2448],
  ])('of %d rows is %d', (count, path) => expect(averagePath(count)).toBeCloseTo(path, 3))
})
