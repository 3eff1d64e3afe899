import { describe, expect, it } from 'vitest'
import { windowsOf } from '../../src/detection/index.ts'
import { answer, answersOf, cart, cartApp, HOUR, series } from '../fakes/series.ts'

const short = { minutes: 5 }

describe('windowsOf', () => {
  it('puts a container beside the signals of its workload', () => {
    const answers = answersOf(
      series('cpu-usage', cartApp, () => 0.5, short),
      series('request-rate', cart, () => 20, short),
    )
    const [window, ...more] = windowsOf(answers)
    expect(more).toEqual([])
    expect(window).toMatchObject({ subject: cartApp, length: 6, partial: false })
    expect(window?.columns.map((column) => [column.signal, column.values[0]])).toEqual([
      ['cpu-usage', 0.5],
      ['request-rate', 20],
    ])
  })

  it('gives a window per container', () => {
    const proxy = { ...cart, container: 'proxy' }
    const answers = answersOf(
      series('cpu-usage', cartApp, () => 1, short),
      series('cpu-usage', proxy, () => 1, short),
    )
    expect(windowsOf(answers).map((window) => window.subject.container)).toEqual(['app', 'proxy'])
  })

  it('gives a window of the workload where no container has any history', () => {
    expect(windowsOf(answersOf(series('request-rate', cart, () => 20, short)))[0]?.subject).toEqual(cart)
  })

  it('takes of a counter what was added, also after it began anew', () => {
    const counts = [7, 7, 9, 1, 1, 2]
    const restarts = series('restarts', cartApp, (ago) => counts[5 - ago] ?? 0, short)
    const values = windowsOf(answersOf(restarts))[0]?.columns[0]?.values
    expect(Array.from(values ?? [])).toEqual([0, 2, 1, 0, 1])
  })

  it('begins with its first sample, since a history may reach further back than its source', () => {
    const cpu = series('cpu-usage', cartApp, (ago) => (ago > 2 ? Number.NaN : 1), short)
    const rate = series('request-rate', cart, (ago) => (ago > 3 ? Number.NaN : 1), short)
    const window = windowsOf(answersOf(cpu, rate))[0]
    expect(window).toMatchObject({ startMs: cpu.startMs + 2 * cpu.stepMs, length: 4 })
    expect(window?.columns.map(({ values }) => [...values])).toEqual([
      [Number.NaN, 1, 1, 1],
      [1, 1, 1, 1],
    ])
  })

  it('leaves out a series on another grid', () => {
    const coarse = series('latency-p99', cart, () => 1, { minutes: 120, stepMs: HOUR })
    const window = windowsOf(
      answersOf(
        series('cpu-usage', cartApp, () => 1, short),
        coarse,
      ),
    )[0]
    expect(window?.columns.map((column) => column.signal)).toEqual(['cpu-usage'])
  })

  it('is partial when an answer is', () => {
    const list = [series('cpu-usage', cartApp, () => 1, short)]
    expect(windowsOf([answer(list, 'cpu-usage', 'partial')])[0]?.partial).toBe(true)
  })

  it('is none without series', () => {
    expect(windowsOf([answer([], 'cpu-usage')])).toEqual([])
  })
})
