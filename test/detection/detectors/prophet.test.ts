import { describe, expect, it } from 'vitest'
import { prophet, prophetWith } from '../../../src/detection/detectors/prophet.ts'
import { type Detector, NO_ENGINES, tailOf, tailProbability, type Window } from '../../../src/detection/index.ts'
import { realEngines } from '../../fakes/engines.ts'
import { size } from '../../fakes/size.ts'
import { FIVE_MINUTES, healthyWindow, numbers, PER_DAY, windowWith, withChanged } from '../../fakes/windows.ts'

const engines = await realEngines()
const HOUR = 12

/** Only the CPU of a healthy workload: a day, a quieter weekend, a peak each Monday from 8 to 10. */
function cpuOf<Id extends string>(window: Window<Id>): Window<Id> {
  return { ...window, columns: window.columns.filter(({ signal }) => signal === 'cpu-usage') }
}

function tailsOf(detector: Detector, window: Window, upTo: number): Float64Array {
  const input = { window, upTo, seed: 1, engines }
  const fit = detector.fit(input)
  if (!fit.fitted) throw new Error(`not fitted: ${fit.why}`)
  const tail = tailOf(detector.heldOut(input))
  return detector
    .score(fit.model, window, upTo, Math.min(window.length, upTo + PER_DAY))
    .map((score) => tailProbability(tail, score))
}

const alarms = (tails: Float64Array) => tails.filter((tail) => tail < 0.003).length

describe('prophet and the week', () => {
  const upTo = 28 * PER_DAY
  const window = cpuOf(healthyWindow(3, 29))

  it('has learned the peak of Mondays, and stays silent at the next', { timeout: 60_000 }, () => {
    const tails = tailsOf(prophet, window, upTo)
    // The blocks of a fit are half an hour long: the edges of a square peak lie within them.
    expect(alarms(tails.subarray(8 * HOUR + 3, 10 * HOUR - 3))).toBe(0)
    expect(alarms(tails.subarray(7.5 * HOUR, 10.5 * HOUR))).toBeLessThanOrEqual(2)
    expect(alarms(tails)).toBeLessThan(6)
  })

  it('fires when the same peak comes at night', { timeout: 60_000 }, () => {
    const night = withChanged(window, 'cpu-usage', upTo + 2 * HOUR, upTo + 4 * HOUR, (value) => value + 0.3 * 0.8)
    const tails = tailsOf(prophet, night, upTo)
    expect(alarms(tails.subarray(2 * HOUR, 4 * HOUR))).toBeGreaterThan(HOUR)
  })
})

describe('prophet and missing samples', () => {
  it('knows how long a new level has lasted where some of its samples are missing', () => {
    const next = numbers(4)
    const [shift, upTo] = [90, 102]
    const values = Float64Array.from({ length: 110 }, (_, row) => (row < shift ? 7 : 100 + 4 * next()))
    const window = windowWith({ 'cpu-usage': values }, { stepMs: 3_600_000 })
    const holed = [93, 97].reduce((one, row) => withChanged(one, 'cpu-usage', row, row + 1, () => Number.NaN), window)
    const scoresOf = (of: Window) => {
      const fit = prophet.fit({ window: of, upTo, seed: 1, engines })
      return fit.fitted ? [...prophet.score(fit.model, window, upTo, 110)] : []
    }
    const scores = scoresOf(window)
    expect(scores).toHaveLength(8)
    for (const [row, score] of scoresOf(holed).entries()) expect(score).toBeLessThanOrEqual(1.2 * (scores[row] ?? 0))
  })
})

describe('prophet and the day', () => {
  /** Ten days of a peak from 9 to 11 by the clock of Zurich, over the change to summer time on 29 March 2026. */
  const START = Date.UTC(2026, 2, 20)
  const rows = 11 * PER_DAY
  const next = numbers(9)
  const zurich = Float64Array.from({ length: rows }, (_, row) => {
    const atMs = START + row * FIVE_MINUTES
    const hour = ((atMs + (atMs >= Date.UTC(2026, 2, 29, 1) ? 2 : 1) * 3_600_000) / 3_600_000) % 24
    return 1 + 2 * Math.exp(-(((hour - 10) / 1.5) ** 2)) + 0.1 * next()
  })
  const window = windowWith({ 'cpu-usage': zurich }, { startMs: START })
  const upTo = 9 * PER_DAY

  it('follows the clock of its zone over the change to summer time', { timeout: 60_000 }, () => {
    const local = prophetWith({ timeZone: 'Europe/Zurich', excluded: [] })
    const fit = local.fit({ window, upTo, seed: 1, engines })
    const utc = prophet.fit({ window, upTo, seed: 1, engines })
    if (!fit.fitted || !utc.fitted) throw new Error('not fitted')
    const highest = (scores: Float64Array) => Math.max(...scores)
    const followed = highest(local.score(fit.model, window, upTo, upTo + PER_DAY))
    expect(highest(prophet.score(utc.model, window, upTo, upTo + PER_DAY))).toBeGreaterThan(3 * followed)
  })

  it('does not learn from what is excluded', { timeout: 60_000 }, () => {
    const from = 4 * PER_DAY
    const to = 5 * PER_DAY
    const odd = withChanged(window, 'cpu-usage', from, to, (value) => value * 3)
    const range = { fromMs: START + from * FIVE_MINUTES, toMs: START + to * FIVE_MINUTES }
    const without = prophetWith({ timeZone: 'UTC', excluded: [range] })
    const holed = withChanged(window, 'cpu-usage', from, to, () => Number.NaN)
    const [told, never] = [
      without.fit({ window: odd, upTo, seed: 1, engines }),
      without.fit({ window: holed, upTo, seed: 1, engines }),
    ]
    if (!told.fitted || !never.fitted) throw new Error('not fitted')
    expect(told.model.columns[0]?.curve).toEqual(never.model.columns[0]?.curve)
  })

  it('gets used to a level that shifted, two days later', { timeout: 60_000 }, () => {
    const cpu = cpuOf(healthyWindow(5, 18))
    const shifted = withChanged(cpu, 'cpu-usage', 14 * PER_DAY, 18 * PER_DAY, (value) => value + 0.3)
    expect(alarms(tailsOf(prophet, shifted, 14 * PER_DAY).subarray(0, 6 * HOUR))).toBeGreaterThan(HOUR)
    expect(alarms(tailsOf(prophet, shifted, 17 * PER_DAY))).toBeLessThan(0.1 * PER_DAY)
  })
})

describe('prophet on hostile input', () => {
  const kinds: readonly ((next: () => number, row: number) => number)[] = [
    (next) => next(),
    () => 0,
    (_, row) => row,
    (next) => (next() < 0.5 ? Number.NaN : next()),
    (next) => (next() < 0.02 ? Number.POSITIVE_INFINITY : next()),
    (next) => (next() < 0.05 ? 1e300 : next()),
    (next) => (next() < 0.01 ? 1 : 0),
    (_, row) => (row % 2 === 0 ? -1e-300 : 1e-300),
    (_, row) => (row % 100) * 1e6,
  ]

  it('scores are finite, not negative, or not given', { timeout: 120_000 }, () => {
    for (let seed = 0; seed < size(18, 900); seed += 1) {
      const next = numbers(seed)
      const rows = 10 + Math.floor(next() * 700)
      const kind = kinds[seed % kinds.length] ?? (() => 0)
      const values = Float64Array.from({ length: rows }, (_, row) => kind(next, row))
      const window = windowWith({ 'cpu-usage': values }, { stepMs: [60_000, 300_000, 3_600_000][seed % 3] ?? 60_000 })
      const upTo = Math.floor(0.7 * rows)
      const input = { window, upTo, seed: 1, engines }
      const fit = prophet.fit(input)
      if (!fit.fitted) continue
      const scores = [...prophet.score(fit.model, window, upTo, rows), ...prophet.heldOut(input)]
      expect(
        scores.filter((score) => !(Number.isNaN(score) || (score >= 0 && score < Number.POSITIVE_INFINITY))),
      ).toEqual([])
    }
  })

  it('abstains where no library is loaded', () => {
    const window = cpuOf(healthyWindow(1, 4))
    expect(prophet.fit({ window, upTo: 3 * PER_DAY, seed: 1, engines: NO_ENGINES })).toEqual({
      fitted: false,
      why: 'failed',
    })
  })
})
