import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawRows, TRAINING, trainForest } from '../../../bench/healing/train.ts'
import { agreement, importance, toldToReset } from '../../../bench/healing/worth.ts'
import { healingOpinion, type PackedForest } from '../../../src/detection/healing/forest.ts'
import { healingRow, healingWords } from '../../../src/detection/healing/opinion.ts'
import { HEALING_CLASSES, type HealingRow, healingRule } from '../../../src/detection/healing/rule.ts'
import { TRAINED } from '../../../src/detection/healing/trained.ts'
import type { Series } from '../../../src/domain/index.ts'
import { answersOf, cartApp, MINUTE, NOW, series } from '../../fakes/series.ts'
import { size } from '../../fakes/size.ts'

const forest = JSON.parse(TRAINED) as PackedForest // what the script wrote, compared below
const healthy: HealingRow = { cpu_usage: 40, memory_usage: 50, error_count: 0, uptime: 3600, hour_of_day: 12 }
const HELD_OUT = { rows: size(2000, 20_000), seed: 7 }

describe('the rule of the seed', () => {
  it.each<[Partial<HealingRow>, string]>([
    [{}, 'no_action'],
    [{ error_count: 5 }, 'no_action'],
    [{ error_count: 6 }, 'reset_errors'],
    [{ error_count: 10 }, 'reset_errors'],
    [{ error_count: 11 }, 'restart_service'],
    [{ cpu_usage: 80 }, 'no_action'],
    [{ cpu_usage: 81 }, 'reset_errors'],
    [{ memory_usage: 81 }, 'reset_errors'],
    [{ cpu_usage: 91, memory_usage: 90 }, 'reset_errors'],
    [{ cpu_usage: 91, memory_usage: 91 }, 'restart_service'],
    [{ uptime: 86_399, hour_of_day: 3 }, 'no_action'],
  ])('says of %j: %s', (change, action) => {
    expect(healingRule({ ...healthy, ...change })).toBe(action)
  })
})

describe('the forest that learned it', () => {
  it('is what the script makes, to the last digit', () => {
    expect(JSON.stringify(trainForest(TRAINING))).toBe(TRAINED)
  })

  it('is another with another seed', () => {
    const small = { ...TRAINING, trees: 2 }
    expect(trainForest(small)).toEqual(trainForest(small))
    expect(trainForest({ ...small, seed: 43 })).not.toEqual(trainForest(small))
  })

  it('agrees with the rule on at least .98 of rows that it has not seen', () => {
    expect(agreement(forest, drawRows(HELD_OUT.rows, HELD_OUT.seed))).toBeGreaterThanOrEqual(0.98)
  })

  it('knows nothing by uptime and hour, and most by errors', () => {
    const left = new Map(importance(forest, drawRows(1000, HELD_OUT.seed)))
    expect(left.get('error_count')).toBeLessThan(0.5)
    expect(left.get('uptime')).toBeGreaterThan(0.98)
    expect(left.get('hour_of_day')).toBeGreaterThan(0.98)
  })

  it('tells one healthy application in seven to reset errors that it does not have', () => {
    expect(toldToReset(forest, HELD_OUT)).toBeCloseTo(0.14, 1)
    const busy = { ...healthy, cpu_usage: 89 }
    expect(healingRule(busy)).toBe('reset_errors')
    expect(healingOpinion(forest, busy).action).toBe('reset_errors')
  })

  it('has an opinion on any numbers', () => {
    const numbers = fc.double({ noNaN: true })
    const rows = fc.record({
      cpu_usage: numbers,
      memory_usage: numbers,
      error_count: numbers,
      uptime: numbers,
      hour_of_day: numbers,
    })
    fc.assert(
      fc.property(rows, (row) => {
        const { action, share } = healingOpinion(forest, row)
        expect(HEALING_CLASSES).toContain(action)
        expect(share).toBeGreaterThan(1 / 3 - 1e-9)
        expect(share).toBeLessThan(1 + 1e-9)
      }),
    )
  })

  it.each<[string, PackedForest]>([
    ['a tree without a leaf', [[0, 50]]],
    ['a feature that there is not', [[7, 50, -1, -2]]],
    ['an empty tree', [[]]],
  ])('is refused with %s', (_, broken) => {
    expect(() => healingOpinion(broken, healthy)).toThrow(RangeError)
  })

  it('is read by its nodes in preorder', () => {
    const tree = [0, 80, 2, 5, -1, -2, 1, 90, -4, 0, 3, 1, -3]
    const said = (change: Partial<HealingRow>) => healingOpinion([tree], { ...healthy, ...change })
    expect(said({})).toEqual({ action: 'no_action', share: 1 })
    expect(said({ error_count: 6 })).toEqual({ action: 'reset_errors', share: 1 })
    expect(said({ cpu_usage: 81 })).toEqual({ action: 'reset_errors', share: 0.75 })
    expect(said({ cpu_usage: 81, memory_usage: 91 })).toEqual({ action: 'restart_service', share: 1 })
  })
})

describe('its opinion on a container', () => {
  const GI = 2 ** 30
  const app = (restarts: (minutesAgo: number) => number): readonly Series[] => [
    series('cpu-usage', cartApp, () => 0.45),
    series('cpu-limit', cartApp, () => 0.5),
    series('memory-working-set', cartApp, () => 0.25 * GI),
    series('memory-limit', cartApp, () => GI),
    series('restarts', cartApp, restarts),
  ]
  const steady = app(() => 7)
  const workload = { ...cartApp }

  it('is made of shares of limits, of restarts, and of the time since the last', () => {
    const crashed = app((ago) => (ago >= 30 ? 7 : 19))
    expect(healingRow(answersOf(...crashed), workload, NOW)).toEqual({
      cpu_usage: 90,
      memory_usage: 25,
      error_count: 12,
      uptime: (29 * MINUTE) / 1000,
      hour_of_day: 12,
    })
    expect(healingWords(answersOf(...crashed), workload, NOW)).toMatch(
      /^the healing classifier of the fifth seed would say restart service \([01]\.\d\d of its trees\) to CPU at 90 % and memory at 25 % of their limits, 12 errors$/,
    )
  })

  it('counts failed requests where they are measured, and a counter that begins anew from there', () => {
    const requests = [series('request-rate', cartApp, () => 2), series('error-ratio', cartApp, () => 0.01)]
    expect(healingRow(answersOf(...steady, ...requests), workload, NOW)).toMatchObject({ error_count: 6 })
    const anew = app((ago) => (ago > 60 ? 40 : ago > 30 ? 2 : 3))
    expect(healingRow(answersOf(...anew), workload, NOW)).toMatchObject({ error_count: 3 })
  })

  it('is none where a number is not known, or is of long ago', () => {
    for (const signal of ['cpu-usage', 'cpu-limit', 'memory-working-set', 'memory-limit', 'restarts'])
      expect(healingWords(answersOf(...steady.filter((one) => one.signal !== signal)), workload, NOW)).toBeUndefined()
    expect(healingWords(answersOf(...steady), workload, NOW)).toBeDefined()
    expect(healingWords(answersOf(...steady), workload, NOW + 11 * MINUTE)).toBeUndefined()
    const unlimited = steady.map((one) =>
      one.signal === 'memory-limit' ? series('memory-limit', cartApp, () => 0) : one,
    )
    expect(healingWords(answersOf(...unlimited), workload, NOW)).toBeUndefined()
  })
})
