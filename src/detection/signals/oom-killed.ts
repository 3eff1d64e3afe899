import { type Evidence, samplesIn, signalInfo } from '../../domain/index.ts'
import type { Run } from '../runs.ts'
import { nearLimit } from './company.ts'
import { isFlagged, OBSERVED, type SignalRule, type View } from './rule.ts'

/** The flag looks back, so the level that led to the kill lies up to this long before the run's first sample. */
const BEFORE_MS = signalInfo('oom-killed').lookBackMs ?? 0

/** A kill is an event: one sample that reports it is enough. The level before it is seen by another exporter, cAdvisor. */
export const oomKilled: SignalRule = {
  id: 'oom-killed',
  failure: 'OOMKilled',
  prior: OBSERVED,
  decides: 'oom-killed',
  helps: ['memory-working-set', 'memory-limit', 'oom-killed-pods'],
  threshold: 1,
  exceeds: isFlagged,
  persistence: { samples: 1, ms: 0 },
  company(view, run) {
    const level = nearLimit(view, 'memory-working-set', 'memory-limit', {
      fromMs: run.fromMs - BEFORE_MS,
      toMs: run.toMs,
      share: 0.9,
      says: 'working set of the container, at 0.9 of its memory limit or above',
    })
    return { seen: [...(level === undefined ? [] : [level]), ...severalPods(view, run)] }
  },
}

function severalPods(view: View, run: Run): readonly Evidence[] {
  const pods = view.index.series('oom-killed-pods', view.subject)
  const newest = pods === undefined ? undefined : samplesIn(pods, run.fromMs, run.toMs).at(-1)
  if (pods === undefined || newest === undefined || newest.value < 2) return []
  const asked = view.index.answer('oom-killed-pods')?.asked ?? ''
  const says = signalInfo('oom-killed-pods').says
  return [{ signal: 'oom-killed-pods', subject: pods.subject, ...newest, threshold: 2, says, asked }]
}
