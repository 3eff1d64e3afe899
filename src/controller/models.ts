import {
  asksFor,
  changesOf,
  type Detector,
  detectors,
  historySignals,
  isSettling,
  modelFinding,
  type Window,
  windowsOf,
  withOutside,
} from '../detection/index.ts'
import {
  type AnswerIndex,
  digestOf,
  type Finding,
  indexAnswers,
  type Lane,
  laneOf,
  newestSample,
  rangeEndingAt,
  type SignalId,
} from '../domain/index.ts'
import type { ControllerDeps } from './deps.ts'
import { learn, type OpenCase, want } from './fitting.ts'
import { seriesName } from './histories.ts'
import { type JudgedCase, judgeAll, waitingIn } from './judging.ts'
import type { Memory } from './memory.ts'
import type { Sight } from './observe.ts'
import { outsideTracks } from './outside.ts'

const HOUR = 3_600_000
const STEP_MS = 5 * 60_000
/** How much of the newest samples is judged: an alarm may have begun this long ago. */
const JUDGED_MS = 3 * HOUR
/** What models look back on from the first row that is judged: Prophet on two days. */
const LOOK_BACK_MS = 49 * HOUR

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
  const range = rangeEndingAt(sight.nowMs, JUDGED_MS + LOOK_BACK_MS, STEP_MS)
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
  forgetOthers(memory, recent)
  const voters = votersOf(deps)
  const open = recent
    .filter((window) => !decided.has(laneOf(window.subject)))
    .map((window) => openCase(voters, window, sight.nowMs))
  const judged = await judgeAll(deps, memory, open, range.startMs)
  want(memory.fitting, waitingIn(judged), sizesOf(recent))
  await learn(deps, memory)
  // Where the look waits for its fits, they have a say in it.
  const again = deps.fits === 'beside' ? [] : waitingIn(judged)
  for (const [name, one] of await judgeAll(deps, memory, again, range.startMs)) judged.set(name, one)
  const found = await Promise.all([...judged.values()].map((one) => findingOf(deps, one, limits)))
  const findings = found.flatMap((one) => one ?? [])
  memory.modelled = { endMs: range.endMs, without: decided, findings }
  return findings.filter(asked)
}

/** Our own models that the operator lets vote. */
function votersOf({ config }: ControllerDeps): readonly Detector[] {
  return detectors.filter(({ id }) => config.detection.models.some((model) => model === id))
}

function openCase(voters: readonly Detector[], window: Window<SignalId>, nowMs: number): OpenCase {
  const seed = Number.parseInt(digestOf(window.subject).slice(0, 8), 16)
  const from = Math.max(0, window.length - Math.ceil(JUDGED_MS / window.stepMs))
  const asks = asksFor(voters, window, from, seed)
  return { name: seriesName(window.subject), voters, window, nowMs, seed, from, asks, absent: [] }
}

function forgetOthers({ judged, models }: Memory, recent: readonly Window<SignalId>[]): void {
  const names = new Set(recent.map(({ subject }) => seriesName(subject)))
  for (const name of judged.keys()) if (!names.has(name)) judged.delete(name)
  models.only(names)
}

function sizesOf(windows: readonly Window<SignalId>[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const { subject } of windows) sizes.set(subject.namespace, (sizes.get(subject.namespace) ?? 0) + 1)
  return sizes
}

/** Bytes; nothing where the container has none. */
function memoryLimit(limits: AnswerIndex, { subject }: Window): number | undefined {
  const series = limits.series('memory-limit', subject)
  return series && newestSample(series)?.value
}

async function findingOf(
  deps: ControllerDeps,
  { one, judged }: JudgedCase,
  limits: AnswerIndex,
): Promise<Finding | undefined> {
  const { window, from, nowMs } = one
  const limit = memoryLimit(limits, window)
  const all = withOutside(judged, await outsideTracks(deps.outside ?? [], window, from), window.stepMs)
  return modelFinding({
    judged: all,
    window,
    cooldownMs: 0,
    nowMs,
    ...(limit === undefined ? {} : { memoryLimit: limit }),
  })
}
