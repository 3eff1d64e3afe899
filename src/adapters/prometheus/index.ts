export type { ApplicationMetrics } from './application-metrics.ts'
export { type PrometheusMetrics, type PrometheusOptions, prometheusMetrics } from './metrics.ts'
