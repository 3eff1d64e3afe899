import type { Diagnosis, Failure, Isolation } from '../domain/index.ts'

/** What follows if nobody acts, one sentence for each kind of failure. */
export const IF_IGNORED: Readonly<Record<Failure, string>> = {
  OOMKilled: 'Left alone, the container is killed each time it needs more than its limit.',
  CrashLoopBackOff: 'Left alone, the container stays down, and the pauses between its starts grow to five minutes.',
  ImagePullBackOff: 'Left alone, no new pod of the workload can start.',
  MemoryLeak: 'Left alone, the container reaches its limit and is killed.',
  CPUThrottling: 'Left alone, requests keep waiting for CPU time.',
  StorageExhaustion: 'Left alone, the volume fills up and writes fail.',
  FailedRollout: 'Left alone, the new version never becomes available.',
  Unschedulable: 'Left alone, pods wait for a node that has room.',
  QuotaExceeded: 'Left alone, the namespace admits no further pods.',
  HPAMaxedOut: 'Left alone, the workload cannot grow with its load.',
  NodePressure: 'Left alone, pods are evicted.',
  APIErrors: 'Left alone, callers keep failing.',
  Anomaly: 'What follows is not known: no rule names this.',
}

/** How the proof was rendered, and what that says of foreign code. */
export const ISOLATION_WORDS: Readonly<Record<Isolation, string>> = {
  none: 'rendered in process, no foreign code run',
  process: 'charts rendered in a bounded child process',
  isolated: 'charts rendered in an isolated renderer',
}

/** With a capital, as a sentence of its own. Commands and names keep their spelling, so only a plain word at the start is touched. */
export function sentence(text: string): string {
  return /^[a-z]+\s/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}

/** With a full stop, where it does not end as a sentence does. */
export function ended(text: string): string {
  return /[.!?]$/.test(text) || text === '' ? text : `${text}.`
}

/** `0.66`, with how it came about where outcomes have changed it. */
export function confidenceWords({
  confidence,
  adjusted,
  votes,
}: Pick<Diagnosis, 'confidence' | 'adjusted' | 'votes'>): string {
  const now = confidence.toFixed(2)
  if (adjusted === undefined) return now
  const { calibrated, verified, refuted } = adjusted
  const before = votes.length > 0 ? 'calibrated' : 'published'
  return `${now} (${before} ${calibrated.toFixed(2)}, after ${verified} verified and ${refuted} refuted)`
}
