import {
  type AnswerIndex,
  type Diagnosis,
  type Evidence,
  type Finding,
  formatInstant,
  formatSubject,
  indexAnswers,
  type SignalAnswer,
  signalInfo,
} from '../domain/index.ts'
import type { FailureKind } from './failures/failure.ts'
import { failures } from './failures/index.ts'
import { newImageBefore } from './new-image.ts'
import { observe } from './observe.ts'

/**
 * What is wrong with one workload, from what was found there; undefined when nothing was. All findings must be of the same workload.
 * `answers` may hold other workloads too. Episode and confidence are those of the finding that names the failure.
 */
export function diagnose(
  findings: readonly Finding[],
  answers: readonly SignalAnswer[],
  nowMs: number,
): Diagnosis | undefined {
  const past = findings.filter((finding) => finding.startMs <= nowMs)
  for (const kind of failures) {
    const mine = past.filter((finding) => finding.failure === kind.failure)
    const main = mine.sort(bySurenessThenStart)[0]
    if (main !== undefined) return describe(kind, main, past, { index: indexAnswers(answers), nowMs })
  }
  return undefined
}

function bySurenessThenStart(a: Finding, b: Finding): number {
  if (a.confidence !== b.confidence) return b.confidence - a.confidence
  if (a.startMs !== b.startMs) return a.startMs - b.startMs
  return formatSubject(a.subject) < formatSubject(b.subject) ? -1 : 1
}

type Sight = { readonly index: AnswerIndex; readonly nowMs: number }

function describe(kind: FailureKind, main: Finding, all: readonly Finding[], { index, nowMs }: Sight): Diagnosis {
  const observed = observe(index, main.subject, nowMs)
  const sizedBy = kind.sizedBy ?? []
  const others = all.filter((finding) => finding !== main)
  const image = kind.followsImage ? newImageBefore(index, main) : undefined
  const beside = others.flatMap((finding) => finding.evidence.slice(0, 1))
  return {
    subject: main.subject,
    failure: main.failure,
    confidence: main.confidence,
    ...(main.adjusted === undefined ? {} : { adjusted: main.adjusted }),
    startMs: main.startMs,
    lastMs: main.lastMs,
    evidence: unrepeated([...main.evidence, ...(image === undefined ? [] : [image]), ...beside]),
    votes: all.flatMap((finding) => ('votes' in finding.by ? finding.by.votes : [])),
    independentSignals: independent(main, others),
    data:
      all.some((finding) => finding.data === 'partial') ||
      sizedBy.some((signal) => index.answer(signal)?.status === 'partial')
        ? 'partial'
        : 'complete',
    watch: kind.watch(main),
    observed,
    summary: `${kind.says(main.subject, observed)}, since ${formatInstant(main.startMs)}.`,
  }
}

function unrepeated(evidence: readonly Evidence[]): readonly Evidence[] {
  const keys = new Set<string>()
  return evidence.filter((one) => {
    const key = `${one.signal} ${formatSubject(one.subject)} ${one.atMs}`
    if (keys.has(key)) return false
    keys.add(key)
    return true
  })
}

/**
 * Whether two signals that fail apart agree: two exporters or mechanisms, or a rule and a model that looks at another mechanism. One model
 * is one signal, however many metrics it saw. The same fact on two pods would count only on different nodes, which no signal tells.
 */
function independent(main: Finding, others: readonly Finding[]): boolean {
  if ('votes' in main.by) return false
  const models = others.filter((finding) => 'votes' in finding.by)
  const shown = [...main.evidence, ...models.flatMap((finding) => finding.evidence)]
  return new Set(shown.map((one) => signalInfo(one.signal).mechanism)).size >= 2
}
