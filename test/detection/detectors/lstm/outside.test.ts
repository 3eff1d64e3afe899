import { describe, expect, it } from 'vitest'
import { fitOutside, type Outside, scoreOutside } from '../../../../src/detection/detectors/lstm/outside.ts'
import { fitPooled, modelFrom } from '../../../../src/detection/detectors/lstm/pooled.ts'
import { lstm } from '../../../../src/detection/detectors/lstm.ts'
import type { Window } from '../../../../src/detection/index.ts'
import { numbers, windowWith } from '../../../fakes/windows.ts'

const rows = 500
const upTo = 400

/** A workload with a wave of its own size and level, and where asked a fault: a wave twice as fast. */
function workload(seed: number, fault = false): Window {
  const next = numbers(seed)
  const size = 10 ** (seed % 5)
  const wave = (row: number) => Math.sin(((fault && row >= 440 && row < 470 ? 2 : 1) * 2 * Math.PI * row) / 15)
  return windowWith({
    'cpu-usage': Float64Array.from({ length: rows }, (_, row) => size * (3 + wave(row) + 0.1 * next())),
  })
}

function middle(scores: Float64Array): number {
  return scores.slice().sort()[Math.floor(scores.length / 2)] ?? Number.NaN
}

describe('a network for a class of workloads', { timeout: 60_000 }, () => {
  const pasts = [1, 2, 3].map((seed) => ({ window: workload(seed), upTo }))
  const pooled = fitPooled(pasts, 1)

  it('judges a workload that it never saw, whatever its level and size', () => {
    if (pooled === undefined) throw new Error('nothing was learned')
    const window = workload(9, true)
    const fit = modelFrom(pooled, { window, upTo })
    if (!fit.fitted) throw new Error(fit.why)
    const scores = lstm.score(fit.model, window, upTo, rows)
    expect(middle(scores.subarray(42, 70))).toBeGreaterThan(4 * middle(scores.subarray(0, 40)))
  })

  it('is the same for the same workloads and seed', () => {
    expect(fitPooled(pasts, 1)).toEqual(pooled)
  })

  it('leaves out what has other metrics, and does not judge it', () => {
    const other = windowWith({ restarts: workload(4).columns[0]?.values ?? [] })
    expect(fitPooled([...pasts, { window: other, upTo }], 1)).toEqual(pooled)
    expect(pooled && modelFrom(pooled, { window: other, upTo })).toEqual({ fitted: false, why: 'failed' })
  })

  it('is nothing where no workload has a history', () => {
    expect(fitPooled([{ window: workload(1), upTo: 20 }], 1)).toBeUndefined()
  })
})

/** A model from elsewhere that knows the period: each row of 30 as the row of the same phase in the other half. */
const periodic: Outside = {
  steps: 30,
  columns: 1,
  rebuild: async (windows, count) => {
    const rebuilt = new Float32Array(windows.length)
    for (let at = 0; at < count; at += 1)
      for (let step = 0; step < 30; step += 1) rebuilt[at * 30 + step] = windows[at * 30 + ((step + 15) % 30)] ?? 0
    return rebuilt
  },
}

describe('a model from elsewhere', () => {
  it('judges by how far off it is, held against how far off it usually is there', async () => {
    const window = workload(9, true)
    const fit = await fitOutside(periodic, { window, upTo })
    if (!fit.fitted) throw new Error(fit.why)
    const scores = await scoreOutside(periodic, fit.model, window, upTo, rows)
    expect(scores).toHaveLength(100)
    expect(middle(scores.subarray(42, 70))).toBeGreaterThan(4 * middle(scores.subarray(0, 40)))
    expect(await scoreOutside(periodic, fit.model, window, 450, 451)).toEqual(scores.slice(50, 51))
  })

  it('of one column is asked for each metric alone, one of another number not at all', async () => {
    const both = windowWith({
      'cpu-usage': workload(1).columns[0]?.values ?? [],
      'memory-working-set': workload(2).columns[0]?.values ?? [],
    })
    expect(await fitOutside(periodic, { window: both, upTo })).toMatchObject({ fitted: true })
    const three = { ...periodic, columns: 3 }
    expect(await fitOutside(three, { window: both, upTo })).toEqual({ fitted: false, why: 'failed' })
  })

  it('says nothing where the newest sample is missing or the history is short', async () => {
    const window = workload(5)
    window.columns[0]?.values.fill(Number.NaN, 450, 452)
    const fit = await fitOutside(periodic, { window, upTo })
    if (!fit.fitted) throw new Error(fit.why)
    const scores = await scoreOutside(periodic, fit.model, window, upTo, rows)
    expect([...scores.keys()].filter((at) => Number.isNaN(scores[at]))).toEqual([50, 51])
    expect(await fitOutside(periodic, { window, upTo: 50 })).toEqual({ fitted: false, why: 'too-little-data' })
  })
})
