import { describe, expect, it } from 'vitest'
import { failures } from '../../src/diagnosis/failures/index.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import {
  betaMean,
  type Evidence,
  type Failure,
  type Finding,
  type SignalAnswer,
  type SignalId,
  type Subject,
  voteShareOf,
} from '../../src/domain/index.ts'
import { answer, answersOf, cart, cartApp, MINUTE, NOW, series } from '../fakes/series.ts'

const MI = 1024 ** 2
const START = NOW - 10 * MINUTE

function evidenceOf(signal: SignalId, value = 1, subject: Subject = cartApp): Evidence {
  return { signal, subject, atMs: NOW, value, says: 'seen', asked: `ask(${signal})` }
}

function finding(failure: Failure, signals: readonly Evidence[], change: Partial<Finding> = {}): Finding {
  return {
    subject: cartApp,
    failure,
    by: { rule: 'rule' },
    confidence: betaMean(19, 1),
    startMs: START,
    lastMs: NOW,
    evidence: signals,
    data: 'complete',
    ...change,
  }
}

const anomalyOf = (signal: SignalId) =>
  finding('Anomaly', [evidenceOf(signal)], {
    by: { votes: [{ model: 'isolation-forest', anomaly: true, score: 0.7, tail: 0.001 }], share: voteShareOf(1, 1) },
  })

const of = (findings: readonly Finding[], answers: readonly SignalAnswer[] = []) => diagnose(findings, answers, NOW)

describe('diagnose', () => {
  it('says nothing where nothing was found', () => {
    expect(of([])).toBeUndefined()
  })

  it.each(failures.map((kind) => kind.failure))('knows %s', (failure) => {
    expect(of([finding(failure, [evidenceOf('oom-killed')])])?.failure).toBe(failure)
  })

  it.each([
    ['OOMKilled', 'CrashLoopBackOff'],
    ['CrashLoopBackOff', 'FailedRollout'],
    ['ImagePullBackOff', 'FailedRollout'],
    ['Unschedulable', 'FailedRollout'],
    ['OOMKilled', 'Anomaly'],
  ] as const)('%s wins over the %s that it causes', (cause, effect) => {
    const found = [finding(effect, [evidenceOf('crash-loop')]), finding(cause, [evidenceOf('oom-killed')])]
    expect(of(found)?.failure).toBe(cause)
  })

  it('keeps the confidence and the episode of the finding that names the failure', () => {
    expect(of([finding('OOMKilled', [evidenceOf('oom-killed')])])).toMatchObject({
      confidence: 0.95,
      startMs: START,
      lastMs: NOW,
    })
  })

  it('quotes what else was found on the workload', () => {
    const found = [
      finding('OOMKilled', [evidenceOf('oom-killed')]),
      finding('CrashLoopBackOff', [evidenceOf('crash-loop')]),
    ]
    expect(of(found)?.evidence.map((one) => one.signal)).toEqual(['oom-killed', 'crash-loop'])
  })

  it('is partial when any finding rests on a partial answer', () => {
    const partial = finding('CrashLoopBackOff', [evidenceOf('crash-loop')], { data: 'partial' })
    expect(of([finding('OOMKilled', [evidenceOf('oom-killed')]), partial])?.data).toBe('partial')
  })

  it.each([
    ['memory-working-set', 'partial'],
    ['memory-limit', 'partial'],
    ['oom-killed', 'partial'],
    ['latency-p99', 'complete'],
  ] as const)('with an incomplete answer for %s, which may size the fix or not, is %s', (signal, data) => {
    const answers = [answer([series(signal, cartApp, () => 1)], signal, 'partial')]
    expect(of([finding('OOMKilled', [evidenceOf('oom-killed')])], answers)?.data).toBe(data)
  })

  it('says what happened and since when in one sentence', () => {
    const answers = answersOf(
      series('memory-limit', cartApp, () => 32 * MI),
      series('oom-killed', cartApp, (ago) => (ago <= 10 ? 1 : 0)),
    )
    expect(of([finding('OOMKilled', [evidenceOf('oom-killed')])], answers)?.summary).toBe(
      'container app of shop/cart was OOM-killed under a memory limit of 32Mi, since 2026-01-05T11:50:00Z.',
    )
  })
})

describe('independent signals', () => {
  it.each([
    ['one exporter', ['oom-killed'], false],
    ['two signals of one exporter', ['oom-killed', 'memory-limit'], false],
    ['a reason and a level of another exporter', ['oom-killed', 'memory-working-set'], true],
    ['a reason and what the clients see', ['crash-loop', 'error-ratio'], true],
  ] as const)('%s: %j', (_, signals, expected) => {
    const found = [
      finding(
        'OOMKilled',
        signals.map((signal) => evidenceOf(signal)),
      ),
    ]
    expect(of(found)?.independentSignals).toBe(expected)
  })

  it('are not two pods of which nobody knows that they run on different nodes', () => {
    const found = [finding('OOMKilled', [evidenceOf('oom-killed'), evidenceOf('oom-killed-pods', 2)])]
    expect(of(found)?.independentSignals).toBe(false)
  })

  it('agree when a model saw another mechanism', () => {
    const found = [finding('OOMKilled', [evidenceOf('oom-killed')]), anomalyOf('latency-p99')]
    expect(of(found)?.independentSignals).toBe(true)
  })

  it('are never those of a model alone', () => {
    const wide = { ...anomalyOf('latency-p99'), evidence: [evidenceOf('latency-p99'), evidenceOf('cpu-usage')] }
    expect(of([wide])?.independentSignals).toBe(false)
  })

  it('are not those of another rule on the same workload', () => {
    const found = [
      finding('OOMKilled', [evidenceOf('oom-killed')]),
      finding('CPUThrottling', [evidenceOf('cpu-throttled')]),
    ]
    expect(of(found)?.independentSignals).toBe(false)
  })
})

describe('a new image', () => {
  const crash = finding('CrashLoopBackOff', [evidenceOf('crash-loop')])
  const withImageAt = (minutesAgo: number) =>
    answersOf(
      series('running-image', cartApp, () => 1, { labels: { image: 'shop/cart:1' } }),
      series('running-image', cartApp, (ago) => (ago <= minutesAgo ? 1 : Number.NaN), {
        labels: { image: 'shop/cart:2' },
      }),
    )
  const said = (answers: readonly SignalAnswer[], one = crash) =>
    of([one], answers)?.evidence.filter((evidence) => evidence.signal === 'running-image').length

  it.each([
    [10, 1],
    [20, 1],
    [21, 0],
    [9, 0],
  ] as const)('that appeared %i minutes ago, with the crash at 10, is quoted %i times', (minutesAgo, times) => {
    expect(said(withImageAt(minutesAgo))).toBe(times)
  })

  it('is not quoted where it was there all along', () => {
    expect(said(answersOf(series('running-image', cartApp, () => 1, { labels: { image: 'shop/cart:1' } })))).toBe(0)
  })

  it('is not quoted where no image was seen before it, as after an outage of the metrics', () => {
    const outage = series('running-image', cartApp, (ago) => (ago <= 15 ? 1 : Number.NaN), {
      labels: { image: 'shop/cart:1' },
    })
    expect(said(answersOf(outage))).toBe(0)
  })

  it('of another container is not quoted', () => {
    const other = finding('CrashLoopBackOff', [evidenceOf('crash-loop')], { subject: { ...cart, container: 'proxy' } })
    expect(said(withImageAt(15), other)).toBe(0)
  })
})

describe('what was observed', () => {
  const observed = (answers: readonly SignalAnswer[]) =>
    of([finding('OOMKilled', [evidenceOf('oom-killed')])], answers)?.observed
  const limit32 = series('memory-limit', cartApp, () => 32 * MI)

  it('is nothing without samples', () => {
    expect(observed([])).toEqual({})
  })

  it('leaves out of the memory peak what the limit cut off', () => {
    const used = series('memory-working-set', cartApp, (ago) => (ago === 5 ? 31 * MI : ago === 50 ? 28 * MI : 20 * MI))
    expect(observed(answersOf(limit32, used))?.memoryPeakBytes).toBe(28 * MI)
  })

  it('has no memory peak where every sample was at the limit', () => {
    expect(
      observed(
        answersOf(
          limit32,
          series('memory-working-set', cartApp, () => 32 * MI),
        ),
      ),
    ).not.toHaveProperty('memoryPeakBytes')
  })

  it('has the limit of now, and the highest one under which there was a kill', () => {
    const lowered = series('memory-limit', cartApp, (ago) => (ago > 30 ? 64 * MI : 32 * MI))
    const killed = series('oom-killed', cartApp, (ago) => (ago > 80 || ago <= 10 ? 1 : 0))
    expect(observed(answersOf(lowered, killed))).toMatchObject({ memoryLimitBytes: 32 * MI, oomLimitBytes: 64 * MI })
  })

  it('does not count the echo of an old kill against a limit raised meanwhile', () => {
    const raised = series('memory-limit', cartApp, (ago) => (ago > 10 ? 32 * MI : 128 * MI))
    const killed = series('oom-killed', cartApp, (ago) => (ago < 20 ? 1 : 0))
    expect(observed(answersOf(raised, killed))?.oomLimitBytes).toBe(32 * MI)
  })

  it('counts a new kill under the raised limit at once', () => {
    const raised = series('memory-limit', cartApp, (ago) => (ago > 10 ? 32 * MI : 128 * MI))
    const killed = series('oom-killed', cartApp, (ago) => (ago < 3 ? 1 : 0))
    expect(observed(answersOf(raised, killed))?.oomLimitBytes).toBe(128 * MI)
  })

  it('leaves out a limit that was last seen long ago', () => {
    const gone = series('memory-limit', cartApp, (ago) => (ago > 10 ? 32 * MI : Number.NaN))
    expect(observed(answersOf(gone))).toEqual({})
  })

  it.each([2 ** 60, Number.MAX_VALUE, -1])('leaves out what no machine has: %d', (value) => {
    const absurd = (['memory-limit', 'cpu-limit', 'cpu-usage', 'replicas-desired'] as const).map((signal) =>
      series(signal, cartApp, () => value),
    )
    const killed = series('oom-killed', cartApp, () => 1)
    expect(Object.values(observed(answersOf(...absurd, killed)) ?? {}).filter((one) => one !== 0)).toEqual([])
  })

  it('has peak and p90 of the CPU use, and the replicas of the workload', () => {
    const used = series('cpu-usage', cartApp, (ago) => (ago === 3 ? 2 : 0.5))
    const replicas = series('replicas-desired', cart, () => 3)
    expect(observed(answersOf(used, replicas))).toEqual({ cpuPeakCores: 2, cpuP90Cores: 0.5, replicas: 3 })
  })
})
