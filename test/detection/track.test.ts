import { describe, expect, it } from 'vitest'
import type { Detector } from '../../src/detection/index.ts'
import { NO_ENGINES, trackOf } from '../../src/detection/index.ts'
import { numbers, windowWith } from '../fakes/windows.ts'

/** Scores a row by its value, and remembers on which rows it was fitted and which it judged. */
function watched(
  serves: number,
  least = 0,
): { readonly detector: Detector<number>; readonly walked: [number, number, number][] } {
  const walked: [number, number, number][] = []
  const detector: Detector<number> = {
    id: 'arima',
    serves: () => serves,
    fit: ({ upTo }) => (upTo < least ? { fitted: false, why: 'too-little-data' } : { fitted: true, model: upTo }),
    heldOut: ({ window, upTo }) => window.columns[0]?.values.slice(0, upTo) ?? new Float64Array(0),
    score: (model, window, from, to) => {
      walked.push([model, from, to])
      return window.columns[0]?.values.slice(from, to) ?? new Float64Array(0)
    },
  }
  return { detector, walked }
}

const noise = numbers(1)
const window = windowWith({ 'cpu-usage': Float64Array.from({ length: 1000 }, noise) })

describe('the track of a model', () => {
  it('judges each row once, by a model of the rows before it', () => {
    const { detector, walked } = watched(48)
    const track = trackOf(detector, { window, from: 700, seed: 1, engines: NO_ENGINES })
    expect(walked.flatMap(([model, from]) => (model === from ? [] : [from]))).toEqual([])
    expect(walked.map(([, from]) => from)).toEqual([700, 748, 796, 844, 892, 940, 988])
    expect(track.scores).toEqual(window.columns[0]?.values.slice(700))
    expect(track.tails.every((tail) => tail > 0 && tail <= 1)).toBe(true)
  })

  it('holds a score against those that went before', () => {
    const values = Float64Array.from({ length: 1000 }, numbers(2))
    values[900] = 5
    const { detector } = watched(48)
    const { tails } = trackOf(detector, {
      window: windowWith({ 'cpu-usage': values }),
      from: 700,
      seed: 1,
      engines: NO_ENGINES,
    })
    expect(tails.indexOf(Math.min(...tails))).toBe(200)
    expect(tails[200]).toBeLessThan(0.002)
  })

  it('says where nothing could be fitted, and tries again at the next fit', () => {
    const { detector } = watched(100, 850)
    const { silent, tails } = trackOf(detector, { window, from: 700, seed: 1, engines: NO_ENGINES })
    expect(silent).toEqual([
      { from: 700, to: 800, why: 'too-little-data' },
      { from: 800, to: 900, why: 'too-little-data' },
    ])
    expect(tails.findIndex(Number.isFinite)).toBe(200)
  })

  it('leaves a row that could not be judged without a tail', () => {
    const values = Float64Array.from({ length: 1000 }, numbers(3))
    values[750] = Number.NaN
    const { detector } = watched(48)
    const { tails } = trackOf(detector, {
      window: windowWith({ 'cpu-usage': values }),
      from: 700,
      seed: 1,
      engines: NO_ENGINES,
    })
    expect(tails[50]).toBeNaN()
    expect(tails.filter(Number.isNaN)).toHaveLength(1)
  })
})
