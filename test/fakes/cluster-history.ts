import { type ClusterMetric, gridLength, SEED_METRICS } from '../../src/domain/index.ts'
import type { ClusterHistory } from '../../src/ports/index.ts'
import { numbers } from './windows.ts'

const DAY_MS = 86_400_000
const names: readonly string[] = SEED_METRICS

/** What the sixteen metrics are about at a moment, in their own units: days, and noise with a memory. */
export function seedRows(seed: number, startMs: number, stepMs: number, count: number): number[][] {
  const next = numbers(seed)
  const noise = () => next() + next() + next() - 1.5
  const drift = SEED_METRICS.map(() => 0)
  return Array.from({ length: count }, (_, row) => {
    const day = Math.sin(((startMs + row * stepMs) / DAY_MS) * 2 * Math.PI)
    return SEED_METRICS.map((_metric, at) => {
      drift[at] = 0.9 * (drift[at] ?? 0) + 0.2 * noise()
      return usualLevel(at) * (1 + 0.05 * day + 0.02 * (drift[at] ?? 0) + 0.02 * noise())
    })
  })
}

/** Mean level of a metric by its place. */
export function usualLevel(at: number): number {
  return 10 + 7 * at
}

/** A healthy cluster. Its CPU is at 60 % of what it has from 9 to 17 on work days, else at 20 %; its memory at 50 %. */
export function healthyHistory(seed = 1): ClusterHistory {
  return {
    async read(metrics, range) {
      const rows = seedRows(seed, range.startMs, range.stepMs, gridLength(range))
      const sampleOf = (metric: ClusterMetric, at: number): number => {
        const place = names.indexOf(metric)
        if (place >= 0) return rows[at]?.[place] ?? Number.NaN
        if (metric === 'memory_share') return 0.5
        const when = new Date(range.startMs + at * range.stepMs)
        const work = when.getUTCDay() % 6 !== 0 && when.getUTCHours() >= 9 && when.getUTCHours() < 17
        return work ? 0.6 : 0.2
      }
      return metrics.map((metric) => ({
        metric,
        values: Float64Array.from(rows, (_, at) => sampleOf(metric, at)),
        asked: metric,
      }))
    },
    close: async () => undefined,
  }
}
