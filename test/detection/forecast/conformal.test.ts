import { describe, expect, it } from 'vitest'
import { conformalBounds } from '../../../src/detection/forecast/conformal.ts'
import { numbers } from '../../fakes/windows.ts'

describe('conformal bounds', () => {
  it('hold as many new errors as they say', () => {
    const next = numbers(3)
    const { low, high } = conformalBounds(Array.from({ length: 999 }, next), 0.9, 999)
    expect(high - low).toBeCloseTo(0.9, 1)
    expect(low).toBeCloseTo(0.05, 1)
  })

  it('reach beyond what was seen where the errors are too few for the coverage', () => {
    const { low, high } = conformalBounds([-1, 0, 2], 0.9, 3)
    expect(low).toBeLessThan(-1)
    expect(high).toBeGreaterThan(2)
  })

  it('take overlapping errors for as many as they are', () => {
    const errors = Array.from({ length: 500 }, (_, at) => Math.sin(at / 50))
    expect(conformalBounds(errors, 0.9, 4).high).toBeGreaterThan(conformalBounds(errors, 0.9, 500).high)
  })
})
