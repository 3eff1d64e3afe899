import { scan } from '../detection/index.ts'
import { diagnose } from '../diagnosis/index.ts'
import {
  type Attempt,
  type BaseRules,
  type Decision,
  type Diagnosis,
  type Failure,
  type Finding,
  type Lane,
  laneOf,
  type Policy,
  type SignalAnswer,
  type SignalId,
  type Subject,
  stricterMode,
  type WorkloadFacts,
} from '../domain/index.ts'
import { decide, type Wishes, wishesOf } from '../policy/index.ts'
import { verify } from '../remediation/index.ts'
import { bindingOf, boundSomewhere } from './binding.ts'
import type { ControllerDeps } from './deps.ts'
import { type GateQuestion, gatesOf } from './gates.ts'
import type { LaneHistory } from './history.ts'
import type { Memory } from './memory.ts'
import type { Pending, Seen } from './next-step.ts'
import type { Sight } from './observe.ts'
import { factsWith, type Owner, type OwnerAnswer, ownerOf, type Trees } from './owner.ts'
import { queuedOf } from './queue.ts'
import { letsPass, routeOf } from './route.ts'
import { armedFor } from './stand-down.ts'
import { syncOf } from './synced.ts'

/** What the whole tick knows, shared by its lanes. */
export type Tick = {
  readonly deps: ControllerDeps
  readonly memory: Memory
  readonly sight: Sight
  readonly trees: Trees
  readonly policies: readonly Policy[]
  /** Repositories with a policy that cannot be read. */
  readonly unreadPolicies: ReadonlySet<string>
  readonly common: ReadonlySet<Failure>
  readonly paused: boolean
  readonly frozen: boolean
  /** Our epoch when the tick began; undefined while another copy leads. */
  readonly epoch?: number | undefined
  /** Repositories that did not answer. */
  readonly unreachable: ReadonlySet<string>
  /** Repositories whose offer of settings is not taken yet. */
  readonly withoutSettings: ReadonlySet<string>
  /** Rules of base branches beside the one that was looked at, read once. */
  readonly otherRules: Map<string, BaseRules>
}

/** Everything about one lane, as the next step is chosen and prepared from it. */
export type LaneView = {
  readonly lane: Lane
  readonly subject: Subject
  readonly answers: readonly SignalAnswer[]
  readonly findings: readonly Finding[]
  readonly facts: WorkloadFacts
  readonly owner: OwnerAnswer
  readonly history: LaneHistory
  readonly seen: Seen
  /** What would be decided if the offer of settings were merged: for the offer alone. */
  readonly would?: Decision
}

/** Everything that the next step of a lane is chosen from. Reads, and writes nothing. */
export async function viewLane(tick: Tick, lane: Lane, subject: Subject, history: LaneHistory): Promise<LaneView> {
  const { deps, memory, sight, trees } = tick
  const answers = answersOf(sight.answers, lane)
  const findings = sight.findings.filter((finding) => laneOf(finding.subject) === lane)
  const told = await deps.site.cluster.facts(subject)
  const owner = await ownerOf(deps, memory, trees, sight.applications, subject, told)
  const facts = owner.found ? factsWith(told, owner.owner) : told
  const diagnosis = findings.length === 0 ? undefined : diagnose(findings, sight.answers, sight.nowMs)
  const wishes = wishesOf(history.answers, sight.nowMs)
  const would = diagnosis && decisionOf(tick, { diagnosis, facts, owner, history, lane, wishes })
  const decision = would && heldUntilOffered(tick, would, owner, history)
  const pending = await pendingOf(tick, {
    lane,
    wishes,
    answers,
    findings,
    facts,
    history,
    owner,
    ...(diagnosis && { diagnosis }),
    ...(decision && { decision }),
  })
  return {
    lane,
    subject,
    answers,
    findings,
    facts,
    owner,
    history,
    ...(would !== undefined && would !== decision && { would }),
    seen: {
      ...(diagnosis && { diagnosis }),
      ...(decision && { decision }),
      ...(pending && { pending }),
      ...(history.last && { last: history.last }),
      wishes,
    },
  }
}

function answersOf(answers: readonly SignalAnswer[], lane: Lane): readonly SignalAnswer[] {
  return answers.map((answer) => ({
    ...answer,
    series: answer.series.filter((series) => laneOf(series.subject) === lane),
  }))
}

type Judged = {
  readonly lane: Lane
  readonly diagnosis: Diagnosis
  readonly facts: WorkloadFacts
  readonly owner: OwnerAnswer
  readonly history: LaneHistory
  readonly wishes: Wishes
}

function decisionOf(tick: Tick, { lane, diagnosis, facts, owner, history, wishes }: Judged): Decision {
  const { deps, sight } = tick
  if (tick.common.has(diagnosis.failure)) return { do: 'hold', reason: 'common-cause' }
  const found = owner.found ? owner.owner : undefined
  const repository = owner.found ? owner.owner.repository : owner.repository
  const view = history.all.find((one) => one.repository === repository)?.view
  const decision = decide({
    diagnosis,
    policies: tick.policies,
    attempts: history.attempts,
    otherAttempts: history.elsewhere,
    config: deps.config,
    binding:
      found === undefined
        ? boundSomewhere(deps.config, diagnosis.subject)
        : bindingOf(deps.config, found, diagnosis.subject),
    ...(repository && { repository: repository.forge.repository }),
    openPulls: view?.open.length ?? 0,
    openedLastHour: view?.openedSince(sight.nowMs - 3_600_000) ?? 0,
    ...(facts.labels && { labels: facts.labels }),
    warm: warm(sight, lane, deps.config.tick.warmUpMs),
    paused: tick.paused,
    frozen: tick.frozen,
    wishes,
    nowMs: sight.nowMs,
  })
  return repository !== undefined && tick.unreadPolicies.has(repository.forge.repository) ? capped(decision) : decision
}

/** Where settings are offered, nothing is proposed before they are taken. What is open already stays as it is. */
function heldUntilOffered(tick: Tick, decision: Decision, owner: OwnerAnswer, { all, pending }: LaneHistory): Decision {
  const repository = owner.found ? owner.owner.repository : owner.repository
  const remembered = all.find((one) => one.repository === repository)
  if (decision.do === 'hold' || pending !== undefined || remembered === undefined) return decision
  return tick.withoutSettings.has(remembered.view.repository) ? { do: 'hold', reason: 'not-onboarded' } : decision
}

/** What stands in a policy that cannot be read might have been stricter: until it can, people merge. */
function capped(decision: Decision): Decision {
  return decision.do === 'act' ? { ...decision, mode: stricterMode(decision.mode, 'propose') } : decision
}

/** A lane is warm once one of its series reaches back the whole warm-up: judged by the data, so a restart changes nothing. */
function warm(sight: Sight, lane: Lane, warmUpMs: number): boolean {
  const since = sight.nowMs - warmUpMs
  return sight.answers.some((answer) =>
    answer.series.some((series) => {
      if (laneOf(series.subject) !== lane) return false
      const first = series.values.findIndex((value) => Number.isFinite(value))
      return first >= 0 && series.startMs + first * series.stepMs <= since
    }),
  )
}

type Followed = Omit<Judged, 'diagnosis'> & {
  readonly diagnosis?: Diagnosis
  readonly decision?: Decision
  readonly answers: readonly SignalAnswer[]
  readonly findings: readonly Finding[]
}

async function pendingOf(tick: Tick, followed: Followed): Promise<Pending | undefined> {
  const { history } = followed
  if (history.unbelieved !== undefined) {
    const { pull, reason } = history.unbelieved
    return { state: 'open-foreign', pull: pull.number, reason, armed: armedFor(pull) }
  }
  const attempt = history.pending
  if (attempt === undefined) return undefined
  return attempt.pull.state === 'merged' ? mergedPending(tick, attempt, followed) : openPending(tick, attempt, followed)
}

async function openPending(tick: Tick, attempt: Attempt, followed: Followed): Promise<Pending> {
  const found = followed.owner.found ? followed.owner.owner : undefined
  const quietMs = quietFor(attempt, followed.answers, tick.sight.nowMs)
  const question: GateQuestion = {
    attempt,
    history: followed.history,
    facts: followed.facts,
    owner: found,
    diagnosis: followed.diagnosis,
    decision: followed.decision,
    wishes: followed.wishes,
  }
  const others = followed.history.remembered?.attempts ?? []
  const asItIs = (one: Attempt): boolean => found !== undefined && sameInputs(one, found)
  const stale = found !== undefined && (!asItIs(attempt) || attempt.pull.unsettled === true)
  const gates = await gatesOf(tick, question)
  const queued = await queuedOf(tick, question, gates)
  return {
    state: 'open',
    attempt,
    gates,
    route: routeOf(tick, attempt, followed.history, gates),
    stale,
    ...(stale && letsPass(attempt, others, asItIs, tick.sight.nowMs) ? { letsPass: true as const } : {}),
    ...(queued && { queued }),
    ...(quietMs === undefined ? {} : { quietMs }),
  }
}

/** Whether every blob that the proof read is the same at the head of the base. */
function sameInputs(attempt: Attempt, owner: Owner): boolean {
  return Object.entries(attempt.record.inputs).every(([path, oid]) => owner.tree.blob(path) === oid)
}

/** Points in the verification window at which the rules are asked again whether the symptom was there. */
const LOOKS = 6

/** The window's length when no rule found the failure at any of `LOOKS` moments of it; undefined when one did. */
function quietFor(attempt: Attempt, answers: readonly SignalAnswer[], nowMs: number): number | undefined {
  const { windowMs } = attempt.record.verify
  if (!attempt.record.watch.every((signal) => sampledSince(answers, signal, nowMs - windowMs))) return undefined
  for (let look = 0; look < LOOKS; look += 1) {
    const atMs = nowMs - (windowMs * look) / (LOOKS - 1)
    const { findings, unknown } = scan(answers, atMs, { cooldownMs: 0 })
    if (findings.some((finding) => finding.failure === attempt.record.failure)) return undefined
    if (unknown.some((one) => attempt.record.watch.includes(one.signal))) return undefined
  }
  return windowMs
}

/** Whether the lane still has samples of a signal: one that has vanished is not quiet. */
function sampledSince(answers: readonly SignalAnswer[], signal: SignalId, fromMs: number): boolean {
  const series = answers.find((answer) => answer.signal === signal)?.series ?? []
  return series.some((one) =>
    one.values.some((value, index) => Number.isFinite(value) && one.startMs + index * one.stepMs >= fromMs),
  )
}

async function mergedPending(tick: Tick, attempt: Attempt, followed: Followed): Promise<Pending> {
  const sync = await syncOf(tick, attempt, followed.history)
  const extended = sync.synced && tick.sight.nowMs >= sync.atMs + 2 * attempt.record.verify.windowMs
  const base = { state: 'merged', attempt, sync, extended } as const
  const reverted = followed.history.revertedBy === undefined ? {} : { revertedBy: followed.history.revertedBy }
  if (!sync.synced) return { ...base, ...reverted }
  const verdict = verify({
    record: attempt.record,
    answers: followed.answers,
    findings: followed.findings,
    syncedAtMs: sync.atMs,
    extended,
    nowMs: tick.sight.nowMs,
  })
  return { ...base, ...reverted, verdict }
}
