import { describe, expect, test } from 'vitest'
import { brier, errorByChance, expectedError, type Judgement } from '../../bench/detection/reliability.ts'

function judgements(pairs: readonly (readonly [p: number, real: boolean])[]): readonly Judgement[] {
  return pairs.map(([p, real]) => ({ p, real, group: 'one' }))
}

describe('what a probability was worth', () => {
  test('one that came true as often as it was said has no error', () => {
    const exact = judgements(Array.from({ length: 100 }, (_, at) => [0.5, at % 2 === 0] as const))
    expect(expectedError(exact)).toBeCloseTo(0, 10)
    expect(brier(exact)).toBeCloseTo(0.25, 10)
  })

  test('one that never came true is off by all that was said', () => {
    const wrong = judgements(Array.from({ length: 100 }, () => [0.8, false] as const))
    expect(expectedError(wrong)).toBeCloseTo(0.8, 10)
    expect(brier(wrong)).toBeCloseTo(0.64, 10)
  })

  test('chance alone moves few alarms by more than many', () => {
    const said = (count: number) => judgements(Array.from({ length: count }, () => [0.5, true] as const))
    const [few, many] = [errorByChance(said(100), 1), errorByChance(said(4000), 1)]
    // The mean distance of a share from its probability, sqrt(2 p (1 - p) / (pi n)), where n alarms fall into a bin.
    expect(few).toBeCloseTo(Math.sqrt((2 * 0.25) / (Math.PI * 10)), 2)
    expect(many).toBeCloseTo(Math.sqrt((2 * 0.25) / (Math.PI * 400)), 2)
  })
})
