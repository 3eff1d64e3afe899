import { type Failure, type Series, type SignalId, samplesIn, signalInfo } from '../domain/index.ts'

/** Share of throttled CPU periods above which a container counts as throttled (kubernetes-mixin). */
const THROTTLED = 0.25

/** A level wobbles, where a flag says that something happened. */
export function isLevel(signal: SignalId): boolean {
  return signalInfo(signal).unit === 'ratio'
}

/** What a rule holds a level against before it names a failure: without these its silence says nothing. */
export const JUDGED_BY: Readonly<Partial<Record<SignalId, readonly SignalId[]>>> = {
  'cpu-throttled': ['cpu-usage', 'cpu-limit'],
}

/** Whether a sample shows the symptom of its signal: flags and counts from 1 on. */
export function isLoud(signal: SignalId, value: number): boolean {
  return isLevel(signal) ? value > THROTTLED : value >= 1
}

/** The signal that shows each failure that a fix could cause. */
export const SIGN_OF: Readonly<Partial<Record<Failure, SignalId>>> = {
  OOMKilled: 'oom-killed',
  ImagePullBackOff: 'image-pull',
  CrashLoopBackOff: 'crash-loop',
  Unschedulable: 'unschedulable',
  FailedRollout: 'rollout-failed',
}

type Sample = { readonly atMs: number; readonly value: number }

/** Pods of before the sync live on for a while beside the new ones, and what happens to them is not the fix's doing. */
const SETTLES_MS = 2 * 60_000

/**
 * From when on a series speaks of what the fix did alone: its first quiet sample once the rollout has had time to settle, which tells that
 * no echo of the time before is left, or one look-back after that time.
 */
export function freshFrom(series: Series, syncedAtMs: number, toMs: number): number {
  const settled = syncedAtMs + SETTLES_MS
  const latest = latestFresh(series.signal, syncedAtMs)
  const quiet = samplesIn(series, settled, Math.min(toMs, latest)).find(({ value }) => !isLoud(series.signal, value))
  return quiet?.atMs ?? latest
}

/** When no sample of this signal can be an echo of the time before the sync any more. */
export function latestFresh(signal: SignalId, syncedAtMs: number): number {
  return syncedAtMs + SETTLES_MS + (signalInfo(signal).lookBackMs ?? 0)
}

/** The last unbroken stretch of loud samples that reaches the newest one in [fromMs, toMs]; empty when that one is quiet. */
export function loudNow(series: Series, fromMs: number, toMs: number): readonly Sample[] {
  const samples = samplesIn(series, fromMs, toMs)
  const lastQuiet = samples.findLastIndex(({ value }) => !isLoud(series.signal, value))
  return samples.slice(lastQuiet + 1)
}
