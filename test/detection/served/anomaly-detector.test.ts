import { describe, expect, it } from 'vitest'
import {
  answers,
  detectors,
  judgeRows,
  judgeSeries,
  NO_ENGINES,
  SERIES_ROWS,
  type ServedForest,
  servedAsks,
  servedForest,
  type Window,
} from '../../../src/detection/index.ts'
import { SEED_METRICS } from '../../../src/domain/index.ts'
import { seedRows, usualLevel } from '../../fakes/cluster-history.ts'
import { size } from '../../fakes/size.ts'

const STEP_MS = 600_000
const ROWS = 1009
/** Rows that come after the history. */
const JUDGED = size(60, 1000)
/** The full sizes take forty seconds of a processor, that others may want as well. */
const FULL_MS = 900_000

function windowOf(rows: readonly (readonly number[])[], startMs = 0): Window {
  const columns = SEED_METRICS.map((signal, at) => ({
    signal,
    values: Float64Array.from(rows, (row) => row[at] ?? Number.NaN),
    asked: '',
  }))
  const subject = { cluster: '', namespace: '', kind: 'Cluster', name: '' }
  return { subject, startMs, stepMs: STEP_MS, length: rows.length, columns, partial: false }
}

function fitted(rows: readonly (readonly number[])[]): ServedForest {
  const window = windowOf(rows)
  return servedForest(window, answers(detectors, { window, asks: servedAsks(window), seed: 1 }, NO_ENGINES))
}

function ready(rows: readonly (readonly number[])[]) {
  const forest = fitted(rows)
  if (!forest.ready) throw new Error(forest.why)
  return forest
}

const changed = (row: readonly number[], at: number, factor: number): number[] =>
  row.map((value, place) => (place === at ? value * factor : value))

describe('a row that stands alone', () => {
  const history = seedRows(1, 0, STEP_MS, ROWS + JUDGED)
  const forest = ready(history.slice(0, ROWS))
  const next = history[ROWS] ?? []

  it('is normal where it is as the history goes on', () => {
    expect(judgeRows(forest, [next])).toEqual([1])
  })

  it.each([0, 5, 15])('is an anomaly where one of the sixteen is at half or at double its level: %i', (at) => {
    expect(judgeRows(forest, [changed(next, at, 2), next, changed(next, at, 0.5)])).toEqual([-1, 1, -1])
  })

  it('is judged apart from those beside it', () => {
    const strange = changed(next, 3, 3)
    expect(judgeRows(forest, [strange, strange, next])).toEqual([-1, -1, 1])
    expect(judgeRows(forest, [next])).toEqual([1])
  })

  it('is strange where no number is as it ever was', () => {
    expect(judgeRows(forest, [SEED_METRICS.map(() => 0), SEED_METRICS.map(() => 1e300)])).toEqual([-1, -1])
  })

  it(
    'alarms about as rarely as the rate says',
    () => {
      const window = windowOf(history.slice(0, ROWS))
      const known = answers(detectors, { window, asks: servedAsks(window), seed: 1 }, NO_ENGINES)
      let alarms = 0
      for (let at = 0; at < JUDGED; at += 1) {
        const one = servedForest(windowOf(history.slice(at, ROWS + at), at * STEP_MS), known)
        const labels = one.ready ? judgeRows(one, [history[ROWS + at] ?? []]) : undefined
        expect(labels).toHaveLength(1)
        if (labels?.[0] === -1) alarms += 1
      }
      expect(alarms).toBeLessThanOrEqual(0.02 * JUDGED)
    },
    FULL_MS,
  )

  it('cannot be judged while the newest day has no samples', () => {
    const gone = history.slice(0, ROWS).map((row, at) => (at > ROWS - 150 ? row.map(() => Number.NaN) : row))
    expect(judgeRows(ready(gone), [next])).toBeUndefined()
  })

  it('is judged by the columns that there are', () => {
    const without = history.slice(0, ROWS).map((row) => changed(row, 12, Number.NaN))
    const forest = ready(without)
    expect(judgeRows(forest, [changed(next, 12, 50), changed(next, 2, 2)])).toEqual([1, -1])
  })
})

describe('a forest', () => {
  it('is not there after ten rows, or where nothing ever moved', () => {
    expect(fitted(seedRows(1, 0, STEP_MS, 10))).toEqual({
      ready: false,
      why: 'Prometheus has too little history of these metrics',
    })
    const still = Array.from({ length: ROWS }, () => SEED_METRICS.map((_, at) => usualLevel(at)))
    expect(fitted(still)).toEqual({ ready: false, why: 'none of these metrics has ever moved' })
    expect(servedForest(windowOf(still), [])).toMatchObject({ ready: false })
  })
})

describe('a series', () => {
  const SEEDS = size(3, 30)
  const lengths = [SERIES_ROWS, 100, 300, 1000]

  it.each(lengths)(
    'of %i rows shows the one metric that jumps, and little where none does',
    { timeout: FULL_MS },
    (length) => {
      let alarms = 0
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const rows = seedRows(seed, 0, STEP_MS, length)
        const place = Math.floor(length * 0.7)
        const sick = rows.map((row, at) => (at === place ? changed(row, 4, 1.6) : row))
        expect(judgeSeries(SEED_METRICS, sick)[place]).toBe(-1)
        const labels = judgeSeries(SEED_METRICS, rows)
        expect(labels).toHaveLength(length)
        alarms += labels.filter((label) => label === -1).length
      }
      expect(alarms / (SEEDS * length)).toBeLessThan(0.02)
    },
  )

  it('that never moves is normal, and the one value that does is not', () => {
    const still = Array.from({ length: 60 }, () => SEED_METRICS.map((_, at) => usualLevel(at)))
    expect(new Set(judgeSeries(SEED_METRICS, still))).toEqual(new Set([1]))
    const labels = judgeSeries(
      SEED_METRICS,
      still.map((row, at) => (at === 30 ? changed(row, 9, 1.01) : row)),
    )
    expect(labels.flatMap((label, at) => (label === -1 ? [at] : []))).toEqual([30])
  })

  it('is the same whoever asks, and however often', () => {
    const rows = seedRows(7, 0, STEP_MS, 80)
    expect(judgeSeries(SEED_METRICS, rows)).toEqual(judgeSeries(SEED_METRICS, structuredClone(rows)))
  })

  it('gives a label for each row, however large its numbers are', () => {
    const huge = seedRows(7, 0, STEP_MS, 60).map((row, at) => row.map((value) => (at % 7 === 0 ? 1.7e308 : value)))
    expect(judgeSeries(SEED_METRICS, huge).every((label) => label === 1 || label === -1)).toBe(true)
  })
})
