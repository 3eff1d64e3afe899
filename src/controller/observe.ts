import {
  detectors,
  fitModels,
  historySignals,
  modelFinding,
  scan,
  scoreModels,
  tickSignals,
  windowsOf,
} from '../detection/index.ts'
import { digestOf, type Finding, laneOf, rangeEndingAt, type SignalAnswer, type Unknown } from '../domain/index.ts'
import { parseApplication } from '../source/index.ts'
import type { ControllerDeps, KnownApplication } from './deps.ts'
import type { Memory } from './memory.ts'

const HOUR = 3_600_000
/** What the models are fitted on, and how often (reference: cadence of an Isolation Forest, 6 to 24 h). */
const HISTORY_MS = 14 * 24 * HOUR
const HISTORY_STEP_MS = 5 * 60_000
const FIT_EVERY_MS = 6 * HOUR
/** How much of the newest history is judged. */
const JUDGED_MS = HOUR

/** Everything that one tick saw, before any lane is looked at. */
export type Sight = {
  readonly nowMs: number
  readonly answers: readonly SignalAnswer[]
  readonly findings: readonly Finding[]
  readonly unknown: readonly Unknown[]
  readonly applications: readonly KnownApplication[]
  /** Applications that could not be parsed, with the reason. */
  readonly unreadable: readonly string[]
  /** Lanes that had samples. */
  readonly watched: ReadonlySet<string>
}

export async function observe(deps: ControllerDeps, memory: Memory, nowMs: number): Promise<Sight> {
  const { tick } = deps.config
  const answers = await deps.site.metrics.read(tickSignals, rangeEndingAt(nowMs, tick.lookBackMs, tick.stepMs))
  const scanned = scan(answers, nowMs, { cooldownMs: 0 })
  const ruled = new Set(scanned.findings.map((finding) => laneOf(finding.subject)))
  const modelled = await modelFindings(deps, memory, nowMs)
  const { applications, unreadable } = await knownApplications(deps)
  return {
    nowMs,
    answers,
    // A rule that matches decides the kind; models speak where no rule does.
    findings: [...scanned.findings, ...modelled.filter((finding) => !ruled.has(laneOf(finding.subject)))],
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

/** Judges the newest hour of every window. The grid of history moves every 5 minutes, so between its points the answer is remembered. */
async function modelFindings(deps: ControllerDeps, memory: Memory, nowMs: number): Promise<readonly Finding[]> {
  const range = rangeEndingAt(nowMs, HISTORY_MS, HISTORY_STEP_MS)
  if (memory.modelled?.endMs === range.endMs) return memory.modelled.findings
  const answers = await deps.site.metrics.read(historySignals, range)
  const findings: Finding[] = []
  for (const window of windowsOf(answers)) {
    const seed = Number.parseInt(digestOf(window.subject).slice(0, 8), 16)
    const fits = memory.fits.get(window.subject, fitTime(nowMs, seed), (upToMs) => fitModels(window, upToMs, seed))
    const found = modelFinding({
      judgements: scoreModels(fits, window, range.endMs - JUDGED_MS),
      window,
      configured: detectors.length,
      cooldownMs: 0,
      nowMs,
    })
    if (found !== undefined) findings.push(found)
  }
  memory.modelled = { endMs: range.endMs, findings }
  return findings
}

/** Fits stand at multiples of their cadence, shifted by the series' own offset so that they do not all fall together. */
function fitTime(nowMs: number, seed: number): number {
  const offset = (seed % (FIT_EVERY_MS / HISTORY_STEP_MS)) * HISTORY_STEP_MS
  return Math.floor((nowMs - offset) / FIT_EVERY_MS) * FIT_EVERY_MS + offset
}
