import { describe, expect, it } from 'vitest'
import {
  type Answer,
  answers,
  askKey,
  asksFor,
  type Detector,
  detectors,
  judgeLive,
  NO_ENGINES,
} from '../../src/detection/index.ts'
import { healthyWindow, PER_DAY } from '../fakes/windows.ts'

const forest = detectors.filter(({ id }) => id === 'isolation-forest')
const window = healthyWindow(4, 16)
const cut = (rows: number) => ({
  ...window,
  length: rows,
  columns: window.columns.map((column) => ({ ...column, values: column.values.subarray(0, rows) })),
})

describe('asks of models', () => {
  const serving = (rows: number): readonly Detector[] => forest.map((one) => ({ ...one, serves: () => rows }))

  it('stand on the grid of time, so that another moment asks for the same', () => {
    const at = (rows: number) => asksFor(serving(12), cut(rows), rows - 36, 5).map(askKey)
    const [earlier, later] = [at(15 * PER_DAY), at(15 * PER_DAY + 6)]
    // A fit, a tail, and what recurs.
    expect(earlier.filter((key) => !later.includes(key)).length).toBeLessThanOrEqual(3)
    expect(later.filter((key) => !earlier.includes(key)).length).toBeLessThanOrEqual(3)
  })

  it('do not stand at the same moment for every series', () => {
    const moments = new Set(
      [1, 2, 3, 4, 5].map((seed) => asksFor(serving(72), window, window.length - 1, seed)[0]?.upToMs),
    )
    expect(moments.size).toBe(5)
  })

  it('never look at a row that their fit has seen', () => {
    const from = window.length - 36
    for (const { upToMs } of asksFor(serving(12), window, from, 3)) {
      expect((upToMs - window.startMs) / window.stepMs).toBeLessThanOrEqual(window.length)
    }
  })
})

describe('rows that are judged live', () => {
  const book = new Map<string, Answer>()
  const judge = (rows: number, known = book) => {
    const seen = cut(rows)
    const asks = asksFor(forest, seen, rows - 36, 5).filter((ask) => !known.has(askKey(ask)))
    for (const answer of answers(forest, { window: seen, asks, seed: 5 }, NO_ENGINES)) known.set(askKey(answer), answer)
    return judgeLive(forest, seen, rows - 36, 5, (ask) => known.get(askKey(ask)))
  }

  it('are the same for one that has watched all along and one that begins now', () => {
    for (let rows = 15 * PER_DAY; rows < 15 * PER_DAY + 90; rows += 7) judge(rows)
    const rows = 15 * PER_DAY + 90
    expect(judge(rows)).toEqual(judge(rows, new Map()))
  })

  it('are the same a moment later', () => {
    const [now, later] = [judge(15 * PER_DAY + 40), judge(15 * PER_DAY + 45)]
    expect(now.joint.slice(5)).toEqual(later.joint.slice(0, -5))
  })
})
