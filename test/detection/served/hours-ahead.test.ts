import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Engines,
  expectedAt,
  hourProfile,
  hoursAhead,
  NO_ENGINES,
  withForecast,
} from '../../../src/detection/index.ts'
import { realEngines } from '../../fakes/engines.ts'
import { MONDAY, numbers } from '../../fakes/windows.ts'

const HOUR = 3_600_000
const WEEKS = 4

/** Work days from 9 to 17 at 0.6, else 0.2, and noise; from the third week on everything is 0.1 higher. */
function shares(seed: number): Float64Array {
  const next = numbers(seed)
  return Float64Array.from(
    { length: 168 * WEEKS + 1 },
    (_, at) => usual(at % 168) + (at >= 336 ? 0.1 : 0) + 0.02 * (next() - 0.5),
  )
}

const usual = (slot: number): number => (slot < 120 && slot % 24 >= 9 && slot % 24 < 17 ? 0.6 : 0.2)

describe('the week to come', () => {
  let engines: Engines
  beforeAll(async () => {
    engines = await realEngines()
  })

  it('is forecast with its days, and at the level of late', () => {
    const values = shares(1)
    const plain = hourProfile(values, MONDAY, HOUR)
    const ahead = hoursAhead({ startMs: MONDAY, stepMs: HOUR, values }, engines)
    expect(ahead?.means).toHaveLength(168)
    const profile = withForecast(plain, ahead)
    const error = (means: Float64Array) =>
      means.reduce((sum, mean, slot) => sum + Math.abs(mean - usual(slot) - 0.1), 0) / 168
    expect(error(profile.mean)).toBeLessThan(0.04)
    expect(error(profile.mean)).toBeLessThan(error(plain.mean))
    expect(expectedAt(profile, 2, 12, 0.7)).toBeGreaterThan(0.6)
    expect(expectedAt(profile, 2, 3, 0.3)).toBeCloseTo(0.3, 1)
  })

  it('is what each hour was on average where the history is short or no library is there', () => {
    const short = { startMs: MONDAY, stepMs: HOUR, values: shares(1).subarray(0, 5) }
    expect(hoursAhead(short, engines)).toBeUndefined()
    expect(hoursAhead({ ...short, values: shares(1) }, NO_ENGINES)).toBeUndefined()
    const plain = hourProfile(short.values, MONDAY, HOUR)
    expect(withForecast(plain, undefined)).toBe(plain)
  })

  it('has each hour in its place of the week, wherever it begins', () => {
    const plain = hourProfile(new Float64Array(0), MONDAY, HOUR)
    const fromMs = MONDAY + 30 * HOUR
    const means = Array.from({ length: 168 }, (_, at) => (31 + at) % 168)
    expect([...withForecast(plain, { fromMs, means }).mean]).toEqual(Array.from({ length: 168 }, (_, slot) => slot))
  })
})
