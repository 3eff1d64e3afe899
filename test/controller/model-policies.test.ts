import { beforeAll, describe, expect, it } from 'vitest'
import { shopCommits, shopRepository, shopScenario } from '../../src/adapters/simulation/index.ts'
import {
  type ControllerDeps,
  emptyMemory,
  type LaneReport,
  reconcile,
  type TickReport,
} from '../../src/controller/index.ts'
import { type AnswerJob, answers, detectors, NO_ENGINES } from '../../src/detection/index.ts'
import {
  type Config,
  type KnownEvent,
  laneOf,
  type Policy,
  SINGLE_MODEL_CEILING,
  type SignalAnswer,
} from '../../src/domain/index.ts'
import { parseSchedule } from '../../src/policy/index.ts'
import type { Compute, Metrics, OutsideModel } from '../../src/ports/index.ts'
import { policyOf } from '../fakes/incident.ts'
import { URL, Walk } from '../fakes/walk.ts'

const START = Date.UTC(2026, 0, 12, 9, 0)

function anomalies(change: Partial<Policy> = {}): Policy {
  const origin = { from: 'operator', namespace: 'kintsugi' } as const
  return policyOf({ name: 'anomalies', failure: 'Anomaly', action: 'notify-only', origin, ...change })
}

function event(text: string, minutes: number): KnownEvent {
  const parsed = parseSchedule(text)
  if ('problem' in parsed) throw new RangeError(parsed.problem)
  return { name: 'load-test', schedule: parsed.value, durationMs: minutes * 60_000 }
}

const told = (knownEvents: readonly KnownEvent[]): Policy => anomalies({ detection: { excluded: [], knownEvents } })

/** The fewer there are the sooner all are fitted. */
function few(metrics: Metrics, names: readonly string[]): Metrics {
  return {
    cluster: metrics.cluster,
    read: async (ids, range, scope) =>
      (await metrics.read(ids, range, scope)).map((one) => ({
        ...one,
        series: one.series.filter(({ subject }) => names.includes(subject.name)),
      })),
  }
}

type Change = Partial<ControllerDeps> & { readonly detection?: Partial<Config['detection']> }

describe('a tick with a policy on what models find', { timeout: 60_000 }, () => {
  let walk: Walk
  let plain: TickReport

  beforeAll(async () => {
    walk = await Walk.begin({
      scenario: shopScenario({ repoURL: URL, startMs: START }),
      files: shopRepository({ repoURL: URL }),
      commits: shopCommits(START),
    })
    await walk.minutes(20, false)
    plain = await look({ policies: [anomalies()] })
  })

  function depsWith({ detection = {}, ...change }: Change): ControllerDeps {
    const { config, site } = walk.deps
    // One that a rule speaks of, and one that the models do.
    const metrics = few(site.metrics, ['cart', 'recommendation'])
    return {
      ...walk.deps,
      site: { ...site, metrics },
      writes: 'observe',
      config: { ...config, detection: { ...config.detection, ...detection } },
      ...change,
    }
  }

  const look = (change: Change = {}, atMs = walk.clock.now()): Promise<TickReport> =>
    reconcile(depsWith(change), emptyMemory(), atMs)
  const anomaliesIn = (report: TickReport): readonly LaneReport[] =>
    report.lanes.filter(({ diagnosis }) => diagnosis?.failure === 'Anomaly')

  it('tells nothing that began while a declared event goes on, and says so', async () => {
    expect(anomaliesIn(plain).length).toBeGreaterThan(0)
    expect(plain.silenced).toEqual([])
    const silent = await look({ policies: [told([event('0 6 * * *', 600)])] })
    expect(anomaliesIn(silent)).toEqual([])
    expect(silent.silenced.map(({ subject }) => laneOf(subject)).sort()).toEqual(
      anomaliesIn(plain).map(({ lane }) => lane),
    )
    expect(silent.silenced[0]).toMatchObject({
      reason: 'known-event',
      message: expect.stringMatching(/^load-test, until /),
    })
    // What rules find is not asked whether anything was declared.
    const ofRules = (report: TickReport) => report.lanes.filter(({ diagnosis }) => diagnosis?.failure !== 'Anomaly')
    expect(ofRules(silent)).toEqual(ofRules(plain))
  })

  it("tells it where the event is another workload's, or has ended", async () => {
    const all = anomaliesIn(plain).length
    expect(anomaliesIn(await look({ policies: [told([event('0 6 * * *', 60)])] }))).toHaveLength(all)
    const others = { ...event('0 6 * * *', 600), clusters: [], namespaces: ['bank'], workloads: [] }
    expect(anomaliesIn(await look({ detection: { knownEvents: [others] } }))).toHaveLength(all)
  })

  it('is the same for one that was just started and one that has watched all along', async () => {
    const change = { policies: [told([event('0 6 * * *', 200)])] }
    const memory = emptyMemory()
    const silent: boolean[] = []
    for (const minutes of [0, 7, 3]) {
      await walk.minutes(minutes, false)
      const report = await reconcile(depsWith(change), memory, walk.clock.now())
      expect(report).toEqual(await look(change))
      silent.push(report.silenced.length > 0)
    }
    // From 06:00 on for 200 minutes, and ten more in which it is still in rates: the point of the grid at 09:30 is the first one after it.
    expect(silent).toEqual([true, true, false])
  })

  it('holds what is less sure than the policy asks for, by name, and notes it where it is as sure', async () => {
    const said = async (confidenceThreshold: number) =>
      anomaliesIn(await look({ policies: [anomalies({ confidenceThreshold })] })).map(({ step }) => step)
    const sure = anomaliesIn(plain)[0]?.diagnosis?.confidence ?? 0
    for (const step of await said(sure + 0.01)) expect(step).toMatchObject({ do: 'hold', reason: 'low-confidence' })
    for (const step of await said(sure)) expect(step).toMatchObject({ do: 'notify', reason: 'notify-only' })
  })

  it('is silent on what a change of the workload explains, and says so', async () => {
    const { metrics } = depsWith({}).site
    const changedMs = START + 2 * 60_000
    const scaled: Metrics = {
      cluster: metrics.cluster,
      read: async (ids, range, scope) =>
        (await metrics.read(ids, range, scope)).map((one) => {
          if (one.signal !== 'replicas-desired') return one
          const later = (at: number, value: number) =>
            range.startMs + at * range.stepMs < changedMs ? value : value + 1
          return {
            ...one,
            series: one.series.map((each) => ({ ...each, values: each.values.map((value, at) => later(at, value)) })),
          }
        }),
    }
    const report = await look({ policies: [anomalies()], site: { ...depsWith({}).site, metrics: scaled } })
    expect(anomaliesIn(report)).toEqual([])
    expect(report.silenced.map(({ reason }) => reason)).toEqual(anomaliesIn(plain).map(() => 'settling'))
    expect(report.silenced[0]?.message).toBe('changed at 2026-01-12T09:02:00Z, until 2026-01-12T11:02:00Z')
  })

  it('forgets what it knew when the policy is changed', async () => {
    const memory = emptyMemory()
    const before = await reconcile(depsWith({ policies: [anomalies()] }), memory, walk.clock.now())
    const after = await reconcile(
      depsWith({ policies: [{ ...told([event('0 6 * * *', 600)]), digest: 'e'.repeat(64) }] }),
      memory,
      walk.clock.now(),
    )
    expect([before, after].map((report) => report.silenced.length > 0)).toEqual([false, true])
  })

  it('takes the vote that the policy asks for, and is no surer of one model than of one that is alone', async () => {
    const outside: OutsideModel = {
      name: 'sales',
      features: ['memory-working-set', 'cpu-usage'],
      judge: async (asked) => asked.map(() => -1),
      says: () => undefined,
      close: async () => undefined,
    }
    const well = { ...walk.deps.site, metrics: few(walk.deps.site.metrics, ['frontend']) }
    const asked = { site: well, outside: [outside] }
    // Before anything broke.
    const early = walk.clock.now() - 12 * 60 * 60_000
    const two = anomaliesIn(await look({ ...asked, policies: [anomalies()] }, early))
    const any = anomaliesIn(await look({ ...asked, policies: [anomalies({ voting: 'any' })] }, early))
    expect(any.length).toBeGreaterThan(two.length)
    const yes = ({ diagnosis }: LaneReport) =>
      diagnosis?.votes.filter((vote) => 'anomaly' in vote && vote.anomaly).length
    const alone = any.filter((lane) => yes(lane) === 1)
    expect(alone.length).toBeGreaterThan(0)
    for (const { diagnosis } of alone) expect(diagnosis?.confidence).toBeLessThanOrEqual(SINGLE_MODEL_CEILING)
  })

  it('has models fitted as the policy tells them, with the job', async () => {
    const jobs: AnswerJob[] = []
    const compute: Compute = {
      fit: async <Job, Result>(_name: string, job: Job) => {
        // The one cast: the controller asks for fits of models and nothing else.
        const cloned = structuredClone(job) as AnswerJob
        jobs.push(cloned)
        return structuredClone(answers(detectors, cloned, NO_ENGINES)) as Result
      },
      close: async () => undefined,
    }
    const excluded = [{ fromMs: START - 86_400_000, toMs: START - 43_200_000 }]
    const detection = { timeZone: 'Asia/Kolkata', excluded, knownEvents: [] }
    const zone = { timeZone: 'Europe/Zurich' }
    const memory = emptyMemory()
    await reconcile(
      depsWith({ policies: [anomalies({ detection })], detection: zone, compute }),
      memory,
      walk.clock.now(),
    )
    expect(jobs.length).toBeGreaterThan(0)
    for (const { learning, asks } of jobs) {
      expect(learning).toEqual({ timeZone: 'Asia/Kolkata', excluded })
      expect(asks.every(({ under }) => under !== undefined)).toBe(true)
    }
    // What was fitted so is of no use to who is told otherwise.
    jobs.length = 0
    await reconcile(depsWith({ policies: [anomalies()], compute }), memory, walk.clock.now() + 5 * 60_000)
    expect(jobs.length).toBeGreaterThan(0)
  })

  it('says which Job of the namespace was at work when the alarm began, with one request, and asks for nothing without one', async () => {
    const asked: (readonly string[] | undefined)[] = []
    const { metrics } = walk.deps.site
    const withJob: Metrics = {
      cluster: metrics.cluster,
      read: async (ids, range, scope) => {
        const read = await metrics.read(ids, range, scope)
        if (!ids.includes('job-active')) return read
        asked.push(scope?.namespaces)
        const subject = { cluster: metrics.cluster, namespace: 'shop', kind: 'CronJob', name: 'nightly-backup' }
        const values = new Float64Array(Math.round((range.endMs - range.startMs) / range.stepMs) + 1).fill(2)
        const series = [{ signal: 'job-active' as const, subject, ...range, values }]
        return [{ signal: 'job-active', status: 'ok', series, asked: 'jobs' } satisfies SignalAnswer]
      },
    }
    const site = { ...walk.deps.site, metrics: withJob }
    const report = await look({ policies: [anomalies()], site })
    for (const { diagnosis } of anomaliesIn(report)) {
      expect(diagnosis?.evidence).toContainEqual(
        expect.objectContaining({
          signal: 'job-active',
          value: 2,
          subject: expect.objectContaining({ name: 'nightly-backup' }),
        }),
      )
      expect(diagnosis?.watch).not.toContain('job-active')
    }
    expect(asked).toEqual([['shop']])
    await look({ policies: [told([event('0 6 * * *', 600)])], site })
    expect(asked).toHaveLength(1)
    expect(report.quiet.concat(report.lanes.map(({ lane }) => lane)).join()).not.toContain('nightly-backup')
  })
})
