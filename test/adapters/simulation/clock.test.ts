import { describe, expect, it } from 'vitest'
import { simulatedClock } from '../../../src/adapters/simulation/index.ts'
import { manualClock } from '../../fakes/manual-clock.ts'

describe('the simulated clock', () => {
  it('runs as many times as fast as the wall as it was told', () => {
    let wallMs = 5000
    const clock = simulatedClock({ epochMs: 1_000_000, startedWallMs: 5000, speed: 60, wall: () => wallMs })
    expect(clock.now()).toBe(1_000_000)
    wallMs += 1000
    expect(clock.now()).toBe(1_060_000)
  })

  it('shows the same time to every process that knows the start', () => {
    const start = { epochMs: 0, startedWallMs: 100, speed: 7 }
    const early = simulatedClock({ ...start, wall: () => 350 })
    const late = simulatedClock({ ...start, wall: () => 350 })
    expect(late.now()).toBe(early.now())
  })

  it('sleeps world time, not wall time', async () => {
    const clock = simulatedClock({ epochMs: 0, startedWallMs: Date.now(), speed: 100_000 })
    const before = Date.now()
    await clock.sleep(600_000)
    expect(Date.now() - before).toBeLessThan(3000)
  })

  it.each([true, false])('wakes at once when the signal aborts (already aborted: %s)', async (already) => {
    const clock = simulatedClock({ epochMs: 0, startedWallMs: Date.now(), speed: 1 })
    const abort = new AbortController()
    if (already) abort.abort()
    const sleeping = clock.sleep(3_600_000, abort.signal)
    abort.abort()
    await expect(sleeping).resolves.toBeUndefined()
  })

  it.each([0, -1, Number.NaN, Infinity])('refuses the speed %s', (speed) => {
    expect(() => simulatedClock({ epochMs: 0, startedWallMs: 0, speed })).toThrow(RangeError)
  })
})

describe('the manual clock', () => {
  it('wakes sleepers when their time has come, not before', async () => {
    const clock = manualClock(1000)
    const woken: number[] = []
    const sleeping = clock.sleep(500).then(() => woken.push(clock.now()))
    clock.advance(499)
    await Promise.resolve()
    expect(woken).toEqual([])
    clock.advance(1)
    await sleeping
    expect(woken).toEqual([1500])
  })
})
