import { describe, expect, it } from 'vitest'
import { leakOf } from '../../../src/detection/index.ts'
import { numbers } from '../../fakes/windows.ts'

const STEP = 300_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const PER_DAY = DAY / STEP

/** Memory in MiB, from 100, that grows by so much a day of each life; lives begin at these rows. */
function growing(days: number, perDay: number, begins: readonly number[] = [], seed = 1) {
  const next = numbers(seed)
  let life = 0
  const values = Float64Array.from({ length: days * PER_DAY }, (_, row) => {
    life = begins.includes(row) ? 0 : life + 1
    return 100 + (perDay * life) / PER_DAY + 2 * (next() - 0.5)
  })
  return { startMs: 0, stepMs: STEP, values }
}

const asked = { begins: [], limit: 200, coverage: 0.9 }

describe('a leak', () => {
  it('is told with the moment at which it meets the limit', () => {
    const found = leakOf({ ...asked, memory: growing(2, 25) })
    if (!found.rising) throw new Error(found.why)
    expect(found.atMs / DAY).toBeCloseTo(4, 0)
    expect(found.earliestMs).toBeLessThan(found.atMs)
    expect(found.latestMs).toBeGreaterThan(found.atMs)
    expect(found.growth.perDay).toBeCloseTo(25, 0)
  })

  it('is seen in a life that began after an end by the limit, which bends a line over both', () => {
    const begin = 1.5 * PER_DAY
    const found = leakOf({ ...asked, memory: growing(2, 60, [begin]), begins: [begin] })
    if (!found.rising) throw new Error(found.why)
    // Half a day into a life of 100 / 60 days.
    expect((found.atMs - 2 * DAY) / DAY).toBeCloseTo(100 / 60 - 0.5, 1)
  })

  it('is told of a life of minutes where the two before it leaked', () => {
    const begins = [PER_DAY, 2 * PER_DAY - 3]
    const found = leakOf({ ...asked, memory: growing(2, 90, begins), begins })
    if (!found.rising) throw new Error(found.why)
    expect((found.atMs - 2 * DAY) / DAY).toBeCloseTo(100 / 90, 1)
  })

  it('is not what follows the load, and is where the load is flat', () => {
    const { startMs, stepMs, values } = growing(0.5, 0)
    const load = values.map((_, row) => 100 + row)
    const following = { startMs, stepMs, values: values.map((value, row) => value + 0.3 * row) }
    expect(leakOf({ ...asked, memory: following, load })).toEqual({ rising: false, why: 'steady' })
    expect(leakOf({ ...asked, memory: following, load: load.fill(100) }).rising).toBe(true)
  })

  it('is not a cache that has filled', () => {
    const { startMs, stepMs, values } = growing(1, 0)
    const filled = values.map((value, row) => value + 60 * (1 - Math.exp(-row / 40)))
    expect(leakOf({ ...asked, memory: { startMs, stepMs, values: filled } })).toEqual({ rising: false, why: 'steady' })
  })

  it('is not told of what falls or stands', () => {
    expect(leakOf({ ...asked, memory: growing(2, 0) })).toEqual({ rising: false, why: 'steady' })
    expect(leakOf({ ...asked, memory: growing(2, -20) })).toEqual({ rising: false, why: 'steady' })
  })

  it('has come to its end at the limit', () => {
    expect(leakOf({ ...asked, memory: growing(2, 25), limit: 120 })).toEqual({ rising: false, why: 'reached' })
  })

  it.each([
    ['no sample', new Float64Array(500).fill(Number.NaN)],
    ['half an hour', growing(1, 50).values.slice(0, 6)],
    ['nothing', new Float64Array(0)],
  ])('is not known of %s', (_, values) => {
    const found = leakOf({ ...asked, memory: { startMs: 0, stepMs: STEP, values } })
    expect(found).toEqual({ rising: false, why: 'too-little-data' })
  })

  it('is told in spite of samples that are missing', () => {
    const next = numbers(3)
    const { startMs, stepMs, values } = growing(2, 25)
    const holes = values.map((value) => (next() < 0.3 ? Number.NaN : value))
    const found = leakOf({ ...asked, memory: { startMs, stepMs, values: holes } })
    expect(found.rising && found.atMs / DAY).toBeCloseTo(4, 0)
  })
})
