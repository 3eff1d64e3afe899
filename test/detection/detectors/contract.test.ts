import { describe, expect, it } from 'vitest'
import { detectors } from '../../../src/detection/index.ts'
import { healthyWindow, PER_DAY, windowWith, withChanged } from '../../fakes/windows.ts'

const DAYS = 15
const rows = DAYS * PER_DAY
const healthy = healthyWindow(1, DAYS)
const untilMs = healthy.startMs + (14 * PER_DAY - 1) * healthy.stepMs
const fromMs = untilMs + healthy.stepMs
const flat = windowWith({
  'cpu-usage': new Float64Array(rows).fill(0.3),
  'memory-working-set': new Float64Array(rows).fill(2e8),
})

describe.each(detectors)('$id as a detector', (detector) => {
  const judged = (window: typeof healthy, seed = 7) => {
    const fit = detector.fit(window, untilMs, seed)
    if (!fit.fitted) throw new Error(`not fitted: ${fit.why}`)
    return detector.score(fit.model, window, fromMs)
  }

  it('gives the same scores for the same seed', () => {
    expect(judged(healthy)).toEqual(judged(healthy))
  })

  it('gives other scores for another seed', () => {
    expect(judged(healthy, 8).scores).not.toEqual(judged(healthy, 7).scores)
  })

  it('gives a score and a tail of 0 to 1 for every row from the asked moment on', () => {
    const { startMs, stepMs, scores, tails } = judged(healthy)
    expect([startMs, stepMs, scores.length, tails.length]).toEqual([fromMs, healthy.stepMs, PER_DAY, PER_DAY])
    expect(tails.every((tail) => tail >= 0 && tail <= 1)).toBe(true)
  })

  it('says that a flat history is flat', () => {
    expect(detector.fit(flat, untilMs, 7)).toEqual({ fitted: false, why: 'flat' })
  })

  it('takes rounding for flat', () => {
    const rounding = windowWith({
      'cpu-usage': Float64Array.from({ length: rows }, (_, row) => 0.3 + (row % 2) * 1e-12),
    })
    expect(detector.fit(rounding, untilMs, 7)).toEqual({ fitted: false, why: 'flat' })
  })

  it('is silent on a column that goes on without moving', () => {
    const { tails } = judged({
      ...healthy,
      columns: [...healthy.columns, ...windowWith({ restarts: new Float64Array(rows) }).columns],
    })
    expect(tails.filter((tail) => tail < 0.003).length).toBeLessThan(5)
  })

  it.each([
    ['a few rows', healthy.startMs + 50 * healthy.stepMs],
    ['nothing before the moment', healthy.startMs - 1],
  ])('says that %s are too little', (_, upToMs) => {
    expect(detector.fit(healthy, upToMs, 7)).toEqual({ fitted: false, why: 'too-little-data' })
  })

  it('says that a history without samples is too little', () => {
    const empty = windowWith({ 'cpu-usage': new Float64Array(rows).fill(Number.NaN) })
    expect(detector.fit(empty, untilMs, 7)).toEqual({ fitted: false, why: 'too-little-data' })
  })

  it('does not judge rows whose samples are missing, and judges those after them', () => {
    const at = 14 * PER_DAY + 100
    const { tails } = judged(withChanged(healthy, 'cpu-usage', at, at + 3, () => Number.NaN))
    expect(tails[100]).toBeNaN()
    expect(tails[150]).toBeGreaterThan(0)
  })

  it('fits through missing samples of the history', () => {
    const gappy = withChanged(healthy, 'cpu-usage', 500, 560, () => Number.NaN)
    expect(judged(gappy).tails.every((tail) => tail >= 0)).toBe(true)
  })

  it('does not look at rows after the moment that it is fitted up to', () => {
    const later = withChanged(healthy, 'cpu-usage', 14 * PER_DAY, rows, (value) => value * 50)
    expect(detector.fit(later, untilMs, 7)).toEqual(detector.fit(healthy, untilMs, 7))
  })

  it('has a model that survives a structured clone', () => {
    const fit = detector.fit(healthy, untilMs, 7)
    if (!fit.fitted) throw new Error('not fitted')
    const cloned = detector.score(structuredClone(fit.model), healthy, fromMs)
    expect(cloned).toEqual(detector.score(fit.model, healthy, fromMs))
  })

  it('leaves the dice as they were', () => {
    const dice = Math.random
    detector.fit(healthy, untilMs, 7)
    expect(Math.random).toBe(dice)
  })

  it('fits and scores two weeks within five seconds', () => {
    const begun = performance.now()
    judged(healthy)
    expect(performance.now() - begun).toBeLessThan(5000)
  })
})
