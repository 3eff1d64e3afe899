import {
  type Attempt,
  type BaseRules,
  type Decision,
  type Diagnosis,
  digestOf,
  type Gate,
  houseRulesFor,
  type MergeMethod,
  type Mode,
  measuredConfidence,
  NO_RULES,
  type Policy,
  stricterMode,
  type WorkloadFacts,
} from '../domain/index.ts'
import { approversOf, type GateInput, gates, type OwnersView, unjudged, type Wishes } from '../policy/index.ts'
import { bindingOf, forgeOf } from './binding.ts'
import { ownersView } from './code-owners.ts'
import { renderMatch } from './drift.ts'
import type { LaneHistory } from './history.ts'
import type { Tick } from './lane.ts'
import { driftedMerges } from './merge-drift.ts'
import type { Owner } from './owner.ts'
import { proveAgain } from './proving.ts'

/** Gates that ask about the failure itself: a revert is judged by the harm that was verified, not by them. */
const ONLY_FOR_FIXES: ReadonlySet<string> = new Set([
  'confidence',
  'independent signals',
  'complete data',
  'limits',
  'budget',
  'breaker',
  'track record',
  'window',
  'pre-checks',
])

export type GateQuestion = {
  readonly attempt: Attempt
  readonly history: LaneHistory
  readonly facts: WorkloadFacts
  readonly owner: Owner | undefined
  readonly diagnosis: Diagnosis | undefined
  /** What the policy room says of it now. */
  readonly decision: Decision | undefined
  readonly wishes?: Wishes
}

/** Every gate of an open attempt, judged on what is true now. */
export async function gatesOf(tick: Tick, question: GateQuestion): Promise<readonly Gate[]> {
  const { attempt, owner, diagnosis } = question
  const policy = policyOf(tick, attempt)
  const shut = closedBefore(attempt, owner, diagnosis, policy)
  if (shut !== undefined) return unjudged(shut)
  if (owner === undefined || policy === undefined) return []
  const again = await proveAgain(tick, owner, attempt, question.history.attempts, policy)
  if (again.outcome !== 'edited') {
    const reason = again.outcome === 'refused' ? again.reason : 'no-longer-needed'
    return unjudged({ name: 'proof', pass: false, value: reason, reason })
  }
  const unchanged = digestOf(again.proof) === attempt.record.proof
  const same: Gate = {
    name: 'same proof',
    pass: unchanged,
    value: 'recomputed',
    ...(unchanged ? {} : { reason: 'base-moved' }),
  }
  const judged = gates(await gateInput(tick, question, owner, policy, again.proof))
  const asked = attempt.record.kind === 'revert' ? judged.filter((gate) => !ONLY_FOR_FIXES.has(gate.name)) : judged
  return [...asked, same]
}

/** The policy that the attempt was made under, if it still says the same. */
export function policyOf(tick: Tick, attempt: Attempt): Policy | undefined {
  const { name, digest } = attempt.record.policy
  return tick.policies.find((policy) => policy.name === name && policy.digest === digest)
}

/** As the house wants it, else as the policy says. */
export function methodOf(tick: Tick, owner: Pick<Owner, 'repository'>, policy: Policy): MergeMethod {
  const house = houseRulesFor(forgeOf(tick.deps, owner.repository), owner.repository.forge.repository)
  return house.mergeMethod ?? policy.pullRequest.mergeMethod
}

function closedBefore(
  attempt: Attempt,
  owner: Owner | undefined,
  diagnosis: Diagnosis | undefined,
  policy: Policy | undefined,
): Gate | undefined {
  if (owner === undefined)
    return { name: 'application', pass: false, value: 'not found', reason: 'application-not-found' }
  if (policy === undefined) return { name: 'policy', pass: false, value: 'changed or gone', reason: 'no-policy' }
  if (attempt.record.kind === 'revert') return undefined
  if (diagnosis?.failure === attempt.record.failure) return undefined
  return { name: 'symptom', pass: false, value: 'not seen now', reason: 'persistence' }
}

async function gateInput(
  tick: Tick,
  question: GateQuestion,
  owner: Owner,
  policy: Policy,
  proof: GateInput['proof'],
): Promise<GateInput> {
  const { attempt, history, facts, diagnosis, wishes } = question
  const { config } = tick.deps
  const view = history.remembered?.view
  const { record } = attempt
  const rules = await rulesFor(tick, history, owner)
  const mode = modeNow(question)
  return {
    diagnosis: diagnosis ?? harmOf(attempt),
    policy,
    mode,
    config,
    binding: bindingOf(config, owner, record.subject),
    attempts: [...history.attempts, ...history.elsewhere].filter((one) => one.record.policy.name === policy.name),
    historyKnown: historyKnown(tick, history),
    changes: record.changes,
    proof,
    renderMatch: renderMatch(facts, owner, record.changes),
    baseBranch: owner.base.branch,
    baseInputs: Object.fromEntries(Object.keys(record.inputs).map((path) => [path, owner.tree.blob(path)])),
    forge: forgeOf(tick.deps, owner.repository)?.kind ?? 'local',
    pull: attempt.pull,
    rules,
    method: methodOf(tick, owner, policy),
    ...(view?.self && { self: view.self }),
    owners: await ownersFor(tick, question, owner, rules),
    ...(config.ceiling.fourEyes && { fourEyes: { involved: await involved(history, owner, policy) } }),
    paused: tick.paused,
    frozen: tick.frozen,
    ...(wishes?.held && { held: wishes.held }),
    openPulls: view?.open.length ?? 0,
    openedLastHour: view?.openedSince(tick.sight.nowMs - 3_600_000) ?? 0,
    ...(tick.deps.epoch && { leader: { began: tick.epoch, now: await tick.deps.epoch() } }),
    audit: tick.deps.audit?.state() ?? 'off',
    drifted:
      history.remembered === undefined ? [] : await driftedMerges(tick.memory, history.remembered, tick.sight.nowMs),
    nowMs: tick.sight.nowMs,
  }
}

/** A repository that does not answer or shows too little, or an ended record that was changed, may hide harm: lost history never grants a right. */
function historyKnown(tick: Tick, { remembered, all }: LaneHistory): boolean {
  if (tick.unreachable.size > 0 || all.some(({ view }) => view.recentCut === true)) return false
  return !(remembered?.unbelieved ?? []).some(({ pull }) => pull.state !== 'open')
}

/** What the forge asks at the branch that is merged into, which need not be the one that was looked at. */
async function rulesFor(tick: Tick, { remembered }: LaneHistory, owner: Owner): Promise<BaseRules> {
  const view = remembered?.view
  if (view === undefined) return { ...NO_RULES, known: false }
  if (view.base.branch === owner.base.branch) return view.rules
  const key = `${view.repository}\n${owner.base.branch}`
  const known = tick.otherRules.get(key) ?? (await owner.repository.forge.look(owner.base.branch, [])).rules
  tick.otherRules.set(key, known)
  return known
}

/** Nobody is looked up where no owner could be asked for. */
async function ownersFor(
  tick: Tick,
  { attempt, history }: GateQuestion,
  owner: Owner,
  rules: BaseRules,
): Promise<OwnersView> {
  const { mode } = attempt.record
  if (attempt.pull.facts === undefined || !(rules.codeOwners || mode === 'merge-on-approval' || mode === 'automerge'))
    return { read: 'none' }
  const self = history.remembered?.view.self
  const approvers = approversOf({ pull: attempt.pull, ...(self && { self }) })
  return ownersView(tick.memory, owner.repository.forge, owner.tree, attempt.pull.files, approvers)
}

/** Who changed the policy last, and who asked for this by command. */
async function involved(history: LaneHistory, owner: Owner, policy: Policy): Promise<readonly string[] | 'unknown'> {
  const askers = history.answers.filter(({ answer }) => answer.accepted && answer.command === 'retry')
  const by = askers.map(({ answer }) => answer.by)
  const { origin } = policy
  if (origin.from === 'operator') return by
  if (origin.from === 'resource' || origin.repo !== owner.repository.forge.repository) return 'unknown'
  const [last] = await owner.repository.forge.commitsTouching([origin.file], owner.base.revision, 1)
  return last?.by === undefined ? 'unknown' : [...by, last.by.login]
}

/** The mode of the record, or a stricter one where the policies have become stricter since. A revert keeps the mode of its fix. */
function modeNow({ attempt, decision }: GateQuestion): Mode {
  const { mode, kind } = attempt.record
  return kind === 'fix' && decision?.do === 'act' ? stricterMode(mode, decision.mode) : mode
}

/** A revert stands on a verdict; where nothing is wrong just now, its record says what it is about. */
function harmOf({ record }: Attempt): Diagnosis {
  return {
    subject: record.subject,
    failure: record.failure,
    confidence: measuredConfidence(Math.min(1, Math.max(0, record.confidence))),
    startMs: record.episodeStartMs,
    lastMs: record.decidedAtMs,
    evidence: [],
    votes: [],
    independentSignals: false,
    data: 'complete',
    watch: record.watch,
    observed: {},
    summary: 'a fix did harm',
  }
}
