import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prometheusHistory } from '../../../src/adapters/prometheus/index.ts'
import { equal } from '../../../src/adapters/prometheus/promql.ts'
import { clusterQuery } from '../../../src/adapters/prometheus/seed-metrics.ts'
import { CLUSTER_SHARES, type ClusterMetric, SEED_METRICS } from '../../../src/domain/index.ts'
import { manualClock } from '../../fakes/manual-clock.ts'
import { json, matrix, type Reaction } from '../../fakes/prometheus-server.ts'
import { prometheusTools } from '../../fakes/real-prometheus.ts'
import { flat, HOUR, START, serve } from './reading.ts'

const ALL: readonly ClusterMetric[] = [...SEED_METRICS, ...CLUSTER_SHARES]
const plain = { cluster: [], jobs: { cadvisor: ['kubelet'], kubeStateMetrics: ['kube-state-metrics'] } }
const hostile = {
  cluster: [equal('cluster', 'prod"} or vector(1) #\\\n')],
  jobs: { cadvisor: ['a"b', 'c.d|e'], kubeStateMetrics: ['kube\\state', '(x'] },
}

async function reader(react: Reaction, url = '') {
  const server = await serve(react)
  const history = prometheusHistory({
    cluster: 'main',
    url: url === '' ? server.url : url,
    jobs: plain.jobs,
    clock: manualClock(),
    clusterLabel: 'cluster',
  })
  return { server, history }
}

describe('the metrics of a whole cluster', () => {
  it('are the sixteen of the seeds, in their order, and two shares', () => {
    expect(SEED_METRICS).toHaveLength(16)
    expect(new Set(ALL).size).toBe(18)
    expect(SEED_METRICS.indexOf('apiserver_error_rate')).toBe(15)
  })

  it.each([
    ['node_memory_utilization', 'instance:node_memory_utilisation:ratio', 'node_memory_MemAvailable_bytes'],
    ['pod_cpu_usage', 'cpu_usage_seconds_total:sum_irate', 'cpu_usage_seconds_total:sum_rate5m', 'irate('],
    ['apiserver_error_rate', 'code=~"5.."', '0 * ('],
  ] as const)('%s is asked by its recording rule first, and without it next', (metric, ...parts) => {
    const text = clusterQuery(metric, plain).text
    const places = parts.map((part) => text.indexOf(part))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(text).toContain(' or ')
  })

  it.each(ALL)('%s is asked of the one cluster only, and of listed jobs where there are some', (metric) => {
    const text = clusterQuery(metric, { ...plain, cluster: [equal('cluster', 'eu')] }).text
    const selectors =
      text.match(/\b(?:kube_|container_|apiserver_|node_|kubelet_|instance:)[\w:]*(?:\{[^}]*\})?/g) ?? []
    expect(selectors.length).toBeGreaterThan(0)
    for (const one of selectors) expect(one).toContain('{cluster="eu"')
    for (const one of selectors.filter((name) => /^kube_|^container_/.test(name))) expect(one).toMatch(/job="/)
  })

  it('come as one column each, on the grid that was asked', async () => {
    const { server, history } = await reader(({ form }, response) => json(response, matrix([flat({}, form, '7')])))
    const columns = await history.read(['pods_running', 'cpu_share'], HOUR)
    expect(columns.map(({ metric }) => metric)).toEqual(['pods_running', 'cpu_share'])
    for (const { values, problem } of columns) {
      expect(values).toHaveLength(61)
      expect(values.every((value) => value === 7)).toBe(true)
      expect(problem).toBeUndefined()
    }
    expect(server.asked[0]?.form.get('query')).toContain('cluster="main"')
    await history.close()
  })

  it('are missing where nothing measures them, which is no problem', async () => {
    const { history } = await reader((_, response) => json(response, matrix([])))
    const [column] = await history.read(['cluster_resource_quota'], HOUR)
    expect(column?.values.every(Number.isNaN)).toBe(true)
    expect(column).not.toHaveProperty('problem')
    await history.close()
  })

  it.each<[string, Reaction, RegExp]>([
    ['an error', (_, response) => json(response, { error: 'no' }, 403), /^KIN-3003 /],
    ['a web page', (_, response) => response.end('<html>'), /^KIN-3004 /],
    [
      'several series',
      ({ form }, response) => json(response, matrix([flat({ pod: 'a' }, form, '1'), flat({ pod: 'b' }, form, '2')])),
      /^KIN-3004 it gave several series/,
    ],
  ])('are missing, with why, after %s', async (_, react, problem) => {
    const { history } = await reader(react)
    const [column] = await history.read(['pods_failed'], HOUR)
    expect(column?.values.every(Number.isNaN)).toBe(true)
    expect(column?.problem).toMatch(problem)
    await history.close()
  })

  it('are never asked off the grid of time', async () => {
    const { history } = await reader((_, response) => json(response, matrix([])))
    expect(() => history.read(['pods_failed'], { startMs: START, endMs: START + 1, stepMs: 60_000 })).toThrow(/grid/)
    await history.close()
  })
})

const tools = prometheusTools('the metrics of a whole cluster under promtool')

describe.runIf(tools !== undefined)('promtool', () => {
  it.each([
    ['as configured by default', plain],
    ['with hostile names', hostile],
  ])('parses every query %s', (_, scope) => {
    const folder = mkdtempSync(join(tmpdir(), 'kintsugi-cluster-rules-'))
    const file = join(folder, 'rules.yml')
    const rules = ALL.map((metric) => ({ record: `cluster:${metric}`, expr: clusterQuery(metric, scope).text }))
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'cluster', rules }] }))
    const said = execFileSync(tools?.promtool ?? '', ['check', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })
    rmSync(folder, { recursive: true, force: true })
    expect(said).toContain(`SUCCESS: ${ALL.length} rules found`)
  })
})

describe.runIf(tools !== undefined)('the values that Prometheus gives', () => {
  const scope = plain
  const cadvisor = 'job="kubelet",namespace="shop",container="app"'
  const ksm = 'job="kube-state-metrics",namespace="shop"'
  /** A metric, the series that it is made of (every minute for half an hour), and what comes out at the end of it. */
  const cases: readonly (readonly [ClusterMetric, Readonly<Record<string, string>>, number | undefined])[] = [
    ['node_memory_utilization', { 'instance:node_memory_utilisation:ratio{instance="a"}': '0.25x30' }, 25],
    [
      'node_memory_utilization',
      {
        'node_memory_MemAvailable_bytes{instance="a"}': '60x30',
        'node_memory_MemTotal_bytes{instance="a"}': '100x30',
        'node_memory_MemAvailable_bytes{instance="b"}': '20x30',
        'node_memory_MemTotal_bytes{instance="b"}': '100x30',
      },
      60,
    ],
    ['pod_cpu_usage', { [`container_cpu_usage_seconds_total{${cadvisor},pod="a"}`]: '0+30x30' }, 0.5],
    [
      'pod_cpu_usage',
      {
        'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{pod="a",namespace="n"}': '2x30',
        [`container_cpu_usage_seconds_total{${cadvisor},pod="a"}`]: '0+30x30',
      },
      2,
    ],
    [
      'alt_cpu_usage',
      {
        [`container_cpu_usage_seconds_total{${cadvisor},pod="a"}`]: '0+30x30',
        [`container_cpu_usage_seconds_total{${cadvisor},pod="b"}`]: '0+90x30',
        'container_cpu_usage_seconds_total{job="kubelet",namespace="shop",container="",pod="b"}': '0+900x30',
        'container_cpu_usage_seconds_total{job="kubelet",namespace="shop",container="POD",pod="b"}': '0+900x30',
      },
      1,
    ],
    [
      'pods_running',
      {
        [`kube_pod_status_phase{${ksm},phase="Running",pod="a"}`]: '1x30',
        [`kube_pod_status_phase{${ksm},phase="Running",pod="b"}`]: '1x30',
        [`kube_pod_status_phase{${ksm},phase="Failed",pod="b"}`]: '1x30',
      },
      2,
    ],
    ['apiserver_error_rate', { 'apiserver_request_total{code="200"}': '0+60x30' }, 0],
    [
      'apiserver_error_rate',
      { 'apiserver_request_total{code="200"}': '0+60x30', 'apiserver_request_total{code="503"}': '0+20x30' },
      25,
    ],
    ['apiserver_error_rate', {}, undefined],
    [
      'persistent_volume_usage',
      {
        'kubelet_volume_stats_used_bytes{persistentvolumeclaim="a"}': '30x30',
        'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="a"}': '40x30',
      },
      75,
    ],
    [
      'cpu_share',
      {
        [`container_cpu_usage_seconds_total{${cadvisor},pod="a"}`]: '0+120x30',
        'kube_node_status_allocatable{job="kube-state-metrics",resource="cpu",node="a"}': '3x30',
        'kube_node_status_allocatable{job="kube-state-metrics",resource="cpu",node="b"}': '5x30',
        'kube_node_status_allocatable{job="kube-state-metrics",resource="memory",node="b"}': '1000x30',
      },
      0.25,
    ],
    [
      'memory_share',
      {
        [`container_memory_working_set_bytes{${cadvisor},pod="a"}`]: '300x30',
        'kube_node_status_allocatable{job="kube-state-metrics",resource="memory",node="b"}': '1000x30',
      },
      0.3,
    ],
  ]

  it('are what the seeds mean', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kintsugi-cluster-values-'))
    const file = join(folder, 'tests.yml')
    const tests = cases.map(([metric, given, value]) => ({
      interval: '1m',
      input_series: Object.entries(given).map(([series, values]) => ({ series, values })),
      promql_expr_test: [
        {
          expr: clusterQuery(metric, scope).text,
          eval_time: '30m',
          exp_samples: value === undefined ? [] : [{ labels: '{}', value }],
        },
      ],
    }))
    writeFileSync(file, JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests }))
    try {
      const said = execFileSync(tools?.promtool ?? '', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })
      expect(said).toContain('SUCCESS')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
