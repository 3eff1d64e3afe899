import { describe, expect, it } from 'vitest'
import { occasions } from '../../../src/detection/detectors/clusters.ts'
import { numbers } from '../../fakes/windows.ts'

const MINUTE = 60_000
const next = numbers(7)
const quiet = Float64Array.from({ length: 1000 }, next)
const high = (scores: Float64Array) => scores.filter((score) => score > 1).length
const withFailures = (rows: number, every: number) =>
  quiet.map((score, row) => (row % every < rows ? 10 + score : score))

describe('occasions in a history', () => {
  // A high row that happens to come just before a failure makes it two.
  it('are one for a failure of half an hour, by its highest', () => {
    const kept = occasions(withFailures(6, 200), 5 * MINUTE, 1)
    expect(high(withFailures(6, 200))).toBe(30)
    expect(high(kept)).toBeGreaterThanOrEqual(5)
    expect(high(kept)).toBeLessThanOrEqual(7)
    expect(Math.max(...kept)).toBe(Math.max(...withFailures(6, 200)))
  })

  it('are as many half hours as it lasts', () => {
    expect(high(occasions(withFailures(24, 500), 5 * MINUTE, 1))).toBe(8)
  })

  it('are one for six hours of several metrics', () => {
    const long = withFailures(72, 1000)
    expect(high(occasions(long, 5 * MINUTE, 1))).toBe(12)
    expect(high(occasions(long, 5 * MINUTE, 2))).toBe(1)
    expect(Math.max(...occasions(long, 5 * MINUTE, 2))).toBe(Math.max(...long))
  })

  it('are all rows where a row is as long', () => {
    expect(occasions(withFailures(6, 200), 60 * MINUTE, 1)).toEqual(withFailures(6, 200))
  })

  it('leave out what is not known, and nothing that is usual', () => {
    const spoilt = withFailures(6, 200).map((score, row) => (row % 7 === 3 ? Number.NaN : score))
    const kept = occasions(spoilt, 5 * MINUTE, 1)
    expect(kept.every(Number.isFinite)).toBe(true)
    expect(kept.filter((score) => score < 0.8).length).toBe(spoilt.filter((score) => score < 0.8).length)
    expect(occasions([], 5 * MINUTE, 1)).toEqual(new Float64Array(0))
  })
})
