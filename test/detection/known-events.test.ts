import { describe, expect, it } from 'vitest'
import { changesOf, isSettling, settled } from '../../src/detection/index.ts'
import { betaMean, type Finding, laneOf, type Series, voteShareOf } from '../../src/domain/index.ts'
import { answersOf, cart, cartApp, MINUTE, NOW, series } from '../fakes/series.ts'

const lane = laneOf(cart)
const HOUR = 60 * MINUTE
const changedAgo = (...all: readonly Series[]) => {
  const at = changesOf(answersOf(...all)).get(lane)
  return at === undefined ? undefined : (NOW - at) / MINUTE
}

describe('changes of a workload', () => {
  it.each([
    ['a limit that was raised', series('memory-limit', cartApp, (ago) => (ago > 30 ? 32 : 64), { minutes: 60 }), 30],
    [
      'replicas that were scaled twice',
      series('replicas-desired', cart, (ago) => (ago > 40 ? 1 : ago > 10 ? 2 : 3), { minutes: 60 }),
      10,
    ],
    [
      'a sample that is missing on the way',
      series('cpu-limit', cartApp, (ago) => (ago === 20 ? Number.NaN : ago > 20 ? 1 : 2), { minutes: 60 }),
      19,
    ],
    ['a limit that stays', series('memory-limit', cartApp, () => 32, { minutes: 60 }), undefined],
    ['use, which is no declaration', series('cpu-usage', cartApp, (ago) => ago, { minutes: 60 }), undefined],
    ['an image that came', series('running-image', cartApp, (ago) => (ago > 15 ? Number.NaN : 1), { minutes: 60 }), 15],
    ['an image that was there all along', series('running-image', cartApp, () => 1, { minutes: 60 }), undefined],
  ])('%s', (_, one, ago) => {
    expect(changedAgo(one)).toBe(ago)
  })
})

describe('a finding on a workload that has changed', () => {
  const finding = (beganAgo: number): Finding => ({
    subject: cart,
    failure: 'Anomaly',
    by: { votes: [], share: voteShareOf(1, 1) },
    confidence: betaMean(1, 1),
    startMs: NOW - beganAgo,
    lastMs: NOW,
    evidence: [],
    data: 'complete',
  })

  it.each([
    ['that began with the change', HOUR, HOUR, true],
    ['that the exporter of the change saw late', HOUR + 5 * MINUTE, HOUR, true],
    ['that was there before', 2 * HOUR, HOUR, false],
    ['that lasts beyond the time it takes to settle', 3 * HOUR, 3 * HOUR, false],
  ])('%s', (_, beganAgo, changedAgoMs, settling) => {
    expect(isSettling(finding(beganAgo), NOW - changedAgoMs, NOW)).toBe(settling)
  })

  it('is told where nothing has changed', () => {
    expect(isSettling(finding(HOUR), undefined, NOW)).toBe(false)
  })
})

describe('alarms of rows', () => {
  const STEP = 10 * MINUTE
  const grid = { startMs: NOW, stepMs: STEP }
  const alarms = Float64Array.of(0, 1, 1, 0, 0, 1, 1, Number.NaN, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)

  it('are silent for two hours where a change brought them, and told where they were there before', () => {
    const quiet = settled(alarms, grid, [NOW + 5 * STEP])
    expect([...quiet.subarray(0, 5)]).toEqual([0, 1, 1, 0, 0])
    expect([...quiet.subarray(5, 18)]).toEqual([0, 0, Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect([...quiet.subarray(18)]).toEqual([1, 1])
    expect(settled(alarms, grid, [NOW + 10 * STEP])).toEqual(alarms)
    expect(settled(alarms, grid, [])).toEqual(alarms)
  })
})
