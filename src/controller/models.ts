import {
  ANSWERS,
  type Answer,
  type AnswerJob,
  type Ask,
  answers,
  asksFor,
  changesOf,
  type Detector,
  detectors,
  historySignals,
  isSettling,
  judgeLive,
  modelFinding,
  NO_ENGINES,
  type Window,
  windowsOf,
  withOutside,
} from '../detection/index.ts'
import {
  type AnswerIndex,
  digestOf,
  type Finding,
  formatSubject,
  indexAnswers,
  type Lane,
  laneOf,
  newestSample,
  rangeEndingAt,
  type SignalId,
} from '../domain/index.ts'
import type { Compute } from '../ports/index.ts'
import type { ControllerDeps } from './deps.ts'
import type { Memory } from './memory.ts'
import type { Sight } from './observe.ts'
import { outsideTracks } from './outside.ts'

const HOUR = 3_600_000
const STEP_MS = 5 * 60_000
/** What the models are fitted on: three weeks are the least from which a week can be learned, and a day for fits that stand in the past. */
const HISTORY_MS = 22 * 24 * HOUR
/** How much of the newest samples is judged: an alarm may have begun this long ago. */
const JUDGED_MS = 3 * HOUR
/** Read at every point of the grid: what is judged, and the day before it, which is what models look back on. */
const RECENT_MS = 28 * HOUR

/**
 * Findings of the models on every lane but the `decided` ones, whose findings nobody would act on: nothing is fitted for those, and nothing is
 * read where no lane is left. The grid moves every 5 minutes, so between its points the answer is remembered.
 */
export async function modelFindings(
  deps: ControllerDeps,
  memory: Memory,
  sight: Sight,
  decided: ReadonlySet<Lane>,
): Promise<readonly Finding[]> {
  if ([...sight.watched].every((lane) => decided.has(lane))) return []
  const range = rangeEndingAt(sight.nowMs, RECENT_MS, STEP_MS)
  const changes = changesOf(sight.answers)
  const asked = (finding: Finding) => {
    const lane = laneOf(finding.subject)
    return !decided.has(lane) && !isSettling(finding, changes.get(lane), sight.nowMs)
  }
  const known = memory.modelled
  if (known?.endMs === range.endMs && [...known.without].every((lane) => decided.has(lane)))
    return known.findings.filter(asked)
  const limits = indexAnswers(sight.answers)
  const recent = windowsOf(await deps.site.metrics.read(historySignals, range))
  const voters = votersOf(deps)
  const open = recent
    .filter((window) => !decided.has(laneOf(window.subject)))
    .map((window) => openCase(voters, window, sight.nowMs, memoryLimit(limits, window)))
  await learn(deps, memory, open)
  const findings = (await Promise.all(open.map((one) => found(deps, memory, one)))).flatMap((one) => one ?? [])
  memory.modelled = { endMs: range.endMs, without: decided, findings }
  return findings.filter(asked)
}

/** Our own models that the operator lets vote. */
function votersOf({ config }: ControllerDeps): readonly Detector[] {
  return detectors.filter(({ id }) => config.detection.models.some((model) => model === id))
}

/** A series that is to be judged, with what has to be known for it. */
type OpenCase = {
  readonly voters: readonly Detector[]
  readonly window: Window<SignalId>
  readonly nowMs: number
  /** Memory limit of the container, bytes. */
  readonly limit: number | undefined
  readonly seed: number
  /** The first row that is judged. */
  readonly from: number
  readonly asks: readonly Ask[]
}

/** Bytes; nothing where the container has none. */
function memoryLimit(limits: AnswerIndex, { subject }: Window): number | undefined {
  const series = limits.series('memory-limit', subject)
  return series && newestSample(series)?.value
}

function openCase(
  voters: readonly Detector[],
  window: Window<SignalId>,
  nowMs: number,
  limit: number | undefined,
): OpenCase {
  const seed = Number.parseInt(digestOf(window.subject).slice(0, 8), 16)
  const from = Math.max(0, window.length - Math.ceil(JUDGED_MS / window.stepMs))
  return { voters, window, nowMs, limit, seed, from, asks: asksFor(voters, window, from, seed) }
}

/**
 * Sees to it that what is not known yet is fitted. Where nothing waits for the result, that goes on beside the ticks, one after the other,
 * and models abstain meanwhile: fits of a thousand workloads take hours, and what the rules ask for is not held up by them.
 */
async function learn(deps: ControllerDeps, memory: Memory, cases: readonly OpenCase[]): Promise<void> {
  if (deps.fits !== 'beside') return fitMissing(deps, memory, cases)
  if (memory.learning) return
  memory.learning = true
  fitMissing(deps, memory, cases)
    // Whatever stopped it stops no tick; the next one begins anew.
    .catch(() => undefined)
    .finally(() => {
      memory.learning = false
    })
}

/** Fits what is not known yet, a namespace at a time, so that no more than the history of one is held. */
async function fitMissing(deps: ControllerDeps, memory: Memory, cases: readonly OpenCase[]): Promise<void> {
  const waiting = new Map<string, Map<string, OpenCase>>()
  for (const one of cases) {
    if (missing(memory, one).length === 0) continue
    const { namespace } = one.window.subject
    const there = waiting.get(namespace) ?? new Map<string, OpenCase>()
    waiting.set(namespace, there.set(formatSubject(one.window.subject), one))
  }
  for (const [namespace, there] of waiting) if (!(await fitNamespace(deps, memory, namespace, there))) return
}

/** False when no fit came back: whoever fits is gone, and asking on is in vain. */
async function fitNamespace(
  deps: ControllerDeps,
  memory: Memory,
  namespace: string,
  cases: ReadonlyMap<string, OpenCase>,
): Promise<boolean> {
  const [first] = cases.values()
  const range = rangeEndingAt(first?.nowMs ?? 0, HISTORY_MS, STEP_MS)
  const histories = windowsOf(await deps.site.metrics.read(historySignals, range, { namespaces: [namespace] }))
  const answered = await Promise.all(
    histories.map(async (history) => {
      const one = cases.get(formatSubject(history.subject))
      if (one === undefined) return true
      const answer = await answersTo(deps.compute, one.voters, {
        window: history,
        asks: missing(memory, one),
        seed: one.seed,
      })
      memory.models.keep(one.window.subject, one.asks, answer)
      return answer.length > 0
    }),
  )
  return answered.length === 0 || answered.includes(true)
}

function missing(memory: Memory, { window, asks }: OpenCase): readonly Ask[] {
  return asks.filter((ask) => memory.models.get(window.subject, ask) === undefined)
}

async function found(deps: ControllerDeps, memory: Memory, one: OpenCase): Promise<Finding | undefined> {
  const { voters, window, from, seed, nowMs, limit } = one
  const own = judgeLive(voters, window, from, seed, (ask) => memory.models.get(window.subject, ask))
  const judged = withOutside(own, await outsideTracks(deps.outside ?? [], window, from), window.stepMs)
  return modelFinding({ judged, window, cooldownMs: 0, nowMs, ...(limit === undefined ? {} : { memoryLimit: limit }) })
}

/** In line where there is no Compute. A worker that died has no voice this time: its models abstain, which is never an anomaly. */
async function answersTo(
  compute: Compute | undefined,
  voters: readonly Detector[],
  job: AnswerJob,
): Promise<readonly Answer[]> {
  if (compute === undefined) return answers(voters, job, NO_ENGINES)
  try {
    return await compute.fit<AnswerJob, readonly Answer[]>(ANSWERS, job)
  } catch {
    return []
  }
}
