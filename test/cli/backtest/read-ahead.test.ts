import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAhead } from '../../../src/cli/backtest/read-ahead.ts'
import { historySignals, tickSignals } from '../../../src/detection/index.ts'
import type { SignalAnswer, TimeRange } from '../../../src/domain/index.ts'
import type { Metrics } from '../../../src/ports/index.ts'
import { metricsWorld, WORLD_RANGE } from '../../fakes/metrics-world.ts'
import { size } from '../../fakes/size.ts'

const MINUTE = 60_000
const { startMs, endMs } = WORLD_RANGE
const UNTIL = endMs

/** In no order of its own: a source may give its series in any. */
const plain = (answers: readonly SignalAnswer[]) =>
  answers.map(({ series, ...head }) => ({
    ...head,
    series: series
      .map((one) => ({ ...one, values: [...one.values] }))
      .sort((a, b) => (JSON.stringify([a.subject, a.labels]) < JSON.stringify([b.subject, b.labels]) ? -1 : 1)),
  }))

function watched(metrics: Metrics) {
  const asked: TimeRange[] = []
  const source: Metrics = {
    cluster: metrics.cluster,
    read: (ids, range) => {
      asked.push(range)
      return metrics.read(ids, range)
    },
  }
  return { source, asked }
}

describe('reading ahead', () => {
  it('gives for any walk what the source gives for each of its moments', { timeout: 60_000 }, async () => {
    const { metrics } = await metricsWorld()
    const step = fc.integer({ min: 0, max: 20 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ on: step, back: fc.integer({ min: 1, max: 60 }) }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 60, max: 120 }),
        async (moments, untilMinute) => {
          const untilMs = startMs + untilMinute * MINUTE
          const ahead = readAhead(metrics, untilMs)
          let nowMs = startMs + 60 * MINUTE
          for (const { on, back } of moments) {
            nowMs = Math.min(untilMs, nowMs + on * MINUTE)
            const range = { startMs: nowMs - back * MINUTE, endMs: nowMs, stepMs: MINUTE }
            expect(plain(await ahead.read(tickSignals, range))).toEqual(plain(await metrics.read(tickSignals, range)))
          }
        },
      ),
      { numRuns: size(8, 200) },
    )
  })

  it('asks each moment once, and none after the end', async () => {
    const { source, asked } = watched((await metricsWorld()).metrics)
    const ahead = readAhead(source, UNTIL)
    for (let nowMs = startMs + 30 * MINUTE; nowMs <= UNTIL; nowMs += MINUTE)
      await ahead.read(tickSignals, { startMs: nowMs - 30 * MINUTE, endMs: nowMs, stepMs: MINUTE })
    expect(asked).toEqual([{ startMs, endMs: UNTIL, stepMs: MINUTE }])
  })

  it('goes on where it ended, in stretches', async () => {
    const asked: TimeRange[] = []
    const source: Metrics = {
      cluster: 'main',
      read: async (ids, range) => {
        asked.push(range)
        return ids.map((signal) => ({ signal, status: 'empty', series: [], asked: '' }))
      },
    }
    const ahead = readAhead(source, startMs + 4000 * MINUTE)
    for (let minute = 60; minute <= 4000; minute += 20) {
      const nowMs = startMs + minute * MINUTE
      await ahead.read(tickSignals, { startMs: nowMs - 60 * MINUTE, endMs: nowMs, stepMs: MINUTE })
    }
    expect(asked.map((range) => (range.startMs - startMs) / MINUTE)).toEqual([0, 1501, 2961])
    expect(asked.map((range) => (range.endMs - startMs) / MINUTE)).toEqual([1500, 2960, 4000])
  })

  it('answers for some namespaces out of what it read for all', async () => {
    const { source, asked } = watched((await metricsWorld()).metrics)
    const ahead = readAhead(source, UNTIL)
    const range = { startMs, endMs, stepMs: MINUTE }
    await ahead.read(historySignals, range)
    const other = await ahead.read(historySignals, range, { namespaces: ['other'] })
    expect(other.every(({ status, series }) => status === 'empty' && series.length === 0)).toBe(true)
    const shop = await ahead.read(historySignals, range, { namespaces: ['shop'] })
    expect(shop.some(({ series }) => series.length > 0)).toBe(true)
    expect(asked).toHaveLength(1)
  })

  it('says partial of every moment that a partial answer may have holes in', async () => {
    const source: Metrics = {
      cluster: 'main',
      read: async (ids) => ids.map((signal) => ({ signal, status: 'partial', series: [], asked: 'q', problem: 'p' })),
    }
    const [answer] = await readAhead(source, UNTIL).read(['restarts'], { startMs, endMs, stepMs: MINUTE })
    expect(answer).toMatchObject({ status: 'partial', problem: 'p', asked: 'q' })
  })

  it.each([
    ['KIN-3002 HTTP 503 too heavy', 'KIN-3002', /^restarts: HTTP 503/],
    ['no code', 'KIN-3001', /^restarts: no code/],
    ['KIN-0000 not one of ours', 'KIN-3001', /not one of ours/],
  ])('throws what the source could not answer: %s', async (problem, code, says) => {
    const source: Metrics = {
      cluster: 'main',
      read: async (ids) => ids.map((signal) => ({ signal, status: 'error', series: [], asked: '', problem })),
    }
    const reading = readAhead(source, UNTIL).read(['restarts'], { startMs, endMs, stepMs: MINUTE })
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(says) })
  })
})
