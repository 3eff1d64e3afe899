import { describe, expect, it } from 'vitest'
import { afterOutcomes } from '../../src/detection/index.ts'
import { measuredConfidence, SINGLE_MODEL_CEILING } from '../../src/domain/index.ts'

const adjusted = (calibrated: number, verified: number, refuted: number): number =>
  afterOutcomes(measuredConfidence(calibrated), { verified, refuted })

describe('the confidence of a model after outcomes', () => {
  it('is what was calibrated where there are none', () => {
    for (const calibrated of [0, 0.41, 0.79, 0.93, 1]) expect(adjusted(calibrated, 0, 0)).toBeCloseTo(calibrated, 12)
  })

  it('is the mean of a Beta in which what was calibrated weighs ten outcomes', () => {
    expect(adjusted(0.62, 3, 1)).toBeCloseTo((6.2 + 3) / 14, 12)
    expect(adjusted(0.5, 0, 10)).toBeCloseTo(0.25, 12)
  })

  it('never falls with what is verified, nor rises with what is refuted', () => {
    for (const calibrated of [0.05, 0.4, 0.7, 0.95])
      for (let count = 0; count < 50; count += 1) {
        expect(adjusted(calibrated, count + 1, 3)).toBeGreaterThanOrEqual(adjusted(calibrated, count, 3))
        expect(adjusted(calibrated, 3, count + 1)).toBeLessThanOrEqual(adjusted(calibrated, 3, count))
      }
  })

  it('is lifted to no more than one model may have, however often it was right', () => {
    expect(adjusted(0.41, 1000, 0)).toBe(SINGLE_MODEL_CEILING)
    expect(adjusted(0.9, 1000, 0)).toBe(0.9)
    expect(adjusted(0.9, 0, 5)).toBeCloseTo(0.6, 12)
  })
})
