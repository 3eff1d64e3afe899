import { describe, expect, it } from 'vitest'
import {
  type AttemptRecord,
  betaMean,
  type Failure,
  type Finding,
  type Series,
  type SignalId,
  type Subject,
} from '../../src/domain/index.ts'
import { verify } from '../../src/remediation/index.ts'
import { recordOf } from '../fakes/incident.ts'
import { answer, answersOf, cart, cartApp, MINUTE, series } from '../fakes/series.ts'

/** The sync; times below are minutes after it. */
const SYNC = Date.UTC(2026, 0, 5, 12, 0, 0)
const WINDOW = 10

type Level = (minute: number) => number

/** A series by minutes after the sync, from 60 before it until `now`. */
function around(signal: SignalId, now: number, level: Level, subject: Subject = cartApp): Series {
  const nowMs = SYNC + now * MINUTE
  return series(signal, subject, (ago) => level(now - ago), { nowMs, minutes: now + 60 })
}

function record(change: Partial<AttemptRecord> = {}): AttemptRecord {
  return recordOf({
    subject: cartApp,
    verify: { windowMs: WINDOW * MINUTE, syncTimeoutMs: 600_000, onHarm: 'revert' },
    ...change,
  })
}

function judge(
  now: number,
  list: readonly Series[],
  options: {
    record?: AttemptRecord
    extended?: boolean
    findings?: readonly Finding[]
    answers?: ReturnType<typeof answersOf>
  } = {},
) {
  return verify({
    record: options.record ?? record(),
    answers: options.answers ?? answersOf(...list),
    findings: options.findings ?? [],
    syncedAtMs: SYNC,
    extended: options.extended ?? false,
    nowMs: SYNC + now * MINUTE,
  })
}

/** Killed until the sync, quiet since. */
const cured: Level = (minute) => (minute < 0 ? 1 : 0)
/** The same, with the flag's look-back of 15 minutes after it. */
const echoing: Level = (minute) => (minute < 15 ? 1 : 0)

describe('resolved', () => {
  it('once the symptom stayed away for the whole window', () => {
    expect(judge(12, [around('oom-killed', 12, cured)])).toMatchObject({ verdict: 'resolved' })
  })

  it('not a minute earlier', () => {
    expect(judge(11, [around('oom-killed', 11, cured)])).toEqual({ verdict: 'waiting', untilMs: SYNC + 12 * MINUTE })
  })

  it('counts the window from the end of the echo', () => {
    expect(judge(24, [around('oom-killed', 24, echoing)])).toEqual({ verdict: 'waiting', untilMs: SYNC + 25 * MINUTE })
    expect(judge(25, [around('oom-killed', 25, echoing)])).toMatchObject({ verdict: 'resolved' })
  })

  it('is the same whenever it is judged later', () => {
    const relapse: Level = (minute) => (minute > 60 ? 1 : cured(minute))
    expect(judge(70, [around('oom-killed', 70, relapse)])).toMatchObject({ verdict: 'resolved' })
  })

  it('does not mind a few missing samples', () => {
    const gappy: Level = (minute) => (minute === 5 ? Number.NaN : cured(minute))
    expect(judge(12, [around('oom-killed', 12, gappy)])).toMatchObject({ verdict: 'resolved' })
  })

  it('is said of a revert although the old symptom is back', () => {
    const list = [around('oom-killed', 30, () => 1)]
    expect(judge(30, list, { record: record({ kind: 'revert' }) })).toMatchObject({
      verdict: 'resolved',
      because: 'what the change had done stayed away for the whole window',
    })
  })
})

describe('of pods that were not replaced', () => {
  const MI = 1024 ** 2
  const limit = (mi: number) => around('memory-limit', 12, () => mi * MI)

  it.each([
    [32, 'indeterminate'],
    [128, 'resolved'],
    [256, 'resolved'],
  ])('that run with %iMi where 128Mi was set: %s', (mi, verdict) => {
    expect(judge(12, [around('oom-killed', 12, cured), limit(mi)])).toMatchObject({ verdict })
  })
})

describe('of a revert', () => {
  const proxy: Subject = { ...cart, container: 'proxy' }
  const revert = (signal: SignalId) =>
    record({ kind: 'revert', watch: [signal], present: ['CrashLoopBackOff', 'OOMKilled'] })
  const old = around('oom-killed', 30, () => 1)

  it.each([
    ['on the container of the fix', [around('crash-loop', 30, () => 1)]],
    ['on another container', [around('crash-loop', 30, () => 0), around('crash-loop', 30, () => 1, proxy)]],
  ])('insufficient while the harm goes on %s', (_, list) => {
    expect(judge(30, [old, ...list], { record: revert('crash-loop') })).toMatchObject({
      verdict: 'insufficient',
      evidence: [{ signal: 'crash-loop', value: 1 }],
    })
  })

  it('resolved once it is gone', () => {
    const list = [old, around('crash-loop', 30, (minute) => (minute < 6 ? 1 : 0), proxy)]
    expect(judge(30, list, { record: revert('crash-loop') })).toMatchObject({ verdict: 'resolved' })
  })

  it.each([
    [2, 'insufficient'],
    [3, 'resolved'],
  ])('with %i of 3 replicas: %s', (available, verdict) => {
    const list = [
      around('replicas-desired', 30, () => 3, cart),
      around('replicas-available', 30, () => available, cart),
    ]
    expect(judge(30, list, { record: revert('replicas-available') })).toMatchObject({ verdict })
  })
})

describe('insufficient', () => {
  it('as soon as the flag comes up anew', () => {
    const again: Level = (minute) => (minute < 0 || minute >= 5 ? 1 : 0)
    expect(judge(5, [around('oom-killed', 5, again)])).toMatchObject({
      verdict: 'insufficient',
      evidence: [{ signal: 'oom-killed', value: 1, atMs: SYNC + 5 * MINUTE }],
    })
  })

  it('not while the flag may be an echo of before the sync', () => {
    expect(judge(16, [around('oom-killed', 16, () => 1)])).toMatchObject({ verdict: 'waiting' })
  })

  it('once the flag is up longer than an echo lasts', () => {
    expect(judge(17, [around('oom-killed', 17, () => 1)])).toMatchObject({ verdict: 'insufficient' })
  })

  it('not for what befalls the old pods while they are replaced', () => {
    const during: Level = (minute) => (minute === 1 ? 1 : 0)
    expect(judge(12, [around('oom-killed', 12, during)])).toMatchObject({ verdict: 'resolved' })
  })

  it('not for another container', () => {
    const list = [around('oom-killed', 12, cured), around('oom-killed', 12, () => 1, { ...cart, container: 'proxy' })]
    expect(judge(12, list)).toMatchObject({ verdict: 'resolved' })
  })

  it.each([
    [true, 'usage', 'insufficient'],
    [false, 'usage', 'resolved'],
    [false, 'no usage', 'indeterminate'],
  ])('of throttling depends on whether a rule still finds it: %s, with %s: %s', (ruled, known, verdict) => {
    const one = record({ failure: 'CPUThrottling', watch: ['cpu-throttled'], present: ['CPUThrottling'] })
    const finding: Finding = {
      ...{ subject: cartApp, failure: 'CPUThrottling', by: { rule: 'cpu-throttling' }, confidence: betaMean(8, 2) },
      ...{ startMs: SYNC, lastMs: SYNC, evidence: [], data: 'complete' },
    }
    const list = [
      around('cpu-throttled', 18, (minute) => (minute === 2 ? 0.1 : 0.5)),
      around('cpu-limit', 18, () => 1),
      around('cpu-usage', 18, () => (known === 'usage' ? 0.5 : Number.NaN)),
    ]
    expect(judge(18, list, { record: one, findings: ruled ? [finding] : [] })).toMatchObject({ verdict })
  })
})

describe('indeterminate', () => {
  const half: Level = (minute) => (minute > 2 && minute % 2 === 1 ? Number.NaN : cured(minute))

  it('with half of the samples', () => {
    expect(judge(12, [around('oom-killed', 12, half)])).toMatchObject({ verdict: 'indeterminate' })
  })

  it('without the series', () => {
    expect(judge(27, [])).toMatchObject({ verdict: 'indeterminate' })
  })

  it('where the answer is partial', () => {
    const answers = [answer([around('oom-killed', 12, cured)], 'oom-killed', 'partial')]
    expect(judge(12, [], { answers })).toMatchObject({ verdict: 'indeterminate' })
  })

  it('waits for a second window when extended', () => {
    expect(judge(12, [around('oom-killed', 12, half)], { extended: true })).toEqual({
      verdict: 'waiting',
      untilMs: SYNC + 22 * MINUTE,
    })
  })

  it('can still be resolved by the longer window', () => {
    const late: Level = (minute) => (minute > 2 && minute < 6 ? Number.NaN : cured(minute))
    expect(judge(12, [around('oom-killed', 12, late)])).toMatchObject({ verdict: 'indeterminate' })
    expect(judge(22, [around('oom-killed', 22, late)], { extended: true })).toMatchObject({ verdict: 'resolved' })
  })

  it('again at the end of the longer window', () => {
    expect(judge(22, [around('oom-killed', 22, half)], { extended: true })).toMatchObject({ verdict: 'indeterminate' })
  })
})

describe('harmful', () => {
  const quiet = (now: number) => around('oom-killed', now, cured)
  const since =
    (start: number): Level =>
    (minute) =>
      minute >= start ? 1 : 0

  it.each([
    ['Unschedulable', 'unschedulable', cart],
    ['ImagePullBackOff', 'image-pull', cartApp],
    ['CrashLoopBackOff', 'crash-loop', cartApp],
    ['FailedRollout', 'rollout-failed', cart],
  ] as const)('when %s began after the sync', (failure, signal, subject) => {
    const verdict = judge(6, [quiet(6), around(signal, 6, since(3), subject)])
    expect(verdict).toMatchObject({ verdict: 'harmful', because: `${failure} began after the fix was synced` })
  })

  it('when a fix of something else brings OOM kills', () => {
    const one = record({ failure: 'CPUThrottling', watch: ['cpu-throttled'], present: ['CPUThrottling'] })
    const list = [around('cpu-throttled', 6, () => 0), around('oom-killed', 6, since(2))]
    expect(judge(6, list, { record: one })).toMatchObject({ verdict: 'harmful' })
  })

  it.each([
    ['has lasted less than 3 minutes', since(4)],
    ['has gone again', ((minute) => (minute > 1 && minute < 5 ? 1 : 0)) satisfies Level],
    ['was there at the sync', since(-5)],
  ])('not when the new failure %s', (_, level) => {
    expect(judge(6, [quiet(6), around('unschedulable', 6, level, cart)])).toMatchObject({ verdict: 'waiting' })
  })

  it('not when the failure was present when the fix was decided', () => {
    const present: readonly Failure[] = ['OOMKilled', 'CrashLoopBackOff']
    const list = [quiet(6), around('crash-loop', 6, since(2))]
    expect(judge(6, list, { record: record({ present }) })).toMatchObject({ verdict: 'waiting' })
  })

  it('not when the failure is of another workload', () => {
    const other = { ...cart, name: 'checkout' }
    expect(judge(6, [quiet(6), around('unschedulable', 6, since(2), other)])).toMatchObject({ verdict: 'waiting' })
  })

  it('not when the samples do not reach back to the sync', () => {
    const late = series('unschedulable', cart, () => 1, { nowMs: SYNC + 10 * MINUTE, minutes: 8 })
    expect(judge(10, [quiet(10), late])).toMatchObject({ verdict: 'waiting' })
  })

  it.each([
    ['came and went before the sync too', ((minute) => (minute === -4 || minute >= 2 ? 1 : 0)) satisfies Level],
    [
      'may have been there before, when nothing was measured',
      ((minute) => (minute < 2 ? Number.NaN : 1)) satisfies Level,
    ],
  ])('not when the failure %s', (_, level) => {
    expect(judge(6, [quiet(6), around('crash-loop', 6, level)])).toMatchObject({ verdict: 'waiting' })
  })

  it('not by the crash loop that goes on OOM kills bring: that is insufficient', () => {
    const again = around('oom-killed', 12, (minute) => (minute < 0 || minute >= 4 ? 1 : 0))
    expect(judge(12, [again, around('crash-loop', 12, since(5))])).toMatchObject({ verdict: 'insufficient' })
  })

  it('not by a crash loop while the kill may be an echo', () => {
    expect(judge(10, [around('oom-killed', 10, () => 1), around('crash-loop', 10, since(4))])).toMatchObject({
      verdict: 'waiting',
    })
  })

  describe('by missing replicas', () => {
    const desired = (now: number) => around('replicas-desired', now, () => 3, cart)
    const available = (now: number, level: Level) => around('replicas-available', now, level, cart)

    it('once they are missing for ten minutes', () => {
      const list = [quiet(12), desired(12), available(12, (minute) => (minute >= 2 ? 2 : 3))]
      expect(judge(12, list)).toMatchObject({ verdict: 'harmful', evidence: [{ value: 2, threshold: 3 }] })
    })

    it('not while pods are replaced', () => {
      const list = [quiet(9), desired(9), available(9, (minute) => (minute >= 1 ? 2 : 3))]
      expect(judge(9, list)).toMatchObject({ verdict: 'waiting' })
    })

    it.each([
      ['available', (minute: number) => (minute < 1 ? Number.NaN : 2), () => 3],
      ['desired', (minute: number) => (minute < 1 ? 3 : 2), (minute: number) => (minute < 1 ? Number.NaN : 3)],
    ] as const)('not where nobody knows how many were %s before', (_, some, wanted) => {
      const list = [quiet(12), around('replicas-desired', 12, wanted, cart), available(12, some)]
      expect(judge(12, list)).toMatchObject({ verdict: 'resolved' })
    })

    it('not where they were missing before', () => {
      const list = [quiet(12), desired(12), available(12, () => 2)]
      expect(judge(12, list)).toMatchObject({ verdict: 'resolved' })
    })
  })
})
