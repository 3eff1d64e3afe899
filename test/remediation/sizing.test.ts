import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuWanted, memoryWanted, oomStep, scaleDown, scaleUp, stepBound } from '../../src/remediation/sizing.ts'

const MI = 1024 ** 2

describe('the scale of memory', () => {
  it.each([
    [1, 32],
    [32, 32],
    [33, 48],
    [65, 96],
    [100, 128],
    [129, 192],
    [1500, 1536],
    [1537, 2048],
  ])('%iMi rounds up to %iMi', (from, to) => {
    expect(scaleUp(from * MI)).toBe(to * MI)
  })

  it.each([
    [31, undefined],
    [32, 32],
    [47, 32],
    [95, 64],
    [200, 192],
  ])('%iMi rounds down to %s', (from, to) => {
    expect(scaleDown(from * MI)).toBe(to === undefined ? undefined : to * MI)
  })

  it('rounds up to the least value that is not below', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 * 1024 * MI }), (bytes) => {
        const up = scaleUp(bytes)
        return up >= bytes && (up === 32 * MI || (scaleDown(up - 1) ?? 0) < bytes)
      }),
    )
  })
})

describe('the OOM step', () => {
  it.each([
    [10, 128],
    [32, 128],
    [64, 192],
    [96, 192],
    [128, 256],
    [200, 512],
    [512, 1024],
  ])('goes from %iMi to %iMi', (from, to) => {
    expect(oomStep(from * MI)).toBe(to * MI)
  })

  it('reaches any need in few steps', () => {
    let limit = 32 * MI
    for (let step = 0; step < 6; step += 1) limit = oomStep(limit)
    expect(limit).toBeGreaterThanOrEqual(4096 * MI)
  })
})

describe('the memory wanted', () => {
  it('is 15 % above a peak that was reached above the limit of the kill', () => {
    expect(memoryWanted(128 * MI, 300 * MI)).toEqual({ bytes: 384 * MI, by: 'peak' })
  })

  it.each([[undefined], [20 * MI], [32 * MI]])('is a step where the peak %s says nothing', (peak) => {
    expect(memoryWanted(32 * MI, peak)).toEqual({ bytes: 128 * MI, by: 'step' })
  })
})

describe('the CPU wanted', () => {
  it.each([
    ['twice a limit that cuts the peak off', 500, 490, 1000],
    ['twice the limit without a peak', 500, undefined, 1000],
    ['twice the limit where the peak explains nothing', 500, 200, 1000],
    ['the peak at 0.6', 500, 400, 700],
    ['a quarter more at least', 500, 310, 650],
    ['a multiple of 50m', 130, undefined, 300],
  ])('is %s', (_, limit, peak, wanted) => {
    expect(cpuWanted(limit, peak)).toBe(wanted)
  })
})

describe('the bound of one step', () => {
  it.each([
    ['the factor', 512, 4, 256, 2048],
    ['the free increase where that is more', 32, 4, 256, 288],
  ])('is %s', (_, now, factor, free, bound) => {
    expect(stepBound(now, factor, free)).toBe(bound)
  })
})
