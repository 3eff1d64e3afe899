import { describe, expect, it } from 'vitest'
import { scan, tickSignals } from '../../src/detection/index.ts'
import { signalRules } from '../../src/detection/signals/index.ts'
import { isSignalId, type SignalAnswer } from '../../src/domain/index.ts'
import { answer, answersOf, cart, cartApp, HOUR, MINUTE, NOW, series } from '../fakes/series.ts'

const MI = 1024 ** 2
const settings = { cooldownMs: 5 * MINUTE }
const flagFor = (minutes: number) => (ago: number) => (ago < minutes ? 1 : 0)

function found(answers: readonly SignalAnswer[], nowMs = NOW) {
  return scan(answers, nowMs, settings).findings
}

describe('the rules', () => {
  it.each(signalRules)('$id reads only signals that exist and that a tick asks for', (rule) => {
    for (const id of [rule.decides, ...rule.helps]) {
      expect(isSignalId(id)).toBe(true)
      expect(tickSignals).toContain(id)
    }
  })

  it('have ids of their own', () => {
    expect(new Set(signalRules.map((rule) => rule.id)).size).toBe(signalRules.length)
  })

  it.each(signalRules)('$id finds nothing while its signal is quiet', (rule) => {
    const subject = ['unschedulable', 'rollout-failed'].includes(rule.decides) ? cart : cartApp
    expect(found(answersOf(series(rule.decides, subject, () => 0)))).toEqual([])
  })

  const flagged = [
    { rule: 'oom-killed', signal: 'oom-killed', failure: 'OOMKilled', least: 1, subject: cartApp },
    { rule: 'crash-loop', signal: 'crash-loop', failure: 'CrashLoopBackOff', least: 2, subject: cartApp },
    { rule: 'image-pull', signal: 'image-pull', failure: 'ImagePullBackOff', least: 2, subject: cartApp },
    { rule: 'unschedulable', signal: 'unschedulable', failure: 'Unschedulable', least: 11, subject: cart },
    { rule: 'rollout-failed', signal: 'rollout-failed', failure: 'FailedRollout', least: 2, subject: cart },
  ] as const

  it.each(flagged)(
    '$rule finds $failure once it has lasted for $least samples',
    ({ signal, failure, least, subject }) => {
      const [finding] = found(answersOf(series(signal, subject, flagFor(least))))
      expect(finding).toMatchObject({ failure, subject, confidence: 0.95, data: 'complete', lastMs: NOW })
      expect(finding?.startMs).toBe(NOW - (least - 1) * MINUTE)
    },
  )

  it.each(flagged.filter((one) => one.least > 1))('$rule waits below $least samples', ({ signal, least, subject }) => {
    expect(found(answersOf(series(signal, subject, flagFor(least - 1))))).toEqual([])
  })

  it('find nothing once the signal has gone', () => {
    expect(found(answersOf(series('oom-killed', cartApp, (ago) => (ago > 20 && ago < 40 ? 1 : 0))))).toEqual([])
  })

  it('judge an earlier moment by the samples of then', () => {
    const answers = answersOf(series('oom-killed', cartApp, (ago) => (ago > 20 && ago < 40 ? 1 : 0)))
    expect(found(answers, NOW - 30 * MINUTE)[0]).toMatchObject({ failure: 'OOMKilled', lastMs: NOW - 30 * MINUTE })
    expect(found(answers, NOW - 50 * MINUTE)).toEqual([])
  })

  it('quote the deciding query with its newest value', () => {
    const [finding] = found(answersOf(series('oom-killed', cartApp, flagFor(3))))
    expect(finding?.evidence[0]).toMatchObject({ signal: 'oom-killed', value: 1, atMs: NOW, asked: 'ask(oom-killed)' })
  })
})

describe('no data', () => {
  it.each([
    ['error', 'query-failed'],
    ['partial', 'data-partial'],
    ['empty', 'too-few-samples'],
  ] as const)('an answer that is %s is unknown: %s', (status, why) => {
    const { unknown } = scan([answer([], 'oom-killed', status)], NOW, settings)
    expect(unknown).toContainEqual(expect.objectContaining({ signal: 'oom-killed', why }))
  })

  it('a signal that was not asked is unknown', () => {
    expect(scan([], NOW, settings).unknown.map((one) => one.signal)).toContain('crash-loop')
  })

  it('a series whose newest sample is older than two steps is stale, not a finding', () => {
    const list = [series('oom-killed', cartApp, (ago) => (ago < 3 ? Number.NaN : 1))]
    const result = scan(answersOf(...list), NOW, settings)
    expect(result.findings).toEqual([])
    expect(result.unknown).toContainEqual({ signal: 'oom-killed', subject: cartApp, why: 'stale' })
  })

  it('a series without any sample is unknown', () => {
    const result = scan(answersOf(series('oom-killed', cartApp, () => Number.NaN)), NOW, settings)
    expect(result.unknown).toContainEqual({ signal: 'oom-killed', subject: cartApp, why: 'too-few-samples' })
  })

  it('a partial answer gives a finding that says so', () => {
    const [finding] = found([answer([series('oom-killed', cartApp, flagFor(3))], 'oom-killed', 'partial')])
    expect(finding?.data).toBe('partial')
  })

  it('two missing samples do not break a run, three do', () => {
    const run = (missing: number) =>
      found(
        answersOf(
          series('unschedulable', cart, (ago) => (ago > 4 && ago <= 4 + missing ? Number.NaN : 1), { minutes: 13 }),
        ),
      )
    expect(run(2)).toHaveLength(1)
    expect(run(3)).toEqual([])
  })
})

describe('the start of the episode', () => {
  const twice = (gapMinutes: number) =>
    found(
      answersOf(
        series(
          'oom-killed',
          cartApp,
          (ago) => (ago < 10 || (ago >= 10 + gapMinutes && ago < 20 + gapMinutes) ? 1 : 0),
          {
            minutes: 24 * 60,
          },
        ),
      ),
    )[0]

  it('joins runs with gaps below six hours', () => {
    expect(twice(5 * 60)?.startMs).toBe(NOW - (5 * 60 + 19) * MINUTE)
  })

  it('is that of the last run after a longer gap', () => {
    expect(twice(7 * 60)?.startMs).toBe(NOW - 9 * MINUTE)
  })

  it('joins longer gaps where the cooldown is longer', () => {
    const answers = answersOf(
      series('oom-killed', cartApp, (ago) => (ago < 10 || (ago > 7 * 60 && ago <= 8 * 60) ? 1 : 0), {
        minutes: 24 * 60,
      }),
    )
    expect(scan(answers, NOW, { cooldownMs: 8 * HOUR }).findings[0]?.startMs).toBe(NOW - 8 * HOUR)
  })

  it('is the same at every later tick of the run', () => {
    const starts = [0, 1, 2, 5].map((later) => {
      const nowMs = NOW + later * MINUTE
      const begun = NOW - 3 * MINUTE
      const value = (ago: number) => (nowMs - ago * MINUTE >= begun ? 1 : 0)
      return found(answersOf(series('crash-loop', cartApp, value, { nowMs })), nowMs)[0]?.startMs
    })
    expect(new Set(starts)).toEqual(new Set([NOW - 3 * MINUTE]))
  })
})

describe('confidence', () => {
  it('is the published prior of the rule', () => {
    const answers = answersOf(series('oom-killed', cartApp, flagFor(3)))
    expect(scan(answers, NOW, settings).findings[0]?.confidence).toBeCloseTo(19 / 20)
  })
})

describe('a second witness', () => {
  const signals = (answers: readonly SignalAnswer[]) => found(answers)[0]?.evidence.map((one) => one.signal)
  const kill = series('oom-killed', cartApp, flagFor(10))

  it('of an OOM kill is a working set at 0.9 of the limit shortly before', () => {
    const level = series('memory-working-set', cartApp, (ago) => (ago > 9 && ago < 15 ? 31 * MI : 20 * MI))
    expect(
      signals(
        answersOf(
          kill,
          level,
          series('memory-limit', cartApp, () => 32 * MI),
        ),
      ),
    ).toEqual(['oom-killed', 'memory-working-set'])
  })

  it('of an OOM kill is not a level that lay an hour back', () => {
    const level = series('memory-working-set', cartApp, (ago) => (ago === 60 ? 31 * MI : 20 * MI))
    expect(
      signals(
        answersOf(
          kill,
          level,
          series('memory-limit', cartApp, () => 32 * MI),
        ),
      ),
    ).toEqual(['oom-killed'])
  })

  it('of an OOM kill holds each sample against the limit of its own moment', () => {
    const level = series('memory-working-set', cartApp, () => 31 * MI)
    const raised = series('memory-limit', cartApp, (ago) => (ago > 2 ? 32 * MI : 128 * MI))
    expect(found(answersOf(kill, level, raised))[0]?.evidence[1]?.atMs).toBeLessThan(NOW - 2 * MINUTE)
  })

  it.each([
    [1, ['oom-killed']],
    [2, ['oom-killed', 'oom-killed-pods']],
  ] as const)('of an OOM kill on %i pods: %j', (pods, expected) => {
    expect(
      signals(
        answersOf(
          kill,
          series('oom-killed-pods', cartApp, () => pods),
        ),
      ),
    ).toEqual(expected)
  })

  it.each(['crash-loop', 'image-pull'] as const)('of %s is that requests fail more often than before', (signal) => {
    const errors = series('error-ratio', cart, (ago) => (ago < 10 ? 0.3 : 0.01))
    expect(signals(answersOf(series(signal, cartApp, flagFor(10)), errors))).toEqual([signal, 'error-ratio'])
  })

  it('is not an error ratio that was as high before', () => {
    const errors = series('error-ratio', cart, () => 0.3)
    expect(signals(answersOf(series('crash-loop', cartApp, flagFor(10)), errors))).toEqual(['crash-loop'])
  })

  it('of a failed rollout is that half of the requests no longer come', () => {
    const rate = series('request-rate', cart, (ago) => (ago < 5 ? 20 : 100))
    expect(signals(answersOf(series('rollout-failed', cart, flagFor(5)), rate))).toEqual([
      'rollout-failed',
      'request-rate',
    ])
  })
})

describe('cpu-throttling', () => {
  const throttled = series('cpu-throttled', cartApp, (ago) => (ago < 20 ? 0.6 : 0))
  const limit = series('cpu-limit', cartApp, () => 0.5)
  const idle = series('cpu-usage', cartApp, () => 0.1)

  it('never finds on throttling alone', () => {
    expect(found(answersOf(throttled, limit, idle))).toEqual([])
  })

  it('cannot tell where neither usage nor latency is known', () => {
    const result = scan(answersOf(throttled), NOW, settings)
    expect(result.findings).toEqual([])
    expect(result.unknown).toContainEqual({ signal: 'cpu-usage', subject: cartApp, why: 'too-few-samples' })
  })

  it('finds a container that is at its limit', () => {
    const busy = series('cpu-usage', cartApp, (ago) => (ago < 20 ? 0.49 : 0.2))
    expect(found(answersOf(throttled, limit, busy))[0]).toMatchObject({ failure: 'CPUThrottling', confidence: 0.8 })
  })

  it('finds a container whose answers got slower', () => {
    const slow = series('latency-p99', cart, (ago) => (ago < 20 ? 0.9 : 0.2))
    expect(found(answersOf(throttled, limit, idle, slow))[0]?.evidence.map((one) => one.signal)).toEqual([
      'cpu-throttled',
      'latency-p99',
    ])
  })

  it('waits until it has lasted for 15 minutes', () => {
    const busy = series('cpu-usage', cartApp, () => 0.49)
    const brief = series('cpu-throttled', cartApp, (ago) => (ago < 15 ? 0.6 : 0))
    expect(found(answersOf(brief, limit, busy))).toEqual([])
  })
})
