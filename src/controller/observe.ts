import { scan, tickSignals } from '../detection/index.ts'
import { type Finding, laneOf, rangeEndingAt, type SignalAnswer, type Unknown } from '../domain/index.ts'
import { parseApplication } from '../source/index.ts'
import type { ControllerDeps, KnownApplication } from './deps.ts'

/** Everything that one tick saw, before any lane is looked at. */
export type Sight = {
  readonly nowMs: number
  readonly answers: readonly SignalAnswer[]
  /** Those of the rules; those of the models come to them once they were asked. */
  readonly findings: readonly Finding[]
  readonly unknown: readonly Unknown[]
  readonly applications: readonly KnownApplication[]
  /** Applications that could not be parsed, with the reason. */
  readonly unreadable: readonly string[]
  /** Lanes that had samples. */
  readonly watched: ReadonlySet<string>
}

/** Reads the signals of a tick and asks the rules. */
export async function observe(deps: ControllerDeps, nowMs: number): Promise<Sight> {
  const { tick } = deps.config
  const answers = await deps.site.metrics.read(tickSignals, rangeEndingAt(nowMs, tick.lookBackMs, tick.stepMs))
  const scanned = scan(answers, nowMs, { cooldownMs: 0 })
  const { applications, unreadable } = await knownApplications(deps)
  return {
    nowMs,
    answers,
    findings: scanned.findings,
    unknown: scanned.unknown,
    applications,
    unreadable,
    watched: new Set(answers.flatMap((answer) => answer.series.map((series) => laneOf(series.subject)))),
  }
}

async function knownApplications(deps: ControllerDeps): Promise<Pick<Sight, 'applications' | 'unreadable'>> {
  const applications: KnownApplication[] = []
  const unreadable: string[] = []
  for (const live of await deps.site.gitops.applications()) {
    const parsed = parseApplication(live.manifest)
    if (parsed.parsed) applications.push({ application: parsed.application, status: live.status })
    else unreadable.push(parsed.message)
  }
  return { applications, unreadable }
}
