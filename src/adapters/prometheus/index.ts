export type { ApplicationMetrics } from './application-metrics.ts'
export { prometheusHistory } from './cluster-history.ts'
export {
  type Connection,
  type PrometheusMetrics,
  type PrometheusOptions,
  prometheusMetrics,
  type Reach,
} from './metrics.ts'
export { type LabelledSeries, prometheusSeries, type SeriesRead, type SeriesReader } from './query-series.ts'
