import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type PrometheusOptions, prometheusMetrics } from '../../../src/adapters/prometheus/index.ts'
import type { SignalAnswer, TimeRange } from '../../../src/domain/index.ts'
import { manualClock } from '../../fakes/manual-clock.ts'
import {
  json,
  type MatrixSeries,
  matrix,
  type PrometheusServer,
  prometheusServer,
  type Reaction,
  timesOf,
} from '../../fakes/prometheus-server.ts'

export const START = 1_767_225_600_000
export const MINUTE = 60_000
export const HOUR: TimeRange = { startMs: START, endMs: START + 60 * MINUTE, stepMs: MINUTE }

/** A fake server that ends with the test. */
export async function serve(react: Reaction): Promise<PrometheusServer> {
  const server = await prometheusServer(react)
  onTestFinished(() => server.close())
  return server
}

/** Metrics of the server at `url` that end with the test. */
export function reader(url: string, options: Partial<PrometheusOptions> = {}) {
  const metrics = prometheusMetrics({
    cluster: 'main',
    url,
    jobs: { cadvisor: ['kubelet'], kubeStateMetrics: ['kube-state-metrics'] },
    clock: manualClock(START),
    timeoutMs: 2000,
    ...options,
  })
  onTestFinished(() => metrics.close())
  return metrics
}

/** The answer for one signal of a server that reacts so. */
export async function readOne(
  react: Reaction,
  options: Partial<PrometheusOptions> = {},
  range = HOUR,
): Promise<SignalAnswer> {
  const server = await serve(react)
  const [answer] = await reader(server.url, options).read(['memory-working-set'], range)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

/** An empty folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kintsugi-prometheus-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const cart = { namespace: 'shop', workload_kind: 'Deployment', workload: 'cart', container: 'app' }
export const cartMemory = { ...cart, signal: 'memory-working-set' }

/** A series with the same value at every asked time. */
export function flat(metric: Readonly<Record<string, string>>, form: URLSearchParams, value = '1'): MatrixSeries {
  return { metric, values: timesOf(form).map((at) => [at, value]) }
}

export const healthy: Reaction = ({ form }, response) => json(response, matrix([flat(cartMemory, form, '42')]))
