import {
  type Diagnosis,
  type Finding,
  type Gate,
  KintsugiError,
  type Lane,
  laneOf,
  type Pull,
  type Reason,
  reasonInfo,
  type Subject,
  type Unknown,
} from '../domain/index.ts'
import { readAttempt } from '../proposal/index.ts'
import type { AuditState } from './audit.ts'
import { type Answered, answerCommands, type Explain } from './commands.ts'
import { commonCauses } from './common-cause.ts'
import type { ControllerDeps } from './deps.ts'
import { describeStep } from './describe-step.ts'
import { historyOf, lanesOf, type Memories, type Remembered, remember, rememberOne, settlingLanes } from './history.ts'
import { type Kept, keepHouse } from './housekeeping.ts'
import { type LaneView, type Tick, viewLane } from './lane.ts'
import type { Memory } from './memory.ts'
import type { Again } from './merging.ts'
import type { Silenced } from './model-alarms.ts'
import { modelFindings } from './models.ts'
import { nextStep, type Step, whilePaused } from './next-step.ts'
import { observe, type Sight } from './observe.ts'
import { repositoriesWithoutSettings } from './onboarding.ts'
import { Trees } from './owner.ts'
import { type Done, perform } from './perform.ts'
import { readPolicies } from './policies.ts'
import { type Prepared, prepare } from './prepare.ts'
import { noteArmed } from './stand-down.ts'

/** What one tick did with one lane. */
export type LaneReport = {
  readonly lane: Lane
  readonly subject: Subject
  readonly diagnosis?: Diagnosis
  readonly step: Step
  readonly prepared: Prepared
  readonly done: Done
  /** Name of the policy that decided, where one covers the diagnosis. */
  readonly policy?: string
  /** Where it belongs, as far as that is known. */
  readonly repository?: string
  /** Its open pull request. */
  readonly pull?: { readonly number: number; readonly url: string }
  /** Every gate of that. */
  readonly gates?: readonly Gate[]
}

export type TickReport = {
  readonly atMs: number
  readonly lanes: readonly LaneReport[]
  /** What could not be judged, and why. */
  readonly unknown: readonly Unknown[]
  /** Lanes that had samples and no finding: nothing to report of them but that they were looked at. */
  readonly quiet: readonly Lane[]
  /** What the models found and is not told, and why. */
  readonly silenced: readonly Silenced[]
  /** Policies and Applications that could not be read: said, never skipped in silence. */
  readonly problems: readonly string[]
  /** Lanes that the world cut short, each with the error. They are looked at anew at the next tick. */
  readonly failed: readonly FailedLane[]
  /** Repositories that did not answer, one word for each. Nothing is written there, and nothing merged where their past would count. */
  readonly unreachable: readonly { readonly repository: string; readonly reason: Reason; readonly message: string }[]
  /** Commands of people that were answered. */
  readonly answered: readonly Answered[]
  /** What was done for whole repositories: settings offered, dashboards written, branches swept. */
  readonly kept: readonly Kept[]
  /** The journal, where this process has one, or should. */
  readonly audit?: { readonly state: AuditState; readonly says?: string }
}

export type FailedLane = { readonly lane: Lane; readonly error: KintsugiError }

/**
 * Looks at everything anew and takes one step per lane. Level-based: doing it twice, or dying in the middle, does no harm.
 * Lanes on which a rule has spoken, or a fix of ours is settling, come first: no model has a say there. The others wait for the models.
 */
export async function reconcile(deps: ControllerDeps, memory: Memory, nowMs: number): Promise<TickReport> {
  const seen = await observe(deps, nowMs)
  const first = await look(deps, memory, seen)
  const answered = await answeredBy(first, undefined)
  // What was just answered counts from now on.
  const start = answered.some(({ accepted }) => accepted) ? await look(deps, memory, seen) : first
  const decided = new Set([...lanesIn(seen.findings), ...settlingLanes(start.remembered, nowMs)])
  const failed: FailedLane[] = []
  const lanes = await eachLane(start, failed, (lane) => decided.has(lane))

  const { findings: modelled, silenced } = await modelFindings(start.tick, start.remembered, decided)
  let last = start
  if (lanesOf(subjectsIn(modelled), start.remembered).some((lane) => !decided.has(lane))) {
    // The models took their time, and what was written meanwhile counts.
    last = await look(deps, memory, { ...seen, findings: [...seen.findings, ...modelled] })
    lanes.push(...(await eachLane(last, failed, (lane) => !decided.has(lane))))
  }
  const explained = await answeredBy(last, (pull) => explainFrom(lanes, pull))
  const kept = maySpeak(last.tick) ? await keepHouse(last.tick, last.remembered, lanes) : []
  const said = { answered: [...answered, ...explained], kept, silenced }
  const report = reportOf(seen, last, lanes, failed, said)
  if (deps.writes === 'perform') await deps.audit?.record(report, maySpeak(last.tick))
  return withAudit(report, deps)
}

/** The journal's word is of after the tick was written down. */
function withAudit(report: TickReport, { audit }: ControllerDeps): TickReport {
  if (audit === undefined) return report
  const says = audit.says()
  return { ...report, audit: { state: audit.state(), ...(says === undefined ? {} : { says }) } }
}

/** Whether anything may be written beside the steps of lanes. */
function maySpeak({ deps, paused, epoch }: Tick): boolean {
  return deps.writes === 'perform' && !paused && (deps.epoch === undefined || epoch !== undefined)
}

async function answeredBy({ tick, remembered }: Look, explain: Explain | undefined): Promise<readonly Answered[]> {
  if (!maySpeak(tick)) return []
  const answered: Answered[] = []
  for (const one of remembered) answered.push(...(await answerCommands(tick, one, explain)))
  return answered
}

/** One look at what is remembered and allowed, for what was seen. */
type Look = Memories & { readonly tick: Tick; readonly problems: readonly string[] }

async function look(deps: ControllerDeps, memory: Memory, sight: Sight): Promise<Look> {
  const trees = new Trees(deps)
  const memories = await remember(deps, lanesIn(sight.findings))
  noteArmed(memory, memories.remembered)
  await deps.audit?.look(memories.remembered)
  const unreachable = new Set(memories.unreachable.map(({ repository }) => repository))
  const { policies, problems, unread } = await readPolicies(deps, memory, trees, unreachable)
  const common = commonCauses(sight.findings, sight.watched.size)
  const tick: Tick = {
    ...{ deps, memory, sight, trees, policies, unreadPolicies: unread, common, unreachable },
    paused: await deps.paused(),
    frozen: await deps.frozen(),
    epoch: await deps.epoch?.(),
    withoutSettings: await repositoriesWithoutSettings(deps, trees, memories.remembered),
    otherRules: new Map(),
  }
  return { tick, ...memories, problems }
}

/** One step per lane, in order. What one opens or merges counts for those after it: its line, and its place in the budget. */
async function eachLane(
  { tick, remembered }: Look,
  failed: FailedLane[],
  asked: (lane: Lane) => boolean,
): Promise<LaneReport[]> {
  const reports: LaneReport[] = []
  const lanes = lanesIn(tick.sight.findings)
  let known = remembered
  for (const lane of lanesOf(subjectsIn(tick.sight.findings), remembered).filter(asked)) {
    const report = await lanewise(() => reconcileLane(tick, lane, known), lane, failed)
    if (report === undefined) continue
    reports.push(report)
    if (changedPulls(report.done)) known = (await remember(tick.deps, lanes)).remembered
  }
  return reports
}

/** What the world did to one lane is said, and the others go on; the next tick looks at it anew. */
async function lanewise(
  work: () => Promise<LaneReport>,
  lane: Lane,
  failed: FailedLane[],
): Promise<LaneReport | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof KintsugiError)) throw error
    failed.push({ lane, error })
    return undefined
  }
}

function changedPulls({ done }: Done): boolean {
  return ['opened', 'refreshed', 'reverted', 'merged', 'queued', 'closed'].includes(done)
}

function subjectsIn(findings: readonly Finding[]): readonly Subject[] {
  return findings.map((finding) => finding.subject)
}

function lanesIn(findings: readonly Finding[]): readonly Lane[] {
  return [...new Set(subjectsIn(findings).map(laneOf))].sort()
}

function reportOf(
  seen: Sight,
  { problems, unreachable }: Look,
  lanes: readonly LaneReport[],
  failed: readonly FailedLane[],
  said: Pick<TickReport, 'answered' | 'kept' | 'silenced'>,
): TickReport {
  const busy = new Set(lanes.map((one) => one.lane))
  return {
    atMs: seen.nowMs,
    lanes: [...lanes].sort((a, b) => (a.lane < b.lane ? -1 : 1)),
    unknown: seen.unknown,
    quiet: [...seen.watched].filter((lane) => !busy.has(lane)).sort(),
    problems: [...seen.unreadable, ...problems],
    failed,
    unreachable: unreachable.map(({ repository, error }) => ({
      repository,
      reason: 'repository-unavailable',
      message: error.message,
    })),
    ...said,
  }
}

async function reconcileLane(tick: Tick, lane: Lane, remembered: readonly Remembered[]): Promise<LaneReport> {
  const history = historyOf(lane, remembered)
  const subject = subjectOf(lane, tick.sight, history.attempts.at(-1)?.record.subject)
  const view = await viewLane(tick, lane, subject, history)
  const next = nextStep(view.seen, tick.sight.nowMs)
  const step = stopped(tick, next)
  const prepared = await preparedFor(tick, view, step)
  const again: Again = () => lookAgain(tick, view, remembered)
  const done = tick.deps.writes === 'observe' ? would(step, prepared) : await perform(tick, view, step, prepared, again)
  const { diagnosis, decision, pending } = view.seen
  const owned = view.owner.found ? view.owner.owner.repository : view.owner.repository
  const repository = (owned ?? history.remembered?.repository)?.forge.repository
  return {
    ...{ lane, subject, step, prepared, done },
    ...(diagnosis && { diagnosis }),
    ...(decision?.policy && { policy: decision.policy.name }),
    ...(repository !== undefined && { repository }),
    ...(pending?.state === 'open' && { gates: pending.gates, pull: numbered(pending.attempt.pull) }),
  }
}

function numbered({ number, url }: Pull): NonNullable<LaneReport['pull']> {
  return { number, url }
}

/** What the step would write; for a repository that has not taken its settings, what it would be offered as an example. */
async function preparedFor(tick: Tick, view: LaneView, step: Step): Promise<Prepared> {
  const { would, seen } = view
  const { diagnosis } = seen
  const offered = step.do === 'hold' && step.reason === 'not-onboarded'
  if (!offered || would?.do !== 'act' || diagnosis === undefined) return prepare(tick, view, step)
  const prepared = await prepare(tick, view, { do: 'propose', diagnosis, decision: would })
  return prepared.ready === 'proposal' ? prepared : { ready: 'nothing' }
}

function stopped({ paused, deps, epoch }: Tick, step: Step): Step {
  if (paused) return whilePaused(step)
  return deps.epoch !== undefined && epoch === undefined ? whilePaused(step, 'not-leader') : step
}

/** The lane once more, with the forge, the trees and every switch read anew; what was measured stays as it was. */
async function lookAgain(
  tick: Tick,
  { lane, subject, history }: LaneView,
  remembered: readonly Remembered[],
): Promise<{ readonly tick: Tick; readonly view: LaneView }> {
  const { deps } = tick
  const repository = history.remembered?.repository
  const fresh = repository && (await rememberOne(deps, repository, [lane]))
  const all = remembered.map((one) => (fresh !== undefined && one.repository === repository ? fresh : one))
  await deps.audit?.look(all)
  const trees = new Trees(deps)
  const { policies, unread } = await readPolicies(deps, tick.memory, trees, tick.unreachable)
  const now: Tick = {
    ...tick,
    ...{ trees, policies, unreadPolicies: unread },
    paused: await deps.paused(),
    frozen: await deps.frozen(),
    otherRules: new Map(),
  }
  return { tick: now, view: await viewLane(now, lane, subject, historyOf(lane, all)) }
}

/** What `explain` says of a pull request: the step that was taken for its lane in this tick, and why. */
function explainFrom(lanes: readonly LaneReport[], pull: Pull): readonly string[] {
  const answer = readAttempt(pull)
  const report = answer.read ? lanes.find(({ lane }) => lane === answer.attempt.record.lane) : undefined
  if (report === undefined) return ['nothing is wrong with this workload just now, and nothing is waited for']
  const seen = report.diagnosis === undefined ? [] : [`${report.diagnosis.failure}: ${report.diagnosis.summary}`]
  const { done } = report
  const why = 'reason' in done ? [`${done.reason}: ${reasonInfo(done.reason).means}`, reasonInfo(done.reason).next] : []
  return [...seen, `the bot would ${describeStep(report.step)}`, ...why]
}

function would(step: Step, prepared: Prepared): Done {
  if (prepared.ready === 'refused') return { done: 'held', reason: prepared.reason, message: prepared.message }
  if (step.do === 'hold') return { done: 'held', reason: step.reason }
  return step.do === 'nothing' ? { done: 'nothing' } : { done: 'would', what: describeStep(step) }
}

/** The workload of a lane, without its container. */
function subjectOf(lane: Lane, sight: Sight, recorded: Subject | undefined): Subject {
  const found = sight.findings.find((finding) => laneOf(finding.subject) === lane)?.subject ?? recorded
  if (found === undefined) throw new RangeError(`no subject is known of ${lane}`)
  return { cluster: found.cluster, namespace: found.namespace, kind: found.kind, name: found.name }
}
