import { describe, expect, it } from 'vitest'
import { alarmRate } from '../../src/detection/alarms.ts'
import { modelConfidence } from '../../src/detection/calibration.ts'
import {
  confidenceIn,
  type Judged,
  outsideRows,
  outsideTrack,
  type Track,
  votesIn,
  withOutside,
} from '../../src/detection/index.ts'
import type { ModelId, Vote } from '../../src/domain/index.ts'
import { FIVE_MINUTES, windowWith } from '../fakes/windows.ts'

const ROWS = 6
const NONE = Number.NaN
const PAIR = windowWith({ 'cpu-usage': [], 'memory-working-set': [] })
const RATE = alarmRate(FIVE_MINUTES, 2, PAIR.columns.length)

function track(model: ModelId, tails: readonly number[]): Track {
  return { model, from: 10, scores: new Float64Array(ROWS), tails: Float64Array.from(tails), silent: [] }
}

function own(...tails: readonly (readonly number[])[]): Judged {
  const models: readonly ModelId[] = ['isolation-forest', 'arima', 'prophet', 'lstm']
  const tracks = tails.map((one, at) => track(models[at] ?? 'lstm', one))
  return { from: 10, tracks, joint: new Float64Array(ROWS), rate: RATE, alarms: new Float64Array(ROWS) }
}

const all = { at: [0, 1, 2, 3, 4, 5], values: [] }
const always = outsideTrack('sales', 10, ROWS, all, [-1, -1, -1, -1, -1, -1], RATE)
const never = outsideTrack('sales', 10, ROWS, all, [1, 1, 1, 1, 1, 1], RATE)
const silent = outsideTrack('sales', 10, ROWS, all, undefined, RATE)
const rare = Array<number>(ROWS).fill(0.0001)
const usual = Array<number>(ROWS).fill(0.4)

describe('the rows that a model outside is asked about', () => {
  const window = windowWith({ 'cpu-usage': [1, 2, NONE, 4, 5], 'memory-working-set': [10, 20, 30, NONE, 50] })

  it('are those with every feature, in the order that the model takes', () => {
    expect(outsideRows(window, 0, ['memory-working-set', 'cpu-usage'])).toEqual({
      at: [0, 1, 4],
      values: [
        [10, 1],
        [20, 2],
        [50, 5],
      ],
    })
  })

  it('are counted from the first judged one', () => {
    expect(outsideRows(window, 1, ['cpu-usage'])).toEqual({ at: [0, 2, 3], values: [[2], [4], [5]] })
  })

  it('are none where the workload lacks a feature', () => {
    expect(outsideRows(window, 0, ['cpu-usage', 'latency-p99'])).toEqual({ at: [], values: [] })
  })
})

describe('the vote of a model outside', () => {
  it('is a vote at the alarm rate, or none', () => {
    const labels = [-1, 1] as const
    const mixed = outsideTrack('sales', 10, ROWS, { at: [0, 2], values: [] }, labels, RATE)
    const result = withOutside(own(usual), [mixed], PAIR)
    const votes = [0, 1, 2].map((row) => votesIn(result, row)[1])
    expect(votes).toEqual([
      { model: 'kserve/sales', anomaly: true, score: 1, tail: expect.closeTo(RATE, 12) },
      { model: 'kserve/sales', absent: 'too-little-data' },
      { model: 'kserve/sales', anomaly: false, score: 0, tail: 1 },
    ])
  })

  it('is absent, with its reason, where there was no answer', () => {
    expect(votesIn(withOutside(own(usual), [silent], PAIR), 3)[1]).toEqual({
      model: 'kserve/sales',
      absent: 'no-answer',
    })
  })

  it('carries the quorum of two with one of ours, and never without', () => {
    const carried = (result: Judged) => [...result.alarms].some((alarm) => alarm === 1)
    expect(carried(withOutside(own(rare, usual), [always], PAIR))).toBe(true)
    expect(carried(withOutside(own(usual, usual), [always], PAIR))).toBe(false)
    expect(carried(withOutside(own(rare, usual), [never], PAIR))).toBe(false)
    expect(carried(withOutside(own(rare, rare), [never], PAIR))).toBe(true)
  })

  it('counts as configured where it abstains: one that is there does not decide alone', () => {
    const result = withOutside(own(rare), [silent], PAIR)
    expect([...result.joint].every(Number.isNaN)).toBe(true)
    expect([...result.alarms].every(Number.isNaN)).toBe(true)
  })

  it('never makes an alarm longer or rarer than the measured tail beside it', () => {
    const result = withOutside(own(rare), [always], PAIR)
    for (const tail of result.joint) expect(tail).toBeCloseTo(RATE, 12)
  })

  it('is nothing where none is configured', () => {
    const result = own(rare)
    expect(withOutside(result, [], PAIR)).toBe(result)
  })
})

describe('confidence', () => {
  const outside: Vote = { model: 'kserve/sales', anomaly: true, score: 1, tail: RATE }
  const forest: Vote = { model: 'isolation-forest', anomaly: true, score: 0.7, tail: 0.0001 }

  it('grows by no vote that was never measured', () => {
    expect(modelConfidence([forest, outside], 0.001, RATE, 2)).toBe(modelConfidence([forest], 0.001, RATE, 2))
    const other: Vote = { ...outside, model: 'kserve/other' }
    expect(modelConfidence([outside, other], RATE, RATE, 3)).toBe(modelConfidence([outside], RATE, RATE, 3))
  })

  it('of outside votes alone is that of one of ours which is no rarer', () => {
    expect(modelConfidence([outside], RATE, RATE, 2)).toBe(modelConfidence([{ ...forest, tail: RATE }], RATE, RATE, 2))
    expect(confidenceIn(withOutside(own(usual), [always], PAIR), 0)).toBeGreaterThan(0)
  })
})
