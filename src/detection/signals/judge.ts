import {
  betaMean,
  type Evidence,
  type Finding,
  newestSample,
  type Series,
  type SignalAnswer,
  signalInfo,
  type Unknown,
} from '../../domain/index.ts'
import { episodeStart, type Run, runsOf } from '../runs.ts'
import type { ScanSettings } from '../settings.ts'
import type { SignalRule, View } from './rule.ts'

/** A newest sample older than this many steps says nothing about now. */
const STALE_STEPS = 2

/**
 * What a rule says of one deciding series now: a finding, nothing, or that it cannot tell. The episode's start comes from the
 * samples alone, so a bot that has just started finds the same as one that has watched all along.
 */
export function judge(
  rule: SignalRule,
  view: View,
  recorded: Series,
  nowMs: number,
  settings: ScanSettings,
): Finding | Unknown | undefined {
  const series = until(recorded, nowMs)
  const newest = newestSample(series)
  if (newest === undefined) return { signal: rule.decides, subject: series.subject, why: 'too-few-samples' }
  if (nowMs - newest.atMs > STALE_STEPS * series.stepMs)
    return { signal: rule.decides, subject: series.subject, why: 'stale' }
  const runs = runsOf(series.values, series.startMs, series.stepMs, rule.exceeds).filter((run) => persists(rule, run))
  const run = runs.at(-1)
  const startMs = episodeStart(runs, settings.cooldownMs)
  if (run === undefined || startMs === undefined || run.toMs < newest.atMs) return undefined
  const company = rule.company(view, run)
  if ('alone' in company) return undefined
  if ('unjudged' in company) return { signal: company.unjudged, subject: series.subject, why: 'too-few-samples' }
  const evidence = [decisive(rule, view, series, newest), ...company.seen]
  return {
    subject: series.subject,
    failure: rule.failure,
    by: { rule: rule.id },
    confidence: betaMean(rule.prior.real, rule.prior.unreal),
    startMs,
    lastMs: run.toMs,
    evidence,
    data: evidence.some((one) => view.index.answer(one.signal)?.status === 'partial') ? 'partial' : 'complete',
  }
}

/** The samples that were there at a moment: what came later must not help to judge it. */
function until(series: Series, atMs: number): Series {
  const length = Math.floor((atMs - series.startMs) / series.stepMs) + 1
  return { ...series, values: series.values.subarray(0, Math.max(0, length)) }
}

function persists(rule: SignalRule, run: Run): boolean {
  return run.samples >= rule.persistence.samples && run.toMs - run.fromMs >= rule.persistence.ms
}

function decisive(rule: SignalRule, view: View, series: Series, newest: { atMs: number; value: number }): Evidence {
  return {
    signal: rule.decides,
    subject: series.subject,
    atMs: newest.atMs,
    value: newest.value,
    threshold: rule.threshold,
    says: signalInfo(rule.decides).says,
    asked: view.index.answer(rule.decides)?.asked ?? '',
  }
}

/** Why a deciding answer as a whole cannot be relied on; undefined when it can. */
export function unknownAnswer(rule: SignalRule, answer: SignalAnswer | undefined): Unknown | undefined {
  const signal = rule.decides
  if (answer === undefined) return { signal, why: 'query-failed', problem: 'not asked' }
  const problem = answer.problem === undefined ? {} : { problem: answer.problem }
  switch (answer.status) {
    case 'ok':
      return undefined
    case 'partial':
      return { signal, why: 'data-partial', ...problem }
    case 'empty':
      return { signal, why: 'too-few-samples', problem: 'no such series' }
    case 'error':
      return { signal, why: 'query-failed', ...problem }
    default:
      return answer.status satisfies never
  }
}
