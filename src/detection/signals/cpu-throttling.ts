import { samplesIn } from '../../domain/index.ts'
import type { Run } from '../runs.ts'
import { latencyRaised, nearLimit } from './company.ts'
import { INFERRED, type SignalRule, type View } from './rule.ts'

const MINUTE_MS = 60_000
const SUSTAINED_MS = 15 * MINUTE_MS

/** Throttling alone is normal for bursty containers; it counts only where the container is at its limit too, or its answers got slower. */
export const cpuThrottling: SignalRule = {
  id: 'cpu-throttling',
  failure: 'CPUThrottling',
  prior: INFERRED,
  decides: 'cpu-throttled',
  helps: ['cpu-usage', 'cpu-limit', 'latency-p99'],
  threshold: 0.25,
  exceeds: (value) => value > 0.25,
  persistence: { samples: 2, ms: SUSTAINED_MS },
  company(view, run) {
    const saturated = nearLimit(view, 'cpu-usage', 'cpu-limit', {
      fromMs: run.toMs - SUSTAINED_MS,
      toMs: run.toMs,
      share: 0.9,
      says: 'CPU use of the container, at 0.9 of its CPU limit or above',
    })
    const seen = [...(saturated === undefined ? [] : [saturated]), ...latencyRaised(view, run)]
    if (seen.length > 0) return { seen }
    return judged(view, run) ? { alone: true } : { unjudged: 'cpu-usage' }
  },
}

/** Whether the usage, at least, could be held against its limit during the run. */
function judged(view: View, run: Run): boolean {
  const recent = (signal: 'cpu-usage' | 'cpu-limit') => {
    const series = view.index.series(signal, view.subject)
    return series !== undefined && samplesIn(series, run.toMs - SUSTAINED_MS, run.toMs).length > 0
  }
  return recent('cpu-usage') && recent('cpu-limit')
}
