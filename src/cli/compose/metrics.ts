import { resolve } from 'node:path'
import { proxiesOf } from '../../adapters/outbound/index.ts'
import {
  type PrometheusMetrics,
  type PrometheusOptions,
  prometheusHistory,
  prometheusMetrics,
} from '../../adapters/prometheus/index.ts'
import { configError } from '../../config.ts'
import { type ClusterConfig, type Config, KintsugiError } from '../../domain/index.ts'
import type { Clock, ClusterHistory } from '../../ports/index.ts'

export type Jobs = { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }

export type MetricsOptions = {
  readonly cwd: string
  /** Where the proxies are named. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Root of the API; that of the configuration where it is left out. */
  readonly prometheus?: string
  readonly tokenFile?: string
  readonly caFile?: string
  /** Jobs whose series may decide anything; an empty list leaves it to the configuration. */
  readonly jobs: Jobs
  /** Per request; as the adapter has it where left out. */
  readonly timeoutMs?: number
}

/** Jobs as the usual installations name them. A job that scrapes whatever asks to be scraped is never among them: any workload could then pose as the kubelet. */
const USUAL_JOBS: Jobs = {
  cadvisor: [
    ...['kubelet', 'cadvisor', 'kubernetes-nodes-cadvisor', 'integrations/kubernetes/cadvisor'],
    // The kubelet's own, which tells of volumes.
    ...['kubernetes-nodes', 'integrations/kubernetes/kubelet'],
  ],
  kubeStateMetrics: ['kube-state-metrics', 'integrations/kubernetes/kube-state-metrics'],
}

export function jobsOf(config: Config, told: Jobs): Jobs {
  const configured = config.clusters[0]?.prometheus?.jobs ?? USUAL_JOBS
  return {
    cadvisor: told.cadvisor.length > 0 ? told.cadvisor : configured.cadvisor,
    kubeStateMetrics: told.kubeStateMetrics.length > 0 ? told.kubeStateMetrics : configured.kubeStateMetrics,
  }
}

/** Nobody should believe that a cluster is watched which is not. Throws KIN-2001 for a second one. */
export function onlyCluster(config: Config): ClusterConfig {
  const [cluster, another] = config.clusters
  if (cluster === undefined) throw configError(config, ['clusters'], 'clusters names no cluster')
  if (another === undefined) return cluster
  throw configError(
    config,
    ['clusters', 1],
    `clusters: ${another.name} would not be looked at: one process looks at one cluster. Run one for each, with a configuration of its own.`,
  )
}

export function metricsOf(config: Config, jobs: Jobs, options: MetricsOptions, clock: Clock): PrometheusMetrics {
  return prometheusMetrics(prometheusOf(config, jobs, options, clock))
}

/** A history for fits may be weeks long. */
const HISTORY_TIMEOUT_MS = 30_000

/** The same samples by connections of their own, under the budget for what models are fitted on: no tick waits behind it. */
export function pastOf(config: Config, jobs: Jobs, options: MetricsOptions, clock: Clock): PrometheusMetrics {
  const { requestsPerMinute } = config.detection.budget
  const asked = { concurrency: 1, timeoutMs: HISTORY_TIMEOUT_MS, requestsPerMinute }
  return prometheusMetrics({ ...prometheusOf(config, jobs, options, clock), ...asked })
}

/** The same Prometheus, asked about the cluster as a whole. */
export function historyOf(config: Config, jobs: Jobs, options: MetricsOptions, clock: Clock): ClusterHistory {
  return prometheusHistory(prometheusOf(config, jobs, options, clock))
}

function prometheusOf(config: Config, jobs: Jobs, options: MetricsOptions, clock: Clock): PrometheusOptions {
  const cluster = onlyCluster(config)
  const told = cluster.prometheus
  const url = options.prometheus ?? told?.url
  if (url === undefined)
    throw new KintsugiError(
      'KIN-1001',
      `--prometheus is missing, and the cluster ${cluster.name} has no prometheus.url.`,
    )
  const tokenFile = options.tokenFile ?? told?.tokenFile
  const caFile = options.caFile ?? told?.caFile
  const proxies = proxiesOf(options.env)
  return {
    cluster: cluster.name,
    url,
    clock,
    jobs,
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(options.cwd, tokenFile) }),
    ...(caFile === undefined ? {} : { caFile: resolve(options.cwd, caFile) }),
    ...(told?.clusterLabel === undefined ? {} : { clusterLabel: told.clusterLabel }),
    ...(told?.tenant === undefined ? {} : { tenant: told.tenant }),
    ...(told?.application === undefined ? {} : { application: told.application }),
    ...(proxies && { proxies }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  }
}
