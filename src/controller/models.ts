import {
  ANSWERS,
  type Answer,
  type AnswerJob,
  answers,
  asksFor,
  detectors,
  historySignals,
  judgeLive,
  modelFinding,
  NO_ENGINES,
  type Window,
  windowsOf,
  withOutside,
} from '../detection/index.ts'
import { digestOf, type Finding, type Lane, laneOf, rangeEndingAt, type SignalId } from '../domain/index.ts'
import type { Compute } from '../ports/index.ts'
import type { ControllerDeps } from './deps.ts'
import type { Memory } from './memory.ts'
import type { Sight } from './observe.ts'
import { outsideTracks } from './outside.ts'

const HOUR = 3_600_000
/** What the models are fitted on. */
const HISTORY_MS = 14 * 24 * HOUR
const HISTORY_STEP_MS = 5 * 60_000
/** How much of the newest history is judged: an alarm may have begun this long ago. */
const JUDGED_MS = 3 * HOUR

/**
 * Findings of the models on every lane but the `decided` ones, whose findings nobody would act on: nothing is fitted for those, and no history
 * is read where no lane is left. The grid of history moves every 5 minutes, so between its points the answer is remembered.
 */
export async function modelFindings(
  deps: ControllerDeps,
  memory: Memory,
  sight: Sight,
  decided: ReadonlySet<Lane>,
): Promise<readonly Finding[]> {
  if ([...sight.watched].every((lane) => decided.has(lane))) return []
  const range = rangeEndingAt(sight.nowMs, HISTORY_MS, HISTORY_STEP_MS)
  const asked = (finding: Finding) => !decided.has(laneOf(finding.subject))
  const known = memory.modelled
  if (known?.endMs === range.endMs && [...known.without].every((lane) => decided.has(lane)))
    return known.findings.filter(asked)
  const answers = await deps.site.metrics.read(historySignals, range)
  const findings: Finding[] = []
  for (const window of windowsOf(answers)) {
    if (decided.has(laneOf(window.subject))) continue
    const found = await judge(deps, memory, window, sight.nowMs)
    if (found !== undefined) findings.push(found)
  }
  memory.modelled = { endMs: range.endMs, without: decided, findings }
  return findings
}

async function judge(
  { compute, outside = [] }: ControllerDeps,
  memory: Memory,
  window: Window<SignalId>,
  nowMs: number,
): Promise<Finding | undefined> {
  const seed = Number.parseInt(digestOf(window.subject).slice(0, 8), 16)
  const from = Math.max(0, window.length - Math.ceil(JUDGED_MS / window.stepMs))
  const asks = asksFor(detectors, window, from, seed)
  const missing = asks.filter((ask) => memory.models.get(window.subject, ask) === undefined)
  const found = missing.length === 0 ? [] : await answered(compute, { window, asks: missing, seed })
  memory.models.keep(window.subject, asks, found)
  const known = (ask: (typeof asks)[number]) => memory.models.get(window.subject, ask)
  const own = judgeLive(detectors, window, from, seed, known)
  const judged = withOutside(own, await outsideTracks(outside, window, from), window.stepMs)
  return modelFinding({ judged, window, cooldownMs: 0, nowMs })
}

/** In line where there is no Compute. A worker that died has no voice this time: its models abstain, which is never an anomaly. */
async function answered(compute: Compute | undefined, job: AnswerJob): Promise<readonly Answer[]> {
  if (compute === undefined) return answers(detectors, job, NO_ENGINES)
  try {
    return await compute.fit<AnswerJob, readonly Answer[]>(ANSWERS, job)
  } catch {
    return []
  }
}
