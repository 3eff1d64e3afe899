import type { Diagnosis, Finding, SignalAnswer } from '../domain/index.ts'

/** What is wrong with one workload, from what was found there; undefined when nothing was. */
export function diagnose(
  _findings: readonly Finding[],
  _answers: readonly SignalAnswer[],
  _nowMs: number,
): Diagnosis | undefined {
  return undefined
}
