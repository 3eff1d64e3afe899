import { describe, expect, it } from 'vitest'
import { historiesOf, MOST_HISTORY_BYTES, mostAtOnce, seriesName } from '../../src/controller/histories.ts'
import { historySignals, windowsOf } from '../../src/detection/index.ts'
import {
  gridLength,
  type Series,
  type SignalAnswer,
  type SignalId,
  signalInfo,
  type TimeRange,
} from '../../src/domain/index.ts'
import type { Metrics } from '../../src/ports/index.ts'

const STEP = 300_000
const DAY = 86_400_000
const range: TimeRange = { startMs: 100 * DAY, endMs: 121 * DAY, stepMs: STEP }

/** A namespace of so many workloads, each with every signal; a value says when it was true and whose it is. */
function namespaceOf(
  workloads: number,
  status: (id: SignalId, part: TimeRange) => SignalAnswer['status'] = () => 'ok',
) {
  const asked: { readonly part: TimeRange; readonly samples: number; readonly namespaces: readonly string[] }[] = []
  const metrics: Metrics = {
    cluster: 'prod',
    read: async (ids, part, scope) => {
      const answers = ids.map((signal): SignalAnswer => {
        const told = status(signal, part)
        const series = told === 'error' ? [] : Array.from({ length: workloads }, (_, at) => seriesOf(signal, at, part))
        return { signal, status: told, series, asked: signal }
      })
      const samples = Math.max(...answers.map(({ series }) => series.length * gridLength(part)))
      asked.push({ part, samples, namespaces: scope?.namespaces ?? [] })
      return answers
    },
  }
  return { metrics, asked }
}

function seriesOf(signal: SignalId, at: number, { startMs, stepMs, ...part }: TimeRange): Series {
  const container = signalInfo(signal).level === 'container' ? { container: 'app' } : {}
  const subject = { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: `w${at}`, ...container }
  const values = Float64Array.from(
    { length: gridLength({ startMs, stepMs, ...part }) },
    (_, row) => startMs / stepMs + row + at / 1000,
  )
  return { signal, subject, startMs, stepMs, values }
}

const names = (workloads: readonly number[]) =>
  new Set(workloads.map((at) => seriesName(seriesOf('cpu-usage', at, range).subject)))
const ask = (metrics: Metrics, wanted: ReadonlySet<string>, series: number, mostSamples: number) =>
  historiesOf(metrics, { namespace: 'shop', range, wanted, series, mostSamples })

describe('the history of a namespace', () => {
  it('is the same whether it is read at once or in pieces', async () => {
    const { metrics, asked } = namespaceOf(3)
    const wanted = names([0, 1, 2])
    const whole = await ask(metrics, wanted, 3, 1e9)
    expect(asked).toHaveLength(1)
    const pieces = await ask(metrics, wanted, 3, 6000)
    expect(asked.length).toBeGreaterThan(5)
    expect(pieces).toEqual(whole)
    expect(whole.windows).toEqual(windowsOf(await metrics.read(historySignals, range)))
  })

  it('is cut into stretches of time where the namespace is large, and no request is answered with more than it may', async () => {
    const { metrics, asked } = namespaceOf(150)
    const { windows } = await ask(metrics, names([7, 8]), 150, 200_000)
    expect(windows.map(({ subject }) => subject.name)).toEqual(['w7', 'w8'])
    expect(windows[0]?.length).toBe(gridLength(range))
    expect(Math.max(...asked.map(({ samples }) => samples))).toBeLessThanOrEqual(200_000 / 2)
    expect(asked.length).toBeGreaterThan(9)
    for (const [at, { part, namespaces }] of asked.entries()) {
      expect(namespaces).toEqual(['shop'])
      expect(part.startMs).toBe(at === 0 ? range.startMs : (asked[at - 1]?.part.endMs ?? 0) + STEP)
    }
    expect(asked.at(-1)?.part.endMs).toBe(range.endMs)
  })

  it('is asked for at least one point at a time', async () => {
    const day = { ...range, endMs: range.startMs + 3 * STEP }
    const { metrics, asked } = namespaceOf(2)
    await historiesOf(metrics, { namespace: 'shop', range: day, wanted: names([0]), series: 1e6, mostSamples: 10 })
    expect(asked).toHaveLength(4)
  })

  it('lacks a signal of which a stretch was not answered, and says that it is incomplete', async () => {
    const { metrics } = namespaceOf(1, (id, part) =>
      id === 'latency-p99' && part.startMs > range.startMs ? 'error' : 'ok',
    )
    const { windows, incomplete } = await ask(metrics, names([0]), 1, 6000)
    expect(incomplete).toBe(true)
    expect(windows[0]?.columns.map(({ signal }) => signal)).toEqual(historySignals.filter((id) => id !== 'latency-p99'))
  })

  it('is partial where a stretch was', async () => {
    const { metrics } = namespaceOf(1, (_, part) => (part.startMs > range.startMs ? 'partial' : 'ok'))
    const { windows, incomplete } = await ask(metrics, names([0]), 1, 6000)
    expect([incomplete, windows[0]?.partial]).toEqual([true, true])
  })

  it('is that of as many series at once as fit into the memory for them', () => {
    const bytes = mostAtOnce(range) * historySignals.length * gridLength(range) * 8
    expect(bytes).toBeLessThanOrEqual(MOST_HISTORY_BYTES)
    expect(bytes).toBeGreaterThan(MOST_HISTORY_BYTES / 2)
  })
})
