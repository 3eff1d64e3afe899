import { describe, expect, it } from 'vitest'
import { mostProbable, type StanData } from '../../../src/detection/engines/posterior.ts'
import { numbers } from '../../fakes/windows.ts'

const ROWS = 200

/** A line that breaks once, a wave and noise, as the library hands them over; columns of `X` are sines and cosines. */
function data(seed: number, change: Partial<StanData> = {}): StanData {
  const next = numbers(seed)
  const t = Array.from({ length: ROWS }, (_, row) => row / (ROWS - 1))
  const X = t.map((at) => [1, 2, 3].flatMap((k) => [Math.sin(20 * k * at), Math.cos(20 * k * at)]))
  const y = t.map(
    (at, row) => 0.3 + 0.2 * at + 0.4 * Math.max(0, at - 0.5) + 0.1 * (X[row]?.[0] ?? 0) + 0.05 * (next() - 0.5),
  )
  const sigmas = [10, 10, 10, 10, 10, 10]
  return {
    y,
    t,
    X,
    t_change: [0.25, 0.5, 0.75],
    trend_indicator: 0,
    s_m: [0, 0, 0, 0, 0, 0],
    sigmas,
    tau: 0.05,
    ...change,
  }
}

/** Logarithm of the probability of parameters, from the model's definition and up to a constant. */
function logOf(given: StanData, [k, m, noise, ...rest]: readonly number[]): number {
  const [delta, beta] = [rest.slice(0, given.t_change.length), rest.slice(given.t_change.length)]
  const flat = given.trend_indicator === 2
  let sum = -(((k ?? 0) / 5) ** 2 + ((m ?? 0) / 5) ** 2) / 2 - ((noise ?? 1) / 0.5) ** 2 / 2
  for (const one of delta) sum -= Math.abs(one) / given.tau
  for (const [at, one] of beta.entries()) sum -= (one / (given.sigmas[at] ?? 1)) ** 2 / 2
  for (const [row, at] of given.t.entries()) {
    const changes = delta.reduce((more, one, index) => more + one * Math.max(0, at - (given.t_change[index] ?? 0)), 0)
    const trend = flat ? (m ?? 0) : (m ?? 0) + (k ?? 0) * at + changes
    const pattern = beta.reduce((more, one, index) => more + one * (given.X[row]?.[index] ?? 0), 0)
    const error = ((given.y[row] ?? 0) - trend - pattern) / (noise ?? 1)
    sum -= Math.log(noise ?? 1) + (error * error) / 2
  }
  return sum
}

function vectorOf(given: StanData): number[] {
  const found = mostProbable(given)
  if (found === undefined) throw new Error('no solution')
  return [found.k, found.m, found.sigmaObs, ...found.delta, ...found.beta]
}

describe('the most probable parameters', () => {
  it.each([
    ['a line that breaks', {}],
    ['no trend', { trend_indicator: 2 }],
    ['strong priors', { tau: 0.001, sigmas: [0.01, 0.01, 0.01, 0.01, 0.01, 0.01] }],
  ])('lie on a hilltop: no step in any direction climbs, %s', (_, change) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const given = data(seed, change)
      const vector = vectorOf(given)
      const top = logOf(given, vector)
      for (const [at, value] of vector.entries())
        for (const step of [1e-2, -1e-2, 1e-3, -1e-3])
          expect(logOf(given, vector.with(at, value + step))).toBeLessThan(top + 1e-3)
    }
  })

  it('are those that the values were made of', () => {
    const found = mostProbable(data(3))
    expect(found?.beta[0]).toBeCloseTo(0.1, 2)
    expect(found?.delta[1]).toBeGreaterThan(0.2)
    expect(found?.sigmaObs).toBeCloseTo(0.05 / Math.sqrt(12), 2)
    expect(found?.trend[0]).toBeCloseTo(0.3, 1)
    expect(found?.trend).toHaveLength(ROWS)
  })

  it('leave a slope out that has no trend to stand for', () => {
    const found = mostProbable(data(3, { trend_indicator: 2 }))
    expect([found?.k, ...(found?.delta ?? [])].every((one) => one === 0)).toBe(true)
  })

  it('are found where nothing is left over', () => {
    const given = data(4)
    const found = mostProbable({ ...given, y: given.t.map((at) => 0.2 + 0.5 * at) })
    expect(found?.trend.every((one, row) => Math.abs(one - 0.2 - 0.5 * (given.t[row] ?? 0)) < 0.01)).toBe(true)
  })

  it.each([
    ['grows to a limit', { trend_indicator: 1 }],
    ['has a pattern that multiplies', { s_m: [0, 1, 0, 0, 0, 0] }],
  ])('are left to the library where the model %s', (_, change) => {
    expect(mostProbable(data(1, change))).toBeUndefined()
  })
})
