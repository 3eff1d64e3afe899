import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arima } from '../../../src/detection/detectors/arima.ts'
import { NO_ENGINES, type Window } from '../../../src/detection/index.ts'
import { realEngines } from '../../fakes/engines.ts'
import { size } from '../../fakes/size.ts'
import { healthyWindow, numbers, PER_DAY, windowWith, withChanged } from '../../fakes/windows.ts'

const engines = await realEngines()
const input = (window: Window, upTo: number) => ({ window, upTo, seed: 1, engines })

function judged(window: Window, upTo: number, to = window.length): Float64Array {
  const outcome = arima.fit(input(window, upTo))
  if (!outcome.fitted) throw new Error(`not fitted: ${outcome.why}`)
  return arima.score(outcome.model, window, upTo, to)
}

const UP_TO = 3 * PER_DAY
const noise = (length: number, seed = 1) => Float64Array.from({ length }, numbers(seed))
const one = (values: ArrayLike<number>, stepMs?: number) =>
  windowWith({ 'cpu-usage': values }, stepMs === undefined ? {} : { stepMs })

function rank(scores: Float64Array, row: number): number {
  return scores.filter((score) => score > (scores[row] ?? Number.NaN)).length
}

describe('ARIMA', () => {
  it('finds one odd sample the strangest of a day', () => {
    const window = withChanged(one(noise(4 * PER_DAY)), 'cpu-usage', UP_TO + 50, UP_TO + 51, (value) => value + 3)
    expect(rank(judged(window, UP_TO), 50)).toBe(0)
  })

  it('finds a plateau strange from its first row, and is used to it with the next fit', () => {
    const window = withChanged(one(noise(5 * PER_DAY)), 'cpu-usage', UP_TO + 50, 5 * PER_DAY, (value) => value + 5)
    const scores = judged(window, UP_TO, UP_TO + 72)
    const usual = Math.max(...scores.subarray(0, 50))
    expect(scores[50]).toBeGreaterThan(5 * usual)
    expect(Math.max(...judged(window, UP_TO + 72))).toBeLessThan(2 * usual)
  })

  it('judges the errors of two minutes together where samples come faster', () => {
    const rows = 2000
    const window = withChanged(one(noise(rows), 60_000), 'cpu-usage', 1500, 1501, (value) => value + 9)
    const scores = judged(window, 1000)
    for (const row of [500, 501]) expect(rank(scores, row)).toBeLessThan(2)
    expect(rank(scores, 502)).toBeGreaterThan(1)
  })

  it('judges the first rows after a fit with the errors before it', () => {
    const window = withChanged(one(noise(2000), 60_000), 'cpu-usage', 999, 1000, (value) => value + 9)
    expect(judged(window, 1000)[0]).toBeGreaterThan(5)
    expect(judged(window, 1000)[1]).toBeLessThan(3)
  })

  it('gives the same scores in one go and row by row', () => {
    const window = withChanged(one(noise(4 * PER_DAY), 60_000), 'cpu-usage', UP_TO + 20, UP_TO + 30, () => Number.NaN)
    const outcome = arima.fit(input(window, UP_TO))
    if (!outcome.fitted) throw new Error(outcome.why)
    const whole = arima.score(outcome.model, window, UP_TO, window.length)
    for (let row = UP_TO; row < window.length; row += 37)
      expect(arima.score(outcome.model, window, row, row + 1)[0]).toBe(whole[row - UP_TO])
  })

  it('is no stranger for an anomaly in what it was fitted on', () => {
    const sick = withChanged(one(noise(4 * PER_DAY)), 'cpu-usage', UP_TO - 60, UP_TO - 54, (value) => value + 40)
    const clean = judged(one(noise(4 * PER_DAY)), UP_TO)
    const afterSick = judged(sick, UP_TO)
    expect(Math.max(...afterSick) / Math.max(...clean)).toBeLessThan(1.5)
    expect(Math.max(...afterSick) / Math.max(...clean)).toBeGreaterThan(0.6)
  })

  it('sees one sick metric of many', () => {
    const healthy = healthyWindow(3, 4)
    const sick = withChanged(healthy, 'latency-p99', UP_TO + 30, UP_TO + 32, (value) => value * 4)
    expect(rank(judged(sick, UP_TO), 30)).toBeLessThan(2)
  })

  it('is not alarmed by a metric that is lost, nor by one that appears', () => {
    const healthy = healthyWindow(3, 4)
    const outcome = arima.fit(input(healthy, UP_TO))
    if (!outcome.fitted) throw new Error(outcome.why)
    const before = arima.score(outcome.model, healthy, UP_TO, healthy.length)
    const fewer = { ...healthy, columns: healthy.columns.slice(1) }
    const lost = arima.score(outcome.model, fewer, UP_TO, healthy.length)
    expect(lost.every((score, row) => score <= (before[row] ?? 0))).toBe(true)
    const more = {
      ...healthy,
      columns: [...healthy.columns, ...windowWith({ restarts: noise(healthy.length) }).columns],
    }
    expect(arima.score(outcome.model, more, UP_TO, healthy.length)).toEqual(before)
    const none = { ...healthy, columns: [] }
    expect(arima.score(outcome.model, none, UP_TO, healthy.length).every(Number.isNaN)).toBe(true)
  })

  it('takes the first sample after a long gap for where the level is now, and judges the ones after it', () => {
    const later = withChanged(one(noise(4 * PER_DAY)), 'cpu-usage', UP_TO + 100, 4 * PER_DAY, (value) => value + 50)
    const gap = withChanged(later, 'cpu-usage', UP_TO + 20, UP_TO + 100, () => Number.NaN)
    const scores = judged(gap, UP_TO)
    expect(scores.subarray(20, 101).every(Number.isNaN)).toBe(true)
    expect(Math.max(...scores.subarray(101))).toBeLessThan(3 * Math.max(...scores.subarray(0, 20)))
  })

  it('expects less of the sample after a short gap, and injects no alarm', () => {
    const walk = (() => {
      let at = 0
      return noise(4 * PER_DAY, 5).map((value) => {
        at += value - 0.5
        return at
      })
    })()
    const scores = judged(one(walk), UP_TO)
    const usual = Math.max(...scores)
    for (let at = 10; at < PER_DAY - 30; at += 17) {
      const holed = withChanged(one(walk), 'cpu-usage', UP_TO + at, UP_TO + at + 12, () => Number.NaN)
      expect(Math.max(...judged(holed, UP_TO).filter(Number.isFinite))).toBeLessThanOrEqual(usual * 2)
    }
  })

  it('finds a metric that grows faster and faster no stranger where samples are missing', () => {
    const growing = one(Float64Array.from({ length: 120 }, (_, row) => 1.05 ** row))
    const scores = judged(growing, 100)
    for (let at = 3; at < 18; at += 1)
      for (const gap of [1, 2, 3]) {
        const holed = withChanged(growing, 'cpu-usage', 100 + at - gap, 100 + at, () => Number.NaN)
        const then = judged(holed, 100)
        for (const row of [at, at + 1]) expect(then[row]).toBeLessThanOrEqual(1.2 * (scores[row] ?? 0))
      }
  })

  it('sees a spike right after a sample that is missing', () => {
    const spike = withChanged(one(noise(4 * PER_DAY)), 'cpu-usage', UP_TO + 50, UP_TO + 51, (value) => value + 3)
    const holed = withChanged(spike, 'cpu-usage', UP_TO + 49, UP_TO + 50, () => Number.NaN)
    expect(rank(judged(holed, UP_TO), 50)).toBe(0)
  })

  it('has something to say of a column that stood still of late and moved before', () => {
    const values = noise(4 * PER_DAY).fill(0, PER_DAY)
    values[UP_TO + 10] = 1
    const scores = judged(one(values), UP_TO)
    expect(rank(scores, 10)).toBe(0)
    expect(scores[9]).toBe(0)
  })

  it('abstains where the rows since the fit are gone', () => {
    const window = one(noise(4 * PER_DAY))
    const outcome = arima.fit(input(window, UP_TO))
    if (!outcome.fitted) throw new Error(outcome.why)
    const later = { ...window, startMs: window.startMs + (UP_TO + 5) * window.stepMs, length: 20 }
    expect(arima.score(outcome.model, later, 0, 20).every(Number.isNaN)).toBe(true)
  })

  it('says that the fit failed where no library is loaded', () => {
    const outcome = arima.fit({ ...input(one(noise(900)), 800), engines: NO_ENGINES })
    expect(outcome).toEqual({ fitted: false, why: 'failed' })
  })

  it('does with less memory where the library has no usable fit of more', () => {
    const asked: string[] = []
    const picky: typeof engines.arima = (values, order, ahead) => {
      asked.push(order.join())
      return order[0] === 1 ? undefined : engines.arima(values, order, ahead)
    }
    const outcome = arima.fit({ ...input(one(noise(900)), 800), engines: { ...engines, arima: picky } })
    expect(outcome.fitted).toBe(true)
    expect(asked).toEqual(['1,1,1', '0,1,1'])
  })

  it('is not fitted on ten points', () => {
    expect(arima.fit(input(one(noise(10)), 10))).toEqual({ fitted: false, why: 'too-little-data' })
    expect(arima.heldOut(input(one(noise(10)), 10)).every(Number.isNaN)).toBe(true)
  })
})

/** A series that the world might give: of any size, with holes, jumps, repeats and resets. */
const hostile = fc
  .record({
    length: fc.integer({ min: 10, max: 300 }),
    exponent: fc.integer({ min: -300, max: 300 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    kind: fc.constantFrom('noise', 'counter', 'still', 'steps', 'spikes', 'exponential'),
    holes: fc.array(fc.tuple(fc.nat(300), fc.nat(80), fc.constantFrom(Number.NaN, Infinity, -Infinity)), {
      maxLength: 4,
    }),
  })
  .map(({ length, exponent, seed, kind, holes }) => {
    const next = numbers(seed)
    const values = Float64Array.from({ length }, (_, row) => {
      if (kind === 'noise') return next() - 0.5
      if (kind === 'counter') return (row % 70) * 3 + next()
      if (kind === 'still') return 1
      if (kind === 'steps') return Math.floor(row / 40) % 3
      if (kind === 'spikes') return next() < 0.03 ? 1 : 0
      return 1.1 ** row
    }).map((value) => value * 10 ** exponent)
    for (const [at, long, hole] of holes) values.fill(hole, at, at + long)
    return values
  })

describe('ARIMA on hostile series', () => {
  it('gives finite scores or none, twice the same, and no score from a sample that is not there', {
    timeout: 120_000,
  }, () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(60_000, 300_000, 3_600_000), (values, stepMs) => {
        const window = one(values, stepMs)
        const upTo = Math.floor(values.length * 0.7)
        const held = arima.heldOut(input(window, upTo))
        expect(held).toHaveLength(upTo)
        const outcome = arima.fit(input(window, upTo))
        if (!outcome.fitted) return
        const scores = arima.score(outcome.model, window, upTo, window.length)
        expect(arima.score(structuredClone(outcome.model), window, upTo, window.length)).toEqual(scores)
        for (const score of [...scores, ...held])
          expect(Number.isNaN(score) || (Number.isFinite(score) && score >= 0)).toBe(true)
        for (const [at, score] of scores.entries()) if (!Number.isFinite(values[upTo + at])) expect(score).toBeNaN()
      }),
      { numRuns: size(150, 3000), seed: 5 },
    )
  })
})

describe('the cost of ARIMA', () => {
  it('scores at least 200,000 points a second and core, apart from fits', { timeout: 60_000 }, () => {
    const window = one(noise(60_000), 60_000)
    const outcome = arima.fit(input(window, 1000))
    if (!outcome.fitted) throw new Error(outcome.why)
    arima.score(outcome.model, window, 1000, 5000)
    const begun = process.cpuUsage()
    arima.score(outcome.model, window, 1000, window.length)
    const spent = process.cpuUsage(begun)
    const perSecond = (window.length - 1000) / ((spent.user + spent.system) / 1e6)
    console.log(`arima: ${Math.round(perSecond)} points scored a second and core`)
    expect(perSecond).toBeGreaterThan(200_000)
  })

  it('keeps no memory of its fits', { timeout: 120_000 }, () => {
    const fits = size(200, 2000)
    const window = healthyWindow(1, 3)
    const once = () => arima.fit(input({ ...window, columns: window.columns.slice(0, 1) }, 2 * PER_DAY))
    const run = (count: number) => {
      for (let done = 0; done < count; done += 1) if (!once().fitted) throw new Error('not fitted')
    }
    run(fits / 2)
    const before = process.memoryUsage().rss
    const begun = process.cpuUsage()
    run(fits)
    const spent = process.cpuUsage(begun)
    const grown = (process.memoryUsage().rss - before) / 2 ** 20
    const perSecond = fits / ((spent.user + spent.system) / 1e6)
    console.log(`arima: ${Math.round(perSecond)} fits a second and core; ${fits} fits added ${grown.toFixed(1)} MB`)
    expect(grown).toBeLessThan(48)
  })
})
