import { resolve } from 'node:path'
import { type PrometheusMetrics, prometheusMetrics } from '../../adapters/prometheus/index.ts'
import { type Config, KintsugiError } from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'

export type Jobs = { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }

export type MetricsOptions = {
  readonly cwd: string
  /** Root of the API; that of the configuration where it is left out. */
  readonly prometheus?: string
  readonly tokenFile?: string
  readonly caFile?: string
  /** Jobs whose series may decide anything; an empty list leaves it to the configuration. */
  readonly jobs: Jobs
}

/** Jobs as the usual installations name them. A job that scrapes whatever asks to be scraped is never among them: any workload could then pose as the kubelet. */
const USUAL_JOBS: Jobs = {
  cadvisor: ['kubelet', 'cadvisor', 'kubernetes-nodes-cadvisor', 'integrations/kubernetes/cadvisor'],
  kubeStateMetrics: ['kube-state-metrics', 'integrations/kubernetes/kube-state-metrics'],
}

export function jobsOf(config: Config, told: Jobs): Jobs {
  const configured = config.clusters[0]?.prometheus?.jobs ?? USUAL_JOBS
  return {
    cadvisor: told.cadvisor.length > 0 ? told.cadvisor : configured.cadvisor,
    kubeStateMetrics: told.kubeStateMetrics.length > 0 ? told.kubeStateMetrics : configured.kubeStateMetrics,
  }
}

export function metricsOf(config: Config, jobs: Jobs, options: MetricsOptions, clock: Clock): PrometheusMetrics {
  const [cluster] = config.clusters
  if (cluster === undefined) throw new KintsugiError('KIN-2001', 'the configuration names no cluster')
  const told = cluster.prometheus
  const url = options.prometheus ?? told?.url
  if (url === undefined)
    throw new KintsugiError(
      'KIN-1001',
      `--prometheus is missing, and the cluster ${cluster.name} has no prometheus.url.`,
    )
  const tokenFile = options.tokenFile ?? told?.tokenFile
  const caFile = options.caFile ?? told?.caFile
  return prometheusMetrics({
    cluster: cluster.name,
    url,
    clock,
    jobs,
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(options.cwd, tokenFile) }),
    ...(caFile === undefined ? {} : { caFile: resolve(options.cwd, caFile) }),
    ...(told?.clusterLabel === undefined ? {} : { clusterLabel: told.clusterLabel }),
    ...(told?.tenant === undefined ? {} : { tenant: told.tenant }),
  })
}
