import { expect, it } from 'vitest'
import { followed } from '../../../src/cli/compose/followed.ts'
import { gridLength, type TimeRange } from '../../../src/domain/index.ts'
import type { ClusterHistory } from '../../../src/ports/index.ts'

const SPAN = { lengthMs: 100, stepMs: 10 }

function counting(fails: (asked: TimeRange) => boolean = () => false) {
  const asked: TimeRange[] = []
  const history: ClusterHistory = {
    read: async (metrics, range) => {
      asked.push(range)
      const values = Float64Array.from({ length: gridLength(range) }, (_, at) => range.startMs + at * range.stepMs)
      const failed = fails(range)
      return metrics.map((metric) => ({
        metric,
        values: failed ? values.fill(Number.NaN) : values,
        asked: '',
        ...(failed && { problem: 'KIN-3001 no' }),
      }))
    },
    close: async () => undefined,
  }
  return { asked, read: followed(history, ['cpu_share'], SPAN) }
}

const grid = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, at) => from + at * 10)

it('reads everything once, and then only what has come since', async () => {
  const { asked, read } = counting()
  for (const nowMs of [1000, 1009, 1030, 1200]) {
    const { columns, range } = await read(nowMs)
    expect(range.endMs).toBe(Math.floor(nowMs / 10) * 10)
    expect([...(columns[0]?.values ?? [])]).toEqual(grid(range.endMs - 100, range.endMs))
  }
  expect(asked.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
    [900, 1000],
    [1010, 1030],
    [1100, 1200],
  ])
})

it('reads everything again after a failure', async () => {
  const { asked, read } = counting(({ startMs }) => startMs === 1010)
  await read(1000)
  const { columns } = await read(1020)
  expect(columns[0]?.problem).toBe('KIN-3001 no')
  expect([...(columns[0]?.values ?? [])]).toEqual([...grid(920, 1000), Number.NaN, Number.NaN])
  const { columns: after } = await read(1030)
  expect([...(after[0]?.values ?? [])]).toEqual(grid(930, 1030))
  expect(asked.map(({ startMs }) => startMs)).toEqual([900, 1010, 930])
})
