import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  gridLength,
  isSignalId,
  type Series,
  SIGNALS,
  type SignalAnswer,
  type SignalId,
  signalInfo,
  type TimeRange,
} from '../../src/domain/index.ts'
import type { Metrics } from '../../src/ports/index.ts'

export const ALL_SIGNALS: readonly SignalId[] = Object.keys(SIGNALS).filter(isSignalId)

/** A cluster that has run throughout `range`, in which at least one container was OOM-killed. */
export type MetricsUnderTest = {
  readonly metrics: Metrics
  readonly range: TimeRange
  close?(): Promise<void>
}

export function seriesKey({ subject, labels }: Series): string {
  const { namespace, kind, name, container } = subject
  const told = Object.entries(labels ?? {}).map(([label, value]) => `${label}=${value}`)
  return [`${namespace}/${kind}/${name}`, ...(container === undefined ? [] : [container]), ...told].join(' ')
}

/** What a value of this unit can be; NaN is no value. */
function isPossible(id: SignalId, value: number): boolean {
  if (Number.isNaN(value)) return true
  const { unit } = signalInfo(id)
  if (!Number.isFinite(value) || value < 0) return false
  if (unit === 'flag') return value === 0 || value === 1
  if (unit === 'ratio') return value <= 1 + 1e-9
  return unit !== 'count' || Number.isInteger(value)
}

function values(answers: readonly SignalAnswer[]): readonly (readonly [string, readonly number[]])[] {
  return answers.flatMap(({ signal, series }) =>
    series.map((one) => [`${signal} ${seriesKey(one)}`, [...one.values]] as const).toSorted(),
  )
}

/** Equal but for the last digits, which a source that adds in no fixed order cannot hold. */
function same(one: readonly number[] | undefined, other: readonly number[] | undefined): boolean {
  if (one === undefined || other === undefined || one.length !== other.length) return false
  return one.every((value, index) => {
    const twin = other[index] ?? Number.NaN
    return Object.is(value, twin) || Math.abs(value - twin) <= 1e-7 * Math.abs(value)
  })
}

/** What every Metrics keeps to, whatever it reads from. */
export function metricsContract(name: string, make: () => Promise<MetricsUnderTest>): void {
  describe(`${name} as Metrics`, () => {
    let made: MetricsUnderTest
    let answers: readonly SignalAnswer[]

    beforeAll(async () => {
      made = await make()
      answers = await made.metrics.read(ALL_SIGNALS, made.range)
    }, 60_000)
    afterAll(async () => made?.close?.())

    it('answers every asked signal in the asked order', async () => {
      const asked: SignalId[] = ['restarts', 'cpu-usage', 'restarts', 'memory-limit']
      const given = await made.metrics.read(asked, made.range)
      expect(given.map(({ signal }) => signal)).toEqual(asked)
    })

    it('answers nothing when nothing is asked', async () => {
      expect(await made.metrics.read([], made.range)).toEqual([])
    })

    it('has series wherever it says ok, none where it says empty, and quotes what it asked', () => {
      for (const { status, series, asked } of answers) {
        expect(['ok', 'empty']).toContain(status)
        expect(series.length > 0).toBe(status === 'ok')
        expect(asked !== '' || status === 'empty').toBe(true)
      }
    })

    it('puts every series on the asked grid', () => {
      const { startMs, stepMs } = made.range
      for (const series of answers.flatMap((answer) => answer.series))
        expect([series.startMs, series.stepMs, series.values.length]).toEqual([startMs, stepMs, gridLength(made.range)])
    })

    it('names its own cluster in every subject, and the container where the signal is one container’s', () => {
      for (const { signal, series } of answers)
        for (const { subject } of series) {
          expect(subject.cluster).toBe(made.metrics.cluster)
          expect(subject.container !== undefined).toBe(signalInfo(signal).level === 'container')
        }
    })

    it('gives one series per subject and declared labels, and only those labels', () => {
      for (const { signal, series } of answers) {
        expect(new Set(series.map(seriesKey)).size).toBe(series.length)
        const declared = [...(signalInfo(signal).labels ?? [])]
        for (const { labels } of series) expect(Object.keys(labels ?? {})).toEqual(declared)
      }
    })

    it('gives values that the unit of the signal allows', () => {
      const impossible = answers.flatMap(({ signal, series }) =>
        series.flatMap((one) => [...one.values].filter((value) => !isPossible(signal, value)).map(() => signal)),
      )
      expect(impossible).toEqual([])
    })

    it('knows that a container which runs well was not killed, rather than not knowing', () => {
      const flags = answers.find(({ signal }) => signal === 'oom-killed')?.series ?? []
      expect(flags.some(({ values: all }) => all.every((value) => value === 0))).toBe(true)
      expect(flags.some(({ values: all }) => all.includes(1))).toBe(true)
    })

    it('gives the same answer twice', async () => {
      const again = new Map(values(await made.metrics.read(ALL_SIGNALS, made.range)))
      const first = values(answers)
      expect([...again.keys()].toSorted()).toEqual(first.map(([key]) => key).toSorted())
      expect(first.filter(([key, given]) => !same(given, again.get(key))).map(([key]) => key)).toEqual([])
    })

    it('gives the same values for a part of the range as for the whole', async () => {
      const { startMs, endMs, stepMs } = made.range
      const first = Math.floor(gridLength(made.range) / 2)
      const part = await made.metrics.read(['memory-working-set', 'oom-killed'], {
        startMs: startMs + first * stepMs,
        endMs,
        stepMs,
      })
      const whole = new Map(values(answers))
      const given = values(part)
      expect(given.length).toBeGreaterThan(0)
      expect(given.filter(([key, some]) => !same(some, whole.get(key)?.slice(first))).map(([key]) => key)).toEqual([])
    })

    it('gives the series of the namespaces asked for as it gives them among all', async () => {
      const { namespace } = answers.find(({ signal }) => signal === 'oom-killed')?.series[0]?.subject ?? {
        namespace: '',
      }
      const scope = { namespaces: [namespace, 'no-such-namespace'] }
      const given = await made.metrics.read(['memory-working-set', 'oom-killed'], made.range, scope)
      const all = answers.filter(({ signal }) => ['memory-working-set', 'oom-killed'].includes(signal))
      const there = all.map((one) => ({
        ...one,
        series: one.series.filter(({ subject }) => subject.namespace === namespace),
      }))
      const expected = new Map(values(there))
      expect(expected.size).toBeGreaterThan(0)
      expect(values(given).map(([key]) => key)).toEqual([...expected.keys()])
      expect(
        values(given)
          .filter(([key, some]) => !same(some, expected.get(key)))
          .map(([key]) => key),
      ).toEqual([])
    })

    it('gives the series of the workloads asked for as it gives them among all', async () => {
      const killed = answers.find(({ signal }) => signal === 'oom-killed')?.series[0]?.subject
      const { namespace = '', name = '' } = killed ?? {}
      const scope = { namespaces: [namespace], workloads: [name, `${name}-no-such`] }
      const given = new Map(values(await made.metrics.read(ALL_SIGNALS, made.range, scope)))
      const there = answers.map((one) => ({
        ...one,
        series: one.series.filter(({ subject }) => subject.namespace === namespace && subject.name === name),
      }))
      const expected = values(there)
      expect(expected.length).toBeGreaterThan(5)
      expect([...given.keys()].toSorted()).toEqual(expected.map(([key]) => key).toSorted())
      expect(expected.filter(([key, some]) => !same(some, given.get(key))).map(([key]) => key)).toEqual([])
    })

    it('has nothing of a workload whose name only begins like another', async () => {
      const { subject } = answers.find(({ signal }) => signal === 'oom-killed')?.series[0] ?? {}
      const scope = { namespaces: [subject?.namespace ?? ''], workloads: [(subject?.name ?? '').slice(0, -1)] }
      const given = await made.metrics.read(['memory-working-set', 'replicas-desired'], made.range, scope)
      expect(given.map(({ status }) => status)).toEqual(['empty', 'empty'])
    })

    it('has nothing in a namespace that is not there', async () => {
      const given = await made.metrics.read(['memory-working-set'], made.range, { namespaces: ['no.such|.*'] })
      expect(given).toMatchObject([{ signal: 'memory-working-set', status: 'empty', series: [] }])
    })

    it('has no samples from before anything was there', async () => {
      const { startMs, stepMs } = made.range
      const longAgo = startMs - 2000 * 86_400_000
      const [answer] = await made.metrics.read(['memory-working-set'], { startMs: longAgo, endMs: longAgo, stepMs })
      expect(answer?.series.every((series) => series.values.every(Number.isNaN))).toBe(true)
    })
  })
}
