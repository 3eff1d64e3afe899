import { describe, expect, it } from 'vitest'
import { expectedAt, hourProfile } from '../../../src/detection/index.ts'
import { MONDAY } from '../../fakes/windows.ts'

const HOUR = 3_600_000
/** 0.8 on Monday from 9 to 10, 0.5 at 9 on other days, else 0.2. */
const usual = (at: number): number => (at % 168 === 9 ? 0.8 : at % 24 === 9 ? 0.5 : 0.2)
const weeks = (count: number) => Float64Array.from({ length: Math.round(168 * count) }, (_, at) => usual(at))

describe('what is expected at an hour of the week', () => {
  it('is the mean of that hour, drawn towards the present level', () => {
    const profile = hourProfile(weeks(4), MONDAY, HOUR)
    expect(expectedAt(profile, 0, 9, 0.2)).toBeCloseTo((4 * 0.8 + 2 * 0.2) / 6, 12)
    expect(expectedAt(profile, 1, 9, 0.2)).toBeCloseTo((4 * 0.5 + 2 * 0.2) / 6, 12)
    expect(expectedAt(profile, 6, 3, 0.2)).toBeCloseTo(0.2, 12)
  })

  it('is drawn less the more weeks were seen', () => {
    const [one, many] = [hourProfile(weeks(1), MONDAY, HOUR), hourProfile(weeks(20), MONDAY, HOUR)]
    expect(expectedAt(one, 0, 9, 0.2)).toBeCloseTo((0.8 + 2 * 0.2) / 3, 12)
    expect(expectedAt(many, 0, 9, 0.2)).toBeGreaterThan(0.74)
  })

  it('is that of the same hour on other days where the day was never seen', () => {
    const profile = hourProfile(weeks(2 / 7), MONDAY, HOUR)
    const seen = 2 / 7
    expect(expectedAt(profile, 5, 9, 0.2)).toBeCloseTo((seen * 0.65 + 2 * 0.2) / (seen + 2), 12)
  })

  it('is the present level where nothing was seen', () => {
    expect(expectedAt(hourProfile(new Float64Array(0), MONDAY, HOUR), 3, 12, 0.37)).toBe(0.37)
    const gaps = weeks(4).fill(Number.NaN)
    expect(expectedAt(hourProfile(gaps, MONDAY, HOUR), 3, 12, 0.37)).toBe(0.37)
  })

  it('counts an hour once, however often it was sampled', () => {
    const fine = Float64Array.from({ length: 168 * 12 }, (_, at) => usual(Math.floor(at / 12)))
    const [often, once] = [hourProfile(fine, MONDAY, HOUR / 12), hourProfile(weeks(1), MONDAY, HOUR)]
    expect(expectedAt(often, 0, 9, 0.2)).toBeCloseTo(expectedAt(once, 0, 9, 0.2), 12)
  })

  it('is not cut off above what the nodes have, and never below nothing', () => {
    const profile = hourProfile(new Float64Array(168 * 4).fill(1.4), MONDAY, HOUR)
    expect(expectedAt(profile, 2, 2, 1.4)).toBeCloseTo(1.4, 12)
  })

  it('begins its weeks on Monday, before 1970 too', () => {
    const before = Date.UTC(1969, 11, 1)
    expect(new Date(before).getUTCDay()).toBe(1)
    const profile = hourProfile(weeks(4), before, HOUR)
    expect(expectedAt(profile, 0, 9, 0.2)).toBeCloseTo(0.6, 12)
  })
})
