import { describe, expect, it } from 'vitest'
import { coarserBefore } from '../../src/detection/coarser.ts'
import {
  answers,
  askKey,
  COARSE_STEP_MS,
  DENSE_MS,
  detectors,
  FITTED_ON_MS,
  NO_ENGINES,
} from '../../src/detection/index.ts'
import { FIVE_MINUTES, numbers, windowWith } from '../fakes/windows.ts'

const DAY = 86_400_000
const ROWS = 23 * 288

function busy(rows = ROWS) {
  const random = numbers(3)
  const load = Array.from({ length: rows }, (_, row) => 5 + Math.sin((row / 288) * 2 * Math.PI) + 0.2 * random())
  return windowWith({ 'cpu-usage': load, 'request-rate': load.map((value) => 10 * value + random()) })
}

describe('a history that is coarser further back', () => {
  it('has of what is older samples at each half hour alone, as they were', () => {
    const window = busy()
    const beforeMs = window.startMs + 10 * DAY + FIVE_MINUTES
    const coarser = coarserBefore(window, beforeMs)
    for (const [at, { values }] of coarser.columns.entries())
      for (const [row, value] of values.entries()) {
        const atMs = window.startMs + row * FIVE_MINUTES
        const kept = atMs >= beforeMs || atMs % COARSE_STEP_MS === 0
        if (!Object.is(value, kept ? window.columns[at]?.values[row] : Number.NaN)) throw new Error(`row ${row}`)
      }
    expect(window.columns[0]?.values.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['nothing of it is older', busy(), 0],
    ['its grid is coarse already', { ...busy(100), stepMs: COARSE_STEP_MS }, Number.POSITIVE_INFINITY],
    ['half hours are not on its grid', { ...busy(100), stepMs: 7 * 60_000 }, Number.POSITIVE_INFINITY],
  ])('is as it was where %s', (_, window, beforeMs) => {
    expect(coarserBefore(window, beforeMs)).toBe(window)
  })

  it('gives the same fits and tails however much of it was read densely', () => {
    const window = busy()
    const endMs = window.startMs + ROWS * FIVE_MINUTES
    const forest = detectors.filter(({ id }) => id === 'isolation-forest')
    const asks = (['fit', 'tail'] as const).map((kind) => ({ model: 'isolation-forest' as const, kind, upToMs: endMs }))
    const job = { asks, seed: 1, fittedOnMs: FITTED_ON_MS, denseMs: DENSE_MS }
    const dense = answers(forest, { ...job, window }, NO_ENGINES)
    const sparse = answers(forest, { ...job, window: coarserBefore(window, endMs - DENSE_MS) }, NO_ENGINES)
    expect(dense.map(askKey)).toEqual(asks.map(askKey))
    expect(sparse).toEqual(dense)
    expect(answers(forest, { ...job, denseMs: FITTED_ON_MS, window }, NO_ENGINES)).not.toEqual(dense)
  })
})
