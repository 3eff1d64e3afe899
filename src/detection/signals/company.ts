import { median } from 'simple-statistics'
import { type Evidence, type Series, type SignalId, sampleAt, samplesIn } from '../../domain/index.ts'
import type { Run } from '../runs.ts'
import type { View } from './rule.ts'

const MINUTE_MS = 60_000
/** The own earlier level is the median of this long before the run. */
const BEFORE_MS = 6 * 60 * MINUTE_MS
/** What holds at the run's end: the median of this long. */
const RECENT_MS = 10 * MINUTE_MS
/** Fewer earlier samples are no level to compare with. */
const LEAST_EARLIER = 5

type Levels = { readonly before: number; readonly now: number; readonly atMs: number; readonly series: Series }

/** The level of a signal before the run and at its end; undefined where either has too few samples. */
function levels(view: View, signal: SignalId, run: Run): Levels | undefined {
  const series = view.index.series(signal, view.subject)
  if (series === undefined) return undefined
  const earlier = samplesIn(series, run.fromMs - BEFORE_MS, run.fromMs - 1)
  const recent = samplesIn(series, Math.max(run.fromMs, run.toMs - RECENT_MS), run.toMs)
  const last = recent.at(-1)
  if (earlier.length < LEAST_EARLIER || last === undefined) return undefined
  return { before: median(earlier.map(measured)), now: median(recent.map(measured)), atMs: last.atMs, series }
}

function measured(sample: { readonly value: number }): number {
  return sample.value
}

function quote(view: View, signal: SignalId, at: Levels, threshold: number, says: string): Evidence {
  const asked = view.index.answer(signal)?.asked ?? ''
  return { signal, subject: at.series.subject, atMs: at.atMs, value: at.now, threshold, says, asked }
}

/** The application's own view: more requests fail, or fewer arrive, than before the run. From outside the cluster's exporters. */
export function applicationSuffers(view: View, run: Run): readonly Evidence[] {
  const seen: Evidence[] = []
  const errors = levels(view, 'error-ratio', run)
  if (errors !== undefined) {
    const bar = Math.max(0.05, 3 * errors.before)
    if (errors.now >= bar)
      seen.push(
        quote(view, 'error-ratio', errors, bar, 'share of failed requests, at least three times as high as before'),
      )
  }
  const requests = levels(view, 'request-rate', run)
  if (requests !== undefined && requests.before > 0) {
    const bar = requests.before / 2
    if (requests.now <= bar)
      seen.push(
        quote(view, 'request-rate', requests, bar, 'requests per second, at most half of what there was before'),
      )
  }
  return seen
}

/** The 99th percentile of the response time is at least half as high again as before the run. */
export function latencyRaised(view: View, run: Run): readonly Evidence[] {
  const latency = levels(view, 'latency-p99', run)
  if (latency === undefined || !(latency.before > 0)) return []
  const bar = 1.5 * latency.before
  if (latency.now < bar) return []
  return [
    quote(
      view,
      'latency-p99',
      latency,
      bar,
      '99th percentile of the response time, at least 1.5 times as high as before',
    ),
  ]
}

/** Highest share of its limit that a usage had in [fromMs, toMs], each sample held against the limit of its own moment. */
export function nearLimit(
  view: View,
  usage: 'memory-working-set' | 'cpu-usage',
  limit: 'memory-limit' | 'cpu-limit',
  span: { readonly fromMs: number; readonly toMs: number; readonly share: number; readonly says: string },
): Evidence | undefined {
  const used = view.index.series(usage, view.subject)
  const allowed = view.index.series(limit, view.subject)
  if (used === undefined || allowed === undefined) return undefined
  let best: Evidence | undefined
  let highest = span.share
  for (const { atMs, value } of samplesIn(used, span.fromMs, span.toMs)) {
    const bound = sampleAt(allowed, atMs)
    if (!(bound > 0) || value / bound < highest) continue
    highest = value / bound
    const threshold = span.share * bound
    const asked = view.index.answer(usage)?.asked ?? ''
    best = { signal: usage, subject: used.subject, atMs, value, threshold, says: span.says, asked }
  }
  return best
}
