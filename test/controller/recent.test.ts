import { describe, expect, it } from 'vitest'
import { type Recent, readRecent } from '../../src/controller/recent.ts'
import { gridLength, rangeEndingAt, type SignalAnswer, type SignalId, type TimeRange } from '../../src/domain/index.ts'
import type { Metrics } from '../../src/ports/index.ts'
import { numbers } from '../fakes/windows.ts'

const STEP = 300_000
const HOUR = 3_600_000
const IDS: readonly SignalId[] = ['cpu-usage', 'restarts']
const START = 1000 * 24 * HOUR
const AGAIN = 3 * HOUR

type Sample = (signal: SignalId, name: string, atMs: number) => number

/** A source of samples that may change; `asked` are the points of each read. */
function source(sample: Sample, names: readonly string[] = ['a', 'b', 'c']) {
  const asked: number[] = []
  let status: SignalAnswer['status'] = 'ok'
  const metrics: Metrics = {
    cluster: 'prod',
    read: async (ids, range) => {
      asked.push(gridLength(range))
      return ids.map((signal): SignalAnswer => {
        const series = names.map((name) => ({
          ...{ signal, startMs: range.startMs, stepMs: range.stepMs },
          subject: { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name, container: 'app' },
          values: Float64Array.from({ length: gridLength(range) }, (_, at) =>
            sample(signal, name, range.startMs + at * STEP),
          ),
        }))
        const there = series.filter(({ values }) => values.some(Number.isFinite))
        if (status === 'error') return { signal, status, series: [], asked: '', problem: 'down' }
        return { signal, status: there.length === 0 ? 'empty' : status, series: there, asked: '' }
      })
    },
  }
  return {
    metrics,
    asked,
    become: (next: SignalAnswer['status']) => {
      status = next
    },
  }
}

const rangeAt = (tick: number): TimeRange => rangeEndingAt(START + tick * STEP, 52 * HOUR, STEP)
const bySubject = (answers: readonly SignalAnswer[]) =>
  answers.map((one) => ({ ...one, series: one.series.toSorted((x, y) => (x.subject.name < y.subject.name ? -1 : 1)) }))

/** Workloads that come and go, with samples that are missing. */
const lively: Sample = (signal, name, atMs) => {
  const at = (atMs - START) / STEP
  if (name === 'b' && at > 5) return Number.NaN
  if (name === 'c' && at < 9) return Number.NaN
  const random = numbers(at * 7 + (signal === 'restarts' ? 1 : 0))()
  return random < 0.1 ? Number.NaN : random
}

describe('the newest samples', () => {
  it('are those of a read of the whole range, at every tick, while only the newest are asked for', async () => {
    const { metrics, asked } = source(lively)
    let recent: Recent | undefined
    for (let tick = 0; tick < 40; tick += 1) {
      recent = await readRecent(metrics, IDS, rangeAt(tick), AGAIN, recent)
      expect(bySubject(recent.answers)).toEqual(bySubject(await metrics.read(IDS, rangeAt(tick))))
      asked.pop()
    }
    expect(asked.filter((points) => points === gridLength(rangeAt(0)))).toHaveLength(4)
    expect(Math.max(...asked.filter((points) => points < gridLength(rangeAt(0))))).toBe(AGAIN / STEP + 2)
  })

  it('lack a series whose last sample has left the range', async () => {
    const { metrics } = source((_, name, atMs) => (name === 'a' && atMs > rangeAt(0).startMs ? Number.NaN : 1))
    const first = await readRecent(metrics, IDS, rangeAt(0), AGAIN, undefined)
    expect(first.answers[0]?.series).toHaveLength(3)
    const later = await readRecent(metrics, IDS, rangeAt(1), AGAIN, first)
    expect(later.answers[0]?.series).toHaveLength(2)
  })

  it('have what came late, of the last hours at once and of before within an hour', async () => {
    let late = false
    const lastMs = rangeAt(0).endMs
    const missing = [lastMs - 2 * HOUR, lastMs - 20 * HOUR]
    const { metrics } = source((_, __, atMs) => (!late && missing.includes(atMs) ? Number.NaN : 1))
    const first = await readRecent(metrics, IDS, rangeAt(0), AGAIN, undefined)
    late = true
    const gaps = ({ answers }: Recent) => answers[0]?.series[0]?.values.filter(Number.isNaN).length
    const next = await readRecent(metrics, IDS, rangeAt(1), AGAIN, first)
    expect([gaps(first), gaps(next)]).toEqual([2, 1])
    expect(gaps(await readRecent(metrics, IDS, rangeAt(12), AGAIN, next))).toBe(0)
  })

  it.each(['error', 'partial'] as const)('are read wholly after an answer that was %s', async (status) => {
    const { metrics, asked, become } = source(() => 1)
    const first = await readRecent(metrics, IDS, rangeAt(0), AGAIN, undefined)
    become(status)
    const second = await readRecent(metrics, IDS, rangeAt(1), AGAIN, first)
    expect(second.answers.map((one) => one.status)).toEqual([status, status])
    become('ok')
    const third = await readRecent(metrics, IDS, rangeAt(2), AGAIN, second)
    expect(third.answers).toEqual(await metrics.read(IDS, rangeAt(2)))
    expect(asked[2]).toBe(gridLength(rangeAt(2)))
  })

  it('are read wholly where time went back, or too far on', async () => {
    const { metrics, asked } = source(() => 1)
    const first = await readRecent(metrics, IDS, rangeAt(50), AGAIN, undefined)
    await readRecent(metrics, IDS, rangeAt(49), AGAIN, first)
    await readRecent(metrics, IDS, rangeAt(1000), AGAIN, first)
    expect(new Set(asked)).toEqual(new Set([gridLength(rangeAt(0))]))
  })
})
