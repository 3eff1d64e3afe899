import { KintsugiError } from '../../domain/index.ts'
import { KIND, NAME } from './owners.ts'
import {
  aggregate,
  divided,
  type Expression,
  either,
  isLabelName,
  isMetricName,
  type Matcher,
  matching,
  oneOf,
  over,
  overTime,
  quantile,
  selector,
  zero,
} from './promql.ts'

/** Names of what the applications report about their own requests. Their series carry `namespace` and `pod`. */
export type ApplicationMetrics = {
  readonly jobs: readonly string[]
  /** Counter of requests. */
  readonly requests: string
  /** Which of them failed: an RE2 pattern on one of their labels, such as code and `5..`. */
  readonly failed: { readonly label: string; readonly pattern: string }
  /** Buckets of a histogram of response times in seconds, such as http_request_duration_seconds_bucket. */
  readonly durationBuckets?: string
}

/** What a query needs beside the names: the matchers of the cluster, and the join from pods to workloads. */
export type PodJoin = {
  readonly cluster: readonly Matcher[]
  readonly pods: readonly Matcher[]
  readonly withOwner: (pods: Expression) => Expression
}

const POD = ['namespace', 'pod'] as const
const WORKLOAD = ['namespace', KIND, NAME] as const

function rates(
  metrics: ApplicationMetrics,
  { cluster, pods }: PodJoin,
  metric: string,
  labels: readonly string[],
  only: readonly Matcher[] = [],
): Expression {
  const vector = selector(metric, [...cluster, oneOf('job', metrics.jobs), ...pods, ...only])
  return aggregate('sum', labels, overTime('rate', over(vector, '5m')))
}

export function requestRate(metrics: ApplicationMetrics, join: PodJoin): Expression {
  return aggregate('sum', WORKLOAD, join.withOwner(rates(metrics, join, metrics.requests, POD)))
}

/** A pod that answers requests and has no failed ones has a ratio of 0; one without requests has none. */
export function errorRatio(metrics: ApplicationMetrics, join: PodJoin): Expression {
  const all = rates(metrics, join, metrics.requests, POD)
  const isFailed = matching(metrics.failed.label, metrics.failed.pattern)
  const failed = either(rates(metrics, join, metrics.requests, POD, [isFailed]), zero(all), POD)
  return divided(aggregate('sum', WORKLOAD, join.withOwner(failed)), aggregate('sum', WORKLOAD, join.withOwner(all)))
}

export function latencyP99(metrics: ApplicationMetrics, join: PodJoin): Expression | undefined {
  if (metrics.durationBuckets === undefined) return undefined
  const buckets = rates(metrics, join, metrics.durationBuckets, [...POD, 'le'])
  return quantile(0.99, aggregate('sum', [...WORKLOAD, 'le'], join.withOwner(buckets)))
}

/** Throws KIN-2001 for names that are none: they become part of a query. */
export function checkApplicationMetrics(metrics: ApplicationMetrics): void {
  for (const name of [metrics.requests, metrics.durationBuckets ?? metrics.requests])
    if (!isMetricName(name)) throw new KintsugiError('KIN-2001', `${JSON.stringify(name)} is not the name of a metric`)
  if (!isLabelName(metrics.failed.label))
    throw new KintsugiError('KIN-2001', `${JSON.stringify(metrics.failed.label)} is not the name of a label`)
  if (metrics.jobs.length === 0)
    throw new KintsugiError('KIN-2001', 'the application metrics of a Prometheus need the jobs that report them')
}
