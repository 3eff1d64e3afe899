export type { ApplicationMetrics } from './application-metrics.ts'
export { prometheusHistory } from './cluster-history.ts'
export { type PrometheusMetrics, type PrometheusOptions, prometheusMetrics, type Reach } from './metrics.ts'
