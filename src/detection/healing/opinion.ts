import {
  indexAnswers,
  newestSample,
  type Series,
  type SignalAnswer,
  type SignalId,
  type Subject,
  sampleAt,
} from '../../domain/index.ts'
import { healingOpinion, type PackedForest } from './forest.ts'
import type { HealingRow } from './rule.ts'
import { TRAINED } from './trained.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
/** Older samples say nothing of now. */
const STALE_MS = 10 * 60_000
/** Failed requests are counted over so long. */
const ERRORS_S = 300

let forest: PackedForest | undefined

/**
 * What the fifth seed's classifier would say of a container, in fixed words and numbers; undefined where its numbers are not known: nothing
 * is filled in. Nobody acts on it: it relearns a rule of three lines, and tells a healthy container that is merely busy to reset errors that
 * it does not have.
 */
export function healingWords(answers: readonly SignalAnswer[], subject: Subject, nowMs: number): string | undefined {
  const row = healingRow(answers, subject, nowMs)
  if (row === undefined) return undefined
  forest ??= JSON.parse(TRAINED) as PackedForest // what the training script wrote, which a test compares
  const { action, share } = healingOpinion(forest, row)
  const whole = (value: number): string => value.toFixed(0)
  const seen = `CPU at ${whole(row.cpu_usage)} % and memory at ${whole(row.memory_usage)} % of their limits, ${whole(row.error_count)} errors`
  return `the healing classifier of the fifth seed would say ${action.replace('_', ' ')} (${share.toFixed(2)} of its trees) to ${seen}`
}

/**
 * The five numbers as the classifier knows them. Errors are failed requests within 5 minutes, or else restarts within what was read. A time
 * since the last restart that began before what was read is as long as that.
 */
export function healingRow(answers: readonly SignalAnswer[], subject: Subject, nowMs: number): HealingRow | undefined {
  const index = indexAnswers(answers)
  const now = (signal: SignalId): number | undefined => {
    const series = index.series(signal, subject)
    const newest = series && newestSample(series)
    return newest !== undefined && nowMs - newest.atMs <= STALE_MS ? newest.value : undefined
  }
  const restarts = index.series('restarts', subject)
  const cpu = percent(now('cpu-usage'), now('cpu-limit'))
  const memory = percent(now('memory-working-set'), now('memory-limit'))
  const [rate, failed] = [now('request-rate'), now('error-ratio')]
  const errors = rate !== undefined && failed !== undefined ? rate * failed * ERRORS_S : restartsIn(restarts)?.count
  if (cpu === undefined || memory === undefined || errors === undefined) return undefined
  const sinceMs = restartsIn(restarts)?.lastMs ?? restarts?.startMs ?? nowMs
  const hour = Math.floor(nowMs / HOUR_MS) % 24
  const uptime = Math.max(0, nowMs - sinceMs) / SECOND_MS
  return { cpu_usage: cpu, memory_usage: memory, error_count: errors, uptime, hour_of_day: hour }
}

function percent(used: number | undefined, of: number | undefined): number | undefined {
  return used === undefined || of === undefined || of <= 0 ? undefined : (100 * used) / of
}

/** Restarts that were seen to happen, and the newest of them. */
function restartsIn(series: Series | undefined): { readonly count: number; readonly lastMs?: number } | undefined {
  if (series === undefined || newestSample(series) === undefined) return undefined
  let count = 0
  let lastMs: number | undefined
  let before = Number.NaN
  for (let at = 0; at < series.values.length; at += 1) {
    const atMs = series.startMs + at * series.stepMs
    const value = sampleAt(series, atMs)
    if (!Number.isFinite(value)) continue
    const added = value < before ? value : value - before
    if (added > 0) {
      count += added
      lastMs = atMs
    }
    before = value
  }
  return { count, ...(lastMs !== undefined && { lastMs }) }
}
