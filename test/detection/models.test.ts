import { describe, expect, it } from 'vitest'
import { detectors, fitModels, modelFinding, NO_ENGINES, scoreModels, type Window } from '../../src/detection/index.ts'
import { type Judgement, votesAt } from '../../src/detection/models.ts'
import type { SignalId } from '../../src/domain/index.ts'
import { MINUTE } from '../fakes/series.ts'
import { FIVE_MINUTES, healthyWindow, MONDAY, PER_DAY, withChanged } from '../fakes/windows.ts'

const judgement = (tails: readonly number[]): Judgement => ({
  model: 'isolation-forest',
  scores: {
    startMs: MONDAY,
    stepMs: FIVE_MINUTES,
    scores: new Float64Array(tails.length),
    tails: Float64Array.from(tails),
  },
})

describe('the vote of a model', () => {
  const at = (tails: readonly number[]) => votesAt([judgement(tails)], MONDAY + (tails.length - 1) * FIVE_MINUTES)[0]

  it.each([
    ['three rare rows of five', [0.5, 0.001, 0.5, 0.001, 0.002], true],
    ['two rare rows of five', [0.5, 0.5, 0.5, 0.001, 0.001], false],
    ['rare rows that lie further back', [0.001, 0.001, 0.001, 0.5, 0.5, 0.5, 0.5], false],
    ['rare rows among unjudged ones', [Number.NaN, Number.NaN, 0.001, 0.001, 0.001], true],
  ])('%s', (_, tails, anomaly) => {
    expect(at(tails)).toMatchObject({ anomaly })
  })

  it('carries the tail that persisted', () => {
    expect(at([0.5, 0.001, 0.0001, 0.002, 0.5])).toMatchObject({ tail: 0.002 })
  })

  it('is absent with fewer than three judged rows of five', () => {
    expect(at([0.001, Number.NaN, Number.NaN, Number.NaN, 0.001])).toEqual({
      model: 'isolation-forest',
      absent: 'too-little-data',
    })
  })

  it('does not look at rows after the moment', () => {
    const tails = [0.5, 0.5, 0.5, 0.5, 0.5, 0.001, 0.001, 0.001]
    expect(votesAt([judgement(tails)], MONDAY + 4 * FIVE_MINUTES)[0]).toMatchObject({ anomaly: false })
  })

  it('passes on why a model is absent', () => {
    expect(votesAt([{ model: 'arima', absent: 'flat' }], MONDAY)).toEqual([{ model: 'arima', absent: 'flat' }])
  })
})

describe('a finding of the models', () => {
  const rows = 15 * PER_DAY + 120
  const healthy = healthyWindow(4, 16)
  const cut = (window: Window<SignalId>): Window<SignalId> => ({
    ...window,
    length: rows,
    columns: window.columns.map((column) => ({ ...column, values: column.values.subarray(0, rows) })),
  })
  const lastMs = healthy.startMs + (rows - 1) * healthy.stepMs
  const sick = cut(withChanged(healthy, 'cpu-usage', rows - 8, rows, (value) => value * 3))
  const find = (window: Window<SignalId>, nowMs = lastMs) => {
    const fits = fitModels({ window, upToMs: window.startMs + (15 * PER_DAY - 1) * window.stepMs, seed: 7 }, NO_ENGINES)
    const judgements = scoreModels(fits, window, window.startMs + 15 * PER_DAY * window.stepMs)
    return modelFinding({ judgements, window, configured: detectors.length, cooldownMs: 5 * MINUTE, nowMs })
  }

  it('is an anomaly of unknown kind, with its votes and a start in the samples', () => {
    const finding = find(sick)
    expect(finding).toMatchObject({ failure: 'Anomaly', subject: healthy.subject, lastMs, data: 'complete' })
    expect(finding?.by).toMatchObject({ share: 1, votes: [{ model: 'isolation-forest', anomaly: true }] })
    expect(finding?.startMs).toBeGreaterThanOrEqual(lastMs - 7 * FIVE_MINUTES)
    expect(finding?.startMs).toBeLessThan(lastMs)
  })

  it('names the metric that is unlike itself first', () => {
    expect(find(sick)?.evidence[0]).toMatchObject({ signal: 'cpu-usage', atMs: lastMs, asked: 'ask(cpu-usage)' })
  })

  it('is partial when the window is', () => {
    expect(find({ ...sick, partial: true })?.data).toBe('partial')
  })

  it('is none of a healthy window', () => {
    expect(find(cut(healthy))).toBeUndefined()
  })

  it('is none of a window whose newest row is older than two steps', () => {
    expect(find(sick, lastMs + 2 * FIVE_MINUTES + 1)).toBeUndefined()
  })

  const silent = (missing: number) => cut(withChanged(sick, 'cpu-usage', rows - missing, rows, () => Number.NaN))

  it('speaks of the newest row that was measured, and quotes it', () => {
    const finding = find(silent(2))
    expect(finding).toMatchObject({ lastMs: lastMs - 2 * FIVE_MINUTES })
    expect(finding?.evidence[0]).toMatchObject({ signal: 'cpu-usage', atMs: lastMs - 2 * FIVE_MINUTES })
  })

  it('is none once nothing was measured for longer', () => {
    expect(find(silent(3))).toBeUndefined()
  })

  it('is none where the models have too little data', () => {
    expect(
      modelFinding({
        judgements: [{ model: 'isolation-forest', absent: 'too-little-data' }],
        window: sick,
        configured: 1,
        cooldownMs: 0,
        nowMs: lastMs,
      }),
    ).toBeUndefined()
  })
})
