import { describe, expect, it } from 'vitest'
import { historiesOf, MOST_HISTORY_BYTES, mostAtOnce, seriesName } from '../../src/controller/histories.ts'
import { historySignals, windowsOf } from '../../src/detection/index.ts'
import {
  gridLength,
  isWithin,
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

type Asked = {
  readonly ids: readonly SignalId[]
  readonly part: TimeRange
  /** Of the signal that has the most. */
  readonly samples: number
  readonly all: number
  readonly namespaces: readonly string[]
}

/** A namespace of so many workloads, each with every signal; a value says when it was true and whose it is. */
function namespaceOf(
  workloads: number,
  status: (id: SignalId, part: TimeRange) => SignalAnswer['status'] = () => 'ok',
) {
  const asked: Asked[] = []
  const metrics: Metrics = {
    cluster: 'prod',
    read: async (ids, part, scope) => {
      const answers = ids.map((signal): SignalAnswer => {
        const told = status(signal, part)
        const all = Array.from({ length: workloads }, (_, at) => seriesOf(signal, at, part))
        const series = told === 'error' ? [] : all.filter(({ subject }) => isWithin(subject, scope))
        return { signal, status: told, series, asked: signal }
      })
      const counts = answers.map(({ series }) => series.length * gridLength(part))
      const all = counts.reduce((sum, count) => sum + count, 0)
      asked.push({ ids, part, samples: Math.max(...counts), all, namespaces: scope?.namespaces ?? [] })
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
    (_, row) => (startMs + row * stepMs) / STEP + at / 1000,
  )
  return { signal, subject, startMs, stepMs, values }
}

const names = (workloads: readonly number[]) => ({
  wanted: new Set(workloads.map((at) => seriesName(seriesOf('cpu-usage', at, range).subject))),
  workloads: workloads.map((at) => `w${at}`),
})
type Wanted = ReturnType<typeof names>
const ask = (metrics: Metrics, wanted: Wanted, series: number, mostSamples: number, denseFromMs = range.startMs) =>
  historiesOf(metrics, { namespaces: ['shop'], range, denseFromMs, ...wanted, series, mostSamples })
/** Reads of the same signals. */
const containerReads = <Read extends { readonly ids: readonly SignalId[] }>(asked: readonly Read[]) =>
  asked.filter(({ ids }) => ids.includes('cpu-usage'))

describe('the history of a namespace', () => {
  it('is the same whether it is read at once or in pieces', async () => {
    const { metrics, asked } = namespaceOf(3)
    const wanted = names([0, 1, 2])
    const whole = await ask(metrics, wanted, 3, 1e9)
    expect(containerReads(asked)).toHaveLength(1)
    const pieces = await ask(metrics, wanted, 3, 6000)
    expect(containerReads(asked).length).toBeGreaterThan(5)
    expect(pieces).toEqual(whole)
    expect(whole.windows).toEqual(windowsOf(await metrics.read(historySignals, range)))
  })

  it('is cut into stretches of time where the namespace is large, and no request is answered with more than it may', async () => {
    const { metrics, asked } = namespaceOf(150)
    const all = Array.from({ length: 150 }, (_, at) => at)
    const { windows } = await ask(metrics, { ...names(all), wanted: names([7, 8]).wanted }, 150, 200_000)
    expect(windows.map(({ subject }) => subject.name)).toEqual(['w7', 'w8'])
    expect(windows[0]?.length).toBe(gridLength(range))
    expect(Math.max(...asked.map(({ samples }) => samples))).toBeLessThanOrEqual(200_000 / 2)
    const reads = containerReads(asked)
    expect(reads.length).toBeGreaterThan(9)
    for (const [at, { part, namespaces }] of reads.entries()) {
      expect(namespaces).toEqual(['shop'])
      expect(part.startMs).toBe(at === 0 ? range.startMs : (reads[at - 1]?.part.endMs ?? 0) + STEP)
    }
    expect(reads.at(-1)?.part.endMs).toBe(range.endMs)
  })

  it('is asked for at least one point at a time', async () => {
    const day = { ...range, endMs: range.startMs + 3 * STEP }
    const { metrics, asked } = namespaceOf(2)
    const few = { series: 1e6, mostSamples: 10 }
    await historiesOf(metrics, { namespaces: ['shop'], range: day, denseFromMs: 0, ...names([0]), ...few })
    expect(containerReads(asked)).toHaveLength(4)
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

  it('is read once, however many groups its series are fitted in', async () => {
    const { metrics, asked } = namespaceOf(15)
    for (let first = 0; first < 15; first += 5)
      await ask(metrics, names(Array.from({ length: 5 }, (_, at) => first + at)), 5, 25_000)
    const samples = asked.reduce((sum, { all }) => sum + all, 0)
    expect(samples).toBe(15 * historySignals.length * gridLength(range))
    const inGroups = asked.length
    await ask(metrics, names(Array.from({ length: 15 }, (_, at) => at)), 15, 25_000)
    const atOnce = asked.length - inGroups
    expect(inGroups).toBeLessThan(1.2 * atOnce)
  })

  it('is of every row since a moment, and of each half hour before it as it would be there', async () => {
    const dense = namespaceOf(2)
    const coarse = namespaceOf(2)
    const denseFromMs = range.endMs - 7 * DAY
    const [whole] = (await ask(dense.metrics, names([1]), 1, 20_000)).windows
    const [sparse] = (await ask(coarse.metrics, names([1]), 1, 20_000, denseFromMs)).windows
    if (whole === undefined || sparse === undefined) throw new Error('there is no window')
    const from = (sparse.startMs - whole.startMs) / STEP
    for (const [at, { signal, values }] of sparse.columns.entries()) {
      const all = whole.columns[at]?.values.subarray(from) ?? new Float64Array()
      const atMs = (row: number) => sparse.startMs + row * STEP
      const kept = all.map((value, row) =>
        atMs(row) >= denseFromMs || atMs(row) % (6 * STEP) === 0 ? value : Number.NaN,
      )
      expect([signal, values.findIndex((value, row) => !Object.is(value, kept[row]))]).toEqual([signal, -1])
      expect(values.length).toBe(kept.length)
    }
    const all = ({ asked }: typeof dense) => asked.reduce((sum, one) => sum + one.all, 0)
    expect(all(coarse) / all(dense)).toBeLessThan(0.46)
  })
})
