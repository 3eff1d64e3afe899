import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type PrometheusMetrics,
  type PrometheusOptions,
  prometheusMetrics,
  prometheusSeries,
} from '../../../src/adapters/prometheus/index.ts'
import type { World } from '../../../src/adapters/simulation/index.ts'
import {
  gridLength,
  type Series,
  type SignalAnswer,
  type SignalId,
  sameWorkload,
  type TimeRange,
} from '../../../src/domain/index.ts'
import type { Metrics } from '../../../src/ports/index.ts'
import { type Allowance, agreement } from '../../contracts/agreement.ts'
import { ALL_SIGNALS, metricsContract, seriesKey } from '../../contracts/metrics.ts'
import { APPLICATION_JOB, CADVISOR_JOB, KSM_JOB, openMetrics } from '../../contracts/openmetrics.ts'
import { manualClock } from '../../fakes/manual-clock.ts'
import { metricsWorld, WORLD_RANGE } from '../../fakes/metrics-world.ts'
import { OTHER_OWNERS, otherOwners } from '../../fakes/other-owners.ts'
import { json, matrix, prometheusServer } from '../../fakes/prometheus-server.ts'
import { prometheusTools, type RealPrometheus, realPrometheus } from '../../fakes/real-prometheus.ts'

const SCRAPE = 15_000
const LOOK_BACK = 20 * 60_000
const tools = prometheusTools('Metrics on a real Prometheus')

describe.runIf(tools !== undefined)('a real Prometheus', () => {
  let server: RealPrometheus
  let simulated: Metrics
  let world: World
  let truth: ReadonlyMap<SignalId, SignalAnswer>
  let measured: ReadonlyMap<SignalId, SignalAnswer>
  const opened: PrometheusMetrics[] = []

  function reader(options: Partial<PrometheusOptions> = {}): PrometheusMetrics {
    const metrics = prometheusMetrics({
      cluster: 'main',
      url: server.url,
      jobs: { cadvisor: [CADVISOR_JOB], kubeStateMetrics: [KSM_JOB] },
      application: {
        jobs: [APPLICATION_JOB],
        requests: 'http_requests_total',
        failed: { label: 'code', pattern: '5..' },
        durationBuckets: 'http_request_duration_seconds_bucket',
      },
      clock: manualClock(Date.now()),
      ...options,
    })
    opened.push(metrics)
    return metrics
  }

  async function byId(metrics: Metrics, range: TimeRange): Promise<ReadonlyMap<SignalId, SignalAnswer>> {
    return new Map((await metrics.read(ALL_SIGNALS, range)).map((answer) => [answer.signal, answer]))
  }

  beforeAll(async () => {
    if (tools === undefined) return
    const made = await metricsWorld()
    simulated = made.metrics
    world = made.world
    const samples = openMetrics(world, {
      fromMs: WORLD_RANGE.startMs - LOOK_BACK,
      toMs: WORLD_RANGE.endMs,
      everyMs: SCRAPE,
      extra: otherOwners,
    })
    server = await realPrometheus(tools, samples, SCRAPE)
    // Reaches further at both ends, so that each point has its neighbours.
    const wide = { startMs: WORLD_RANGE.startMs - 600_000, endMs: WORLD_RANGE.endMs + 600_000, stepMs: SCRAPE }
    truth = new Map([...(await byId(simulated, wide)), ['latency-p99', slowestByMinute(wide)]])
    measured = await byId(reader(), WORLD_RANGE)
  }, 60_000)

  afterAll(async () => {
    await Promise.all(opened.map((metrics) => metrics.close()))
    await server?.stop()
  })

  /** The simulated p99 is the mean of the minutes' own, that of a histogram is one of all requests: only the minutes bound it. */
  function slowestByMinute(range: TimeRange): SignalAnswer {
    const scrapes = Array.from({ length: gridLength(range) }, (_, index) =>
      world.scrape(range.startMs + index * range.stepMs),
    )
    const series = (scrapes.at(-1) ?? []).map(({ subject }): Series => {
      const values = scrapes.map(
        (all) => all.find((one) => sameWorkload(one.subject, subject))?.latencyP99Seconds ?? Number.NaN,
      )
      return { signal: 'latency-p99', subject, ...range, values: Float64Array.from(values) }
    })
    return { signal: 'latency-p99', status: 'ok', series, asked: 'the world itself' }
  }

  function labelsAnswered({ subject: { namespace, kind, name, container }, labels }: Series): string {
    const all = { namespace, workload_kind: kind, workload: name, ...(container && { container }), ...labels }
    return JSON.stringify(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Sums differ in their last digits by the order in which they are made. */
  function isAlike(one: number, other: number): boolean {
    return Object.is(one, other) || Math.abs(one - other) <= 1e-7 * Math.abs(one)
  }

  const scrapes = new Map<number, ReturnType<World['scrape']>>()
  /** Every signal asks about the same moments. */
  function scrapeAt(atMs: number): ReturnType<World['scrape']> {
    const known = scrapes.get(atMs) ?? world.scrape(atMs)
    scrapes.set(atMs, known)
    return known
  }

  function podsAt(series: Series, atMs: number): string {
    const { container } = series.subject
    const workload = scrapeAt(atMs).find(({ subject }) => sameWorkload(subject, series.subject))
    const pods = workload?.pods.map(({ pod, containers }) => {
      const lives = containers.filter((one) => container === undefined || one.name === container)
      return `${pod} ${lives.map((one) => one.running?.sinceMs ?? 'down').join(' ')}`
    })
    return (pods ?? []).join('\n')
  }

  /** A rate over 5 minutes means the same for a counter and for a mean of minutes only while no container comes or goes. */
  function isSteady(series: Series, atMs: number): boolean {
    const now = podsAt(series, atMs)
    if (now === '' || now.includes('down')) return false
    for (let back = SCRAPE; back <= 330_000; back += SCRAPE) if (podsAt(series, atMs - back) !== now) return false
    return true
  }

  const isPlaced = ({ subject }: Series): boolean => subject.name !== 'huge'
  /** The samples begin a while before the range. */
  const hasWholeHour = (series: Series, atMs: number): boolean =>
    isPlaced(series) && atMs >= WORLD_RANGE.startMs + 3_600_000 - LOOK_BACK + SCRAPE
  const exact = { relative: 1e-9, absolute: 0, around: 1 }
  const rate = { relative: 0.02, absolute: 1e-3, around: 1, where: isSteady }
  // The world has no Jobs and no volumes.
  const allowances: Readonly<Partial<Record<SignalId, Allowance>>> = {
    'memory-working-set': exact,
    'memory-resident': exact,
    // The world tells no container of a pod without a node, a real kube-state-metrics does.
    'memory-limit': { ...exact, where: isPlaced },
    'memory-request': { ...exact, where: isPlaced },
    'cpu-limit': { ...exact, where: isPlaced },
    'cpu-request': { ...exact, where: isPlaced },
    'cpu-usage': rate,
    // Two neighbouring samples may lie in two of the world's minutes.
    'cpu-momentary': { ...rate, around: 5 },
    'cpu-throttled': rate,
    'oom-killed': { ...exact, where: isPlaced },
    'oom-killed-pods': { ...exact, where: isPlaced },
    'crash-loop': { ...exact, where: isPlaced },
    'image-pull': { ...exact, where: isPlaced },
    restarts: { ...exact, where: isPlaced },
    'restarts-last-hour': { ...exact, around: 2, where: hasWholeHour },
    'running-image': { ...exact, where: isPlaced },
    unschedulable: exact,
    'replicas-desired': exact,
    'replicas-available': exact,
    'replicas-unavailable': exact,
    pods: exact,
    'pods-pending': exact,
    'pods-running': exact,
    'pods-failed': exact,
    // A StatefulSet has no such condition.
    'rollout-failed': { ...exact, where: ({ subject }) => subject.kind === 'Deployment' },
    'request-rate': rate,
    // The world means the ratios of the minutes, a counter weighs them by their requests.
    'error-ratio': { ...rate, relative: 0.1, absolute: 2e-3 },
    // A histogram knows the quantile no better than its buckets, each a quarter wider than the one below.
    'latency-p99': { ...rate, relative: 0.25, around: 20 },
  }

  it('is compared in every signal but those of Jobs and volumes', () => {
    expect(ALL_SIGNALS.filter((id) => !Object.hasOwn(allowances, id))).toEqual(['volume-used', 'job-active'])
  })

  it.each(Object.entries(allowances))(
    'gives for %s what the simulation gives, within one scrape interval',
    (name, allowance) => {
      const id = ALL_SIGNALS.find((one) => one === name) ?? 'job-active'
      const known = truth.get(id)
      const seen = measured.get(id)
      if (known === undefined || seen === undefined) throw new Error('not answered')
      const ours = { ...seen, series: seen.series.filter(({ subject }) => subject.namespace === 'shop') }
      const { compared, differences } = agreement(known, ours, allowance)
      expect(differences.slice(0, 5)).toEqual([])
      expect(compared).toBeGreaterThan(100)
    },
  )

  it.each(OTHER_OWNERS)('finds the workload of a pod: $about', ({ id, series }) => {
    const found = measured.get(id)?.series.filter(({ subject }) => subject.namespace === 'owners') ?? []
    const last = found.map((one) => [seriesKey(one), one.values.at(-1)] as const)
    expect(last).toContainEqual(series)
  })

  it('knows no other workloads than those', () => {
    const found = measured.get('restarts')?.series.filter(({ subject }) => subject.namespace === 'owners') ?? []
    const expected = OTHER_OWNERS.filter(({ id }) => id === 'restarts').map(({ series: [key] }) => key)
    expect(found.map(seriesKey).sort()).toEqual(expected.toSorted())
  })

  it('knows no Job that is not at work', () => {
    const found = measured.get('job-active')?.series ?? []
    expect(found.map(seriesKey).sort()).toEqual(['owners/CronJob/nightly', 'owners/Job/migrate'])
  })

  it('gives the same through the recording rule, also for a Rollout that the rule takes for a Deployment', async () => {
    const recorded = await byId(reader({ owners: 'recorded' }), WORLD_RANGE)
    for (const [id, answer] of recorded) {
      expect(answer.status).toBe('ok')
      const plain = measured.get(id) ?? answer
      const { compared, differences } = agreement(plain, answer, { relative: 1e-7, absolute: 0, around: 0 })
      expect(differences.slice(0, 5)).toEqual([])
      expect(compared).toBeGreaterThan(0)
    }
    expect(recorded.get('restarts')?.asked).toContain('namespace_workload_pod:kube_pod_owner:relabel')
  })

  it('answers the text that is quoted for a signal alone as it answered all of them together', async () => {
    const alone = prometheusSeries({ url: server.url })
    for (const { signal, asked, series } of measured.values()) {
      const answer = await alone.read(asked, WORLD_RANGE)
      if (!answer.read) throw new Error(`${signal}: ${answer.problem}`)
      const quoted = new Map(answer.series.map(({ labels, values }) => [JSON.stringify(labels), values]))
      expect([signal, [...quoted.keys()]]).toEqual([signal, series.map(labelsAnswered).sort()])
      for (const one of series) {
        const values = quoted.get(labelsAnswered(one)) ?? new Float64Array()
        const differs = one.values.findIndex((value, at) => !isAlike(value, values[at] ?? Number.NaN))
        expect([labelsAnswered(one), differs]).toEqual([labelsAnswered(one), -1])
      }
    }
    await alone.close()
  })

  it('is asked at most 20 times for everything', async () => {
    let asked = 0
    const fake = await prometheusServer((_, response) => {
      asked += 1
      json(response, matrix([]))
    })
    await reader({ url: fake.url, owners: 'recorded' }).read(ALL_SIGNALS, WORLD_RANGE)
    await fake.close()
    expect(asked).toBeLessThanOrEqual(20)
  })

  it('tells its time', async () => {
    expect(Math.abs((await reader().skewMs()) ?? Number.NaN)).toBeLessThan(60_000)
  })

  it('answers 12,001 points', async () => {
    const range = { ...WORLD_RANGE, endMs: WORLD_RANGE.startMs + 12_000 * 500, stepMs: 500 }
    const [answer] = await reader().read(['replicas-desired'], range)
    expect(answer).toMatchObject({ status: 'ok' })
    expect(answer?.series[0]?.values).toHaveLength(12_001)
  })

  metricsContract('a real Prometheus', async () => ({ metrics: reader(), range: WORLD_RANGE }))
})
