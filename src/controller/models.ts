import {
  detectors,
  type Fit,
  type FitJob,
  fitModels,
  historySignals,
  MODELS_FIT,
  modelFinding,
  NO_ENGINES,
  scoreModels,
  type Window,
  windowsOf,
} from '../detection/index.ts'
import { digestOf, type Finding, type Lane, laneOf, rangeEndingAt, type SignalId } from '../domain/index.ts'
import type { Compute } from '../ports/index.ts'
import type { ControllerDeps } from './deps.ts'
import type { Memory } from './memory.ts'
import type { Sight } from './observe.ts'

const HOUR = 3_600_000
/** What the models are fitted on, and how often (reference: cadence of an Isolation Forest, 6 to 24 h). */
const HISTORY_MS = 14 * 24 * HOUR
const HISTORY_STEP_MS = 5 * 60_000
const FIT_EVERY_MS = 6 * HOUR
/** How much of the newest history is judged. */
const JUDGED_MS = HOUR

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
    const found = await judge(deps.compute, memory, window, sight.nowMs)
    if (found !== undefined) findings.push(found)
  }
  memory.modelled = { endMs: range.endMs, without: decided, findings }
  return findings
}

async function judge(
  compute: Compute | undefined,
  memory: Memory,
  window: Window<SignalId>,
  nowMs: number,
): Promise<Finding | undefined> {
  const seed = Number.parseInt(digestOf(window.subject).slice(0, 8), 16)
  const fits = await memory.fits.get(window.subject, fitTime(nowMs, seed), (upToMs) =>
    fitted(compute, { window, upToMs, seed }),
  )
  const endMs = window.startMs + (window.length - 1) * window.stepMs
  return modelFinding({
    judgements: scoreModels(fits, window, endMs - JUDGED_MS),
    window,
    configured: detectors.length,
    cooldownMs: 0,
    nowMs,
  })
}

/** In line where there is no Compute. A worker that died has no voice this time: its models are absent, which is never an anomaly. */
async function fitted(compute: Compute | undefined, job: FitJob): Promise<readonly Fit[]> {
  if (compute === undefined) return fitModels(job, NO_ENGINES)
  try {
    return await compute.fit<FitJob, readonly Fit[]>(MODELS_FIT, job)
  } catch {
    return detectors.map(({ id }) => ({ detector: id, outcome: { fitted: false, why: 'failed' } }))
  }
}

/** Fits stand at multiples of their cadence, shifted by the series' own offset so that they do not all fall together. */
function fitTime(nowMs: number, seed: number): number {
  const offset = (seed % (FIT_EVERY_MS / HISTORY_STEP_MS)) * HISTORY_STEP_MS
  return Math.floor((nowMs - offset) / FIT_EVERY_MS) * FIT_EVERY_MS + offset
}
