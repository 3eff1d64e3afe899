import { type AnswerIndex, type Finding, indexAnswers, type SignalAnswer, type Unknown } from '../domain/index.ts'
import type { ScanSettings } from './settings.ts'
import { signalRules } from './signals/index.ts'
import { judge, unknownAnswer } from './signals/judge.ts'
import type { SignalRule } from './signals/rule.ts'

export type ScanResult = { readonly findings: readonly Finding[]; readonly unknown: readonly Unknown[] }

/**
 * What the rules find at `nowMs`, and what they could not judge. A finding is there only while its signal is: a symptom that
 * has gone gives none. An answer that is partial still gives findings, marked so, and an unknown for all that it did not show.
 */
export function scan(answers: readonly SignalAnswer[], nowMs: number, settings: ScanSettings): ScanResult {
  const index = indexAnswers(answers)
  const results = signalRules.map((rule) => scanRule(rule, index, nowMs, settings))
  return {
    findings: results.flatMap((result) => result.findings),
    unknown: results.flatMap((result) => result.unknown),
  }
}

function scanRule(rule: SignalRule, index: AnswerIndex, nowMs: number, settings: ScanSettings): ScanResult {
  const answer = index.answer(rule.decides)
  const whole = unknownAnswer(rule, answer)
  const findings: Finding[] = []
  const unknown: Unknown[] = whole === undefined ? [] : [whole]
  if (answer === undefined || answer.status === 'error') return { findings, unknown }
  for (const series of answer.series) {
    const said = judge(rule, { index, subject: series.subject }, series, nowMs, settings)
    if (said === undefined) continue
    if ('why' in said) unknown.push(said)
    else findings.push(said)
  }
  return { findings, unknown }
}
