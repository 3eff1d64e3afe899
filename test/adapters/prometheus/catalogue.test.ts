import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryOf } from '../../../src/adapters/prometheus/catalogue.ts'
import { equal, escapeLabelValue, oneOf, selector } from '../../../src/adapters/prometheus/promql.ts'
import type { Scope } from '../../../src/adapters/prometheus/scope.ts'
import { GROUPS, requestsFor } from '../../../src/adapters/prometheus/signal-requests.ts'
import { historySignals, tickSignals } from '../../../src/detection/index.ts'
import { signalInfo } from '../../../src/domain/index.ts'
import { ALL_SIGNALS } from '../../contracts/metrics.ts'
import { prometheusTools } from '../../fakes/real-prometheus.ts'

const plain: Scope = {
  cluster: [],
  jobs: { cadvisor: ['kubelet'], kubeStateMetrics: ['kube-state-metrics'] },
  owners: 'join',
  application: {
    jobs: ['web', 'shop/web'],
    requests: 'http_requests_total',
    failed: { label: 'code', pattern: '5..' },
    durationBuckets: 'http_request_duration_seconds_bucket',
  },
}

const hostile: Scope = {
  ...plain,
  cluster: [equal('cluster', 'prod"} or vector(1) #\\\n')],
  jobs: { cadvisor: ['a"b', 'c.d|e'], kubeStateMetrics: ['kube\\state', '(x'] },
  owners: 'recorded',
}

describe('a label value', () => {
  it.each([
    ['shop', 'shop'],
    ['a"b', 'a\\"b'],
    ['a\\b', 'a\\\\b'],
    ['a\nb', 'a\\nb'],
    ['\\"', '\\\\\\"'],
  ])('%j is written %j', (value, written) => {
    expect(escapeLabelValue(value)).toBe(written)
  })

  it('reads back as it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = selector('up', [equal('job', value)]).text
        const inside = /^up\{job="((?:[^"\\\n]|\\.)*)"\}$/.exec(text)?.[1] ?? 'not one string'
        expect(inside.replace(/\\(.)/g, (_, escaped) => ({ n: '\n', r: '\r' })[String(escaped)] ?? escaped)).toBe(value)
      }),
    )
  })
})

describe('a list of values', () => {
  it('is compared as text when there is one', () => {
    expect(oneOf('job', ['a.b'])).toEqual({ label: 'job', operator: '=', value: 'a.b' })
  })

  it('is a pattern of exactly these texts when there are several', () => {
    const { operator, value } = oneOf('job', ['a.b', 'c|d', '(e'])
    expect(operator).toBe('=~')
    const pattern = new RegExp(`^(?:${value})$`)
    expect(['a.b', 'c|d', '(e'].every((one) => pattern.test(one))).toBe(true)
    expect(['axb', 'c', 'd', 'e'].some((one) => pattern.test(one))).toBe(false)
  })
})

describe('a selector', () => {
  it.each(['', 'up{', 'a-b', '1up', 'up) or (down', 'x'.repeat(300)])('refuses the metric %j', (name) => {
    expect(() => selector(name, [])).toThrow(RangeError)
  })

  it('refuses a label that is none', () => {
    expect(() => selector('up', [equal('job="x",a', 'b')])).toThrow(RangeError)
  })
})

describe('the catalogue', () => {
  it('asks every signal in exactly one group', () => {
    expect(GROUPS.flat().toSorted()).toEqual([...ALL_SIGNALS].sort())
  })

  it('needs at most 20 requests for everything', () => {
    expect(requestsFor(ALL_SIGNALS, plain).length).toBeLessThanOrEqual(20)
  })

  it('needs at most 20 for a tick in which the models are asked too, and Jobs are looked for', () => {
    const reads = [tickSignals, historySignals, ['job-active'] as const]
    const requests = reads.flatMap((ids) => requestsFor(ids, plain))
    expect(requests.length).toBeLessThanOrEqual(20)
  })

  it.each(ALL_SIGNALS)('selects for %s only pods that begin as the workloads do, and objects of their names', (id) => {
    const long = 'x'.repeat(60)
    const text = queryOf(id, { ...plain, workloads: ['cart', 'a.b', long] })?.text ?? ''
    const pods = `pod=~"(?:cart-|a\\\\.b-|${'x'.repeat(58)}).*"`
    const named = `"cart|a\\\\.b|${long}"`
    const selectors = text.match(
      /\b(?:kube_pod_|kube_deployment_|kube_statefulset_|kube_daemonset_|container_|http_)\w+\{[^}]*\}/g,
    )
    for (const one of selectors ?? []) expect(one.includes(pods) || one.includes(named)).toBe(true)
    if (id !== 'job-active') expect(selectors?.length).toBeGreaterThan(0)
  })

  it('asks nothing else than what is wanted', () => {
    const [request, ...others] = requestsFor(['cpu-limit'], plain)
    expect(others).toEqual([])
    expect([...(request?.asked.keys() ?? [])]).toEqual(['cpu-limit'])
    expect(request?.query).not.toContain('memory')
  })

  it('quotes as evidence the text that answers a signal alone', () => {
    for (const { asked } of requestsFor(ALL_SIGNALS, plain))
      for (const [id, text] of asked) expect(text).toBe(queryOf(id, plain)?.text)
  })

  it('joins pods to their workloads once for all signals of a request that are told alike', () => {
    const limits = requestsFor(['memory-limit', 'memory-request', 'cpu-limit', 'cpu-request'], plain)
    expect(limits.map(({ query }) => joinsIn(query))).toEqual([1])
    const counted = requestsFor(['crash-loop', 'image-pull', 'restarts', 'restarts-last-hour'], plain)
    // The largest of some, the sum of the others.
    expect(counted.map(({ query }) => joinsIn(query))).toEqual([2])
  })

  it.each(ALL_SIGNALS)('selects for %s only series of the listed jobs and the one cluster', (id) => {
    const text = queryOf(id, { ...plain, cluster: [equal('cluster', 'eu')] })?.text ?? ''
    const selectors = text.match(/\b(?:kube_|kubelet_|container_|http_)\w+\{[^}]*\}/g) ?? []
    expect(selectors.length).toBeGreaterThan(0)
    for (const one of selectors) expect(one).toMatch(/^\w+\{cluster="eu",job=~?"/)
    const jobs = new Set(text.match(/job=~?"[^"]*"/g))
    const { mechanism } = signalInfo(id)
    expect(jobs.has('job="kubelet"')).toBe(mechanism === 'cadvisor' || mechanism === 'kubelet')
    expect(jobs.has('job=~"web|shop/web"')).toBe(mechanism === 'application')
  })

  it('leaves application signals out when nothing is configured for them', () => {
    const { application: _, ...bare } = plain
    expect(queryOf('request-rate', bare)).toBeUndefined()
    expect(requestsFor(['request-rate', 'error-ratio', 'latency-p99'], bare)).toEqual([])
  })
})

function joinsIn(query: string): number {
  return query.split('group_left (workload_kind,workload)').length - 1
}

const tools = prometheusTools('the catalogue under promtool')

describe.runIf(tools !== undefined)('promtool', () => {
  function check(rules: readonly { readonly record: string; readonly expr: string }[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'kintsugi-rules-'))
    const file = join(folder, 'rules.yml')
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'catalogue', rules }] }))
    try {
      return execFileSync(tools?.promtool ?? '', ['check', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it.each<[string, Scope]>([
    ['as configured by default', plain],
    ['through the recording rule', { ...plain, owners: 'recorded' }],
    ['with hostile names', hostile],
  ])('parses every query %s', (_, scope) => {
    const alone = ALL_SIGNALS.map((id) => ({
      record: `signal:${id.replaceAll('-', '_')}`,
      expr: queryOf(id, scope)?.text ?? '',
    }))
    const together = requestsFor(ALL_SIGNALS, scope).map(({ query }, index) => ({
      record: `request:${index}`,
      expr: query,
    }))
    expect(check([...alone, ...together])).toContain(`SUCCESS: ${alone.length + together.length} rules found`)
  })

  it('would see a query that is broken', () => {
    expect(() => check([{ record: 'broken', expr: 'max by (pod (up)' }])).toThrow()
  })
})
