export type { ApplicationMetrics } from './application-metrics.ts'
export { type PrometheusMetrics, type PrometheusOptions, prometheusMetrics, type Reach } from './metrics.ts'
