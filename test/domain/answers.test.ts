import { describe, expect, it } from 'vitest'
import { indexAnswers, newestSample, oomLimitOf, sampleAt, samplesIn } from '../../src/domain/index.ts'
import { answersOf, cart, cartApp, MINUTE, NOW, series } from '../fakes/series.ts'

const cpu = series('cpu-usage', cartApp, (ago) => ago, { minutes: 5 })
const proxy = series('cpu-usage', { ...cart, container: 'proxy' }, () => 9, { minutes: 5 })
const rate = series('request-rate', cart, () => 20, { minutes: 5 })
const index = indexAnswers(answersOf(cpu, proxy, rate))

describe('the index of answers', () => {
  it('finds the series of a container', () => {
    expect(index.series('cpu-usage', cartApp)).toBe(cpu)
  })

  it("finds the workload's series for its container", () => {
    expect(index.series('request-rate', cartApp)).toBe(rate)
  })

  it('finds the series of all containers for the workload', () => {
    expect(index.all('cpu-usage', cart)).toEqual([cpu, proxy])
  })

  it.each([
    ['another workload', { ...cartApp, name: 'checkout' }],
    ['another cluster', { ...cartApp, cluster: 'test' }],
    ['another container', { ...cartApp, container: 'db' }],
  ])('finds nothing for %s', (_, subject) => {
    expect(index.all('cpu-usage', subject)).toEqual([])
  })

  it('knows no answer that was not given', () => {
    expect(index.answer('oom-killed')).toBeUndefined()
    expect(index.series('oom-killed', cartApp)).toBeUndefined()
  })
})

describe('samples', () => {
  const gappy = series('cpu-usage', cartApp, (ago) => (ago < 2 ? Number.NaN : ago), { minutes: 5 })

  it('are looked up at the last grid point before a moment', () => {
    expect(sampleAt(cpu, NOW - 90_000)).toBe(2)
  })

  it.each([NOW + MINUTE, NOW - 6 * MINUTE])('are not there outside of the range', (atMs) => {
    expect(sampleAt(cpu, atMs)).toBeNaN()
  })

  it('that are missing are left out of a span', () => {
    expect(samplesIn(gappy, NOW - 3 * MINUTE, NOW).map((one) => one.value)).toEqual([3, 2])
  })

  it('have a newest one that is finite', () => {
    expect(newestSample(gappy)).toEqual({ atMs: NOW - 2 * MINUTE, value: 2 })
    expect(newestSample(series('cpu-usage', cartApp, () => Number.NaN))).toBeUndefined()
  })
})

describe('the limit of an OOM kill', () => {
  it('is unknown without a kill', () => {
    const answers = answersOf(
      series('oom-killed', cartApp, () => 0),
      series('memory-limit', cartApp, () => 100),
    )
    expect(oomLimitOf(indexAnswers(answers), cartApp)).toBeUndefined()
  })

  it('is unknown without a limit', () => {
    expect(oomLimitOf(indexAnswers(answersOf(series('oom-killed', cartApp, () => 1))), cartApp)).toBeUndefined()
  })
})
