import {
  alarmBegan,
  asksFor,
  changesOf,
  type Detector,
  detectors,
  historySignals,
  isSettling,
  learnedUnder,
  modelFinding,
  settledMs,
  type Window,
  windowsOf,
  withOutside,
} from '../detection/index.ts'
import {
  type AnswerIndex,
  digestOf,
  type Finding,
  formatInstant,
  indexAnswers,
  type Lane,
  laneOf,
  newestSample,
  rangeEndingAt,
  type SignalId,
  type Subject,
} from '../domain/index.ts'
import type { ControllerDeps } from './deps.ts'
import { learn, type OpenCase, want } from './fitting.ts'
import { seriesName } from './histories.ts'
import type { Remembered } from './history.ts'
import { type JudgedCase, judgeAll, waitingIn } from './judging.ts'
import type { Tick } from './lane.ts'
import type { Memory } from './memory.ts'
import { type Alarm, type Silenced, withJobs, withoutKnownEvents } from './model-alarms.ts'
import { type ModelTerms, modelTerms, type Terms } from './model-terms.ts'
import { adjusted } from './outcomes.ts'
import { outsideTracks } from './outside.ts'
import type { SeriesNames } from './reading-group.ts'
import { readRecent } from './recent.ts'

const HOUR = 3_600_000
const STEP_MS = 5 * 60_000
/** How much of the newest samples is judged: an alarm may have begun this long ago. */
const JUDGED_MS = 3 * HOUR
/** What models look back on from the first row that is judged: Prophet on two days. */
const LOOK_BACK_MS = 49 * HOUR

/** What the models say: what is told, and what is not. */
export type ModelSight = { readonly findings: readonly Finding[]; readonly silenced: readonly Silenced[] }

/** What the models say of every lane but the `decided` ones, with the confidence that earlier findings have left them. */
export async function modelFindings(
  tick: Tick,
  remembered: readonly Remembered[],
  decided: ReadonlySet<Lane>,
): Promise<ModelSight> {
  const { deps, sight } = tick
  if (!hasVoters(deps) || [...sight.watched].every((lane) => decided.has(lane))) return { findings: [], silenced: [] }
  const terms = modelTerms({ deps, policies: tick.policies, applications: sight.applications })
  const { findings, silenced } = await modelled(tick, terms, decided)
  const clusters = deps.config.clusters.map(({ name }) => name)
  return { findings: await adjusted(findings, terms.policyOf, remembered, clusters, sight.nowMs), silenced }
}

/**
 * Findings of the models on every lane but the `decided` ones, whose findings nobody would act on: nothing is fitted for those, and nothing is
 * read where no lane is left. The grid moves every 5 minutes, so between its points the answer is remembered.
 */
async function modelled(
  { deps, memory, sight }: Tick,
  terms: ModelTerms,
  decided: ReadonlySet<Lane>,
): Promise<ModelSight> {
  const range = rangeEndingAt(sight.nowMs, JUDGED_MS + LOOK_BACK_MS, STEP_MS)
  const changes = changesOf(sight.answers)
  const asked = ({ findings, silenced }: ModelSight): ModelSight => {
    const undecided = ({ subject }: { readonly subject: Subject }) => !decided.has(laneOf(subject))
    const now = withoutSettling(findings.filter(undecided), changes, sight.nowMs)
    return { findings: now.findings, silenced: [...silenced.filter(undecided), ...now.silenced] }
  }
  const known = memory.modelled
  const isKnown = known?.endMs === range.endMs && known.terms === terms.key
  if (isKnown && [...known.without].every((lane) => decided.has(lane))) return asked(known)
  const limits = indexAnswers(sight.answers)
  memory.recent = await readRecent(deps.site.metrics, historySignals, range, JUDGED_MS, memory.recent)
  const recent = windowsOf(memory.recent.answers)
  forgetOthers(memory, recent)
  const voters = votersOf(deps)
  const open = await Promise.all(
    recent
      .filter((window) => !decided.has(laneOf(window.subject)))
      .map(async (window) => openCase(voters, await terms.of(window.subject), window, sight.nowMs)),
  )
  const judged = await judgeAll(deps, memory, open, range.startMs)
  want(memory.fitting, waitingIn(judged), namesIn(recent))
  await learn(deps, memory)
  // Where the look waits for its fits, they have a say in it.
  const again = deps.fits === 'beside' ? [] : waitingIn(judged)
  for (const [name, one] of await judgeAll(deps, memory, again, range.startMs)) judged.set(name, one)
  const found = await Promise.all([...judged.values()].map((one) => alarmOf(deps, one, limits)))
  const alarms = found.flatMap((one) => one ?? [])
  const { told, silenced } = withoutKnownEvents(alarms, range.endMs, STEP_MS)
  const said = { findings: await withJobs(deps, told, range.endMs, STEP_MS), silenced }
  memory.modelled = { ...said, endMs: range.endMs, terms: terms.key, without: decided }
  return asked(said)
}

/** Tells apart what a change of the workload explains while that settles. */
function withoutSettling(findings: readonly Finding[], changes: ReadonlyMap<Lane, number>, nowMs: number): ModelSight {
  const told: Finding[] = []
  const silenced: Silenced[] = []
  for (const finding of findings) {
    const changedMs = changes.get(laneOf(finding.subject))
    if (changedMs === undefined || !isSettling(finding, changedMs, nowMs)) told.push(finding)
    else silenced.push({ subject: finding.subject, reason: 'settling', message: settlingWords(changedMs) })
  }
  return { findings: told, silenced }
}

function settlingWords(changedMs: number): string {
  return `changed at ${formatInstant(changedMs)}, until ${formatInstant(settledMs(changedMs))}`
}

function hasVoters({ config, outside = [] }: ControllerDeps): boolean {
  return config.detection.models.length + outside.length > 0
}

/** Our own models that the operator lets vote, as they are told to learn: most workloads are told the same. */
function votersOf({ config }: ControllerDeps): (terms: Terms) => readonly Detector[] {
  const ours = detectors.filter(({ id }) => config.detection.models.some((model) => model === id))
  const told = new Map<string, readonly Detector[]>()
  return ({ learning }) => {
    const key = JSON.stringify(learning)
    const voters = told.get(key) ?? learnedUnder(ours, learning)
    told.set(key, voters)
    return voters
  }
}

function openCase(
  votersFor: ReturnType<typeof votersOf>,
  terms: Terms,
  window: Window<SignalId>,
  nowMs: number,
): OpenCase {
  const voters = votersFor(terms)
  const seed = Number.parseInt(digestOf(window.subject).slice(0, 8), 16)
  const from = Math.max(0, window.length - Math.ceil(JUDGED_MS / window.stepMs))
  const asks = asksFor(voters, window, from, seed)
  return { name: seriesName(window.subject), voters, terms, window, nowMs, seed, from, asks, absent: [] }
}

function forgetOthers({ judged, models }: Memory, recent: readonly Window<SignalId>[]): void {
  const names = new Set(recent.map(({ subject }) => seriesName(subject)))
  for (const name of judged.keys()) if (!names.has(name)) judged.delete(name)
  models.only(names)
}

function namesIn(windows: readonly Window<SignalId>[]): SeriesNames {
  const names = new Map<string, string[]>()
  for (const { subject } of windows) {
    const known = names.get(subject.namespace)
    if (known === undefined) names.set(subject.namespace, [subject.name])
    else known.push(subject.name)
  }
  return names
}

/** Bytes; nothing where the container has none. */
function memoryLimit(limits: AnswerIndex, { subject }: Window): number | undefined {
  const series = limits.series('memory-limit', subject)
  return series && newestSample(series)?.value
}

async function alarmOf(
  deps: ControllerDeps,
  { one, judged }: JudgedCase,
  limits: AnswerIndex,
): Promise<Alarm | undefined> {
  const { window, from, nowMs, terms } = one
  const limit = memoryLimit(limits, window)
  const outside = await outsideTracks(deps.outside ?? [], window, from, terms.voting)
  const all = withOutside(judged, outside, window)
  const bytes = limit === undefined ? {} : { memoryLimit: limit }
  const finding = modelFinding({ judged: all, window, cooldownMs: 0, nowMs, ...bytes })
  const beganMs = alarmBegan(all, window)
  return finding === undefined || beganMs === undefined ? undefined : { finding, beganMs, events: terms.events }
}
