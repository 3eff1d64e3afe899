import {
  type Attempt,
  type Decision,
  type Diagnosis,
  digestOf,
  type Gate,
  type Mode,
  measuredConfidence,
  type Policy,
  stricterMode,
  type WorkloadFacts,
} from '../domain/index.ts'
import { type GateInput, gates } from '../policy/index.ts'
import { bindingOf, forgeOf } from './binding.ts'
import { renderMatch } from './drift.ts'
import type { LaneHistory } from './history.ts'
import type { Tick } from './lane.ts'
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
}

/** Every gate of an open attempt, judged on what is true now. */
export async function gatesOf(tick: Tick, question: GateQuestion): Promise<readonly Gate[]> {
  const { attempt, owner, diagnosis } = question
  const policy = policyOf(tick, attempt)
  const shut = closedBefore(attempt, owner, diagnosis, policy)
  if (shut !== undefined) return [shut]
  if (owner === undefined || policy === undefined) return []
  const again = await proveAgain(tick, owner, attempt, question.history.attempts, policy)
  if (again.outcome !== 'edited') {
    const reason = again.outcome === 'refused' ? again.reason : 'no-longer-needed'
    return [{ name: 'proof', pass: false, value: reason, reason }]
  }
  const same: Gate = {
    name: 'same proof',
    pass: digestOf(again.proof) === attempt.record.proof,
    value: 'recomputed',
    reason: 'base-moved',
  }
  const judged = gates(gateInput(tick, question, owner, policy, again.proof))
  const asked = attempt.record.kind === 'revert' ? judged.filter((gate) => !ONLY_FOR_FIXES.has(gate.name)) : judged
  return [...asked, same]
}

/** The policy that the attempt was made under, if it still says the same. */
function policyOf(tick: Tick, attempt: Attempt): Policy | undefined {
  const { name, digest } = attempt.record.policy
  return tick.policies.find((policy) => policy.name === name && policy.digest === digest)
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

function gateInput(
  tick: Tick,
  question: GateQuestion,
  owner: Owner,
  policy: Policy,
  proof: GateInput['proof'],
): GateInput {
  const { attempt, history, facts, diagnosis } = question
  const { config } = tick.deps
  const view = history.remembered?.view
  const { record } = attempt
  return {
    diagnosis: diagnosis ?? harmOf(attempt),
    policy,
    mode: modeNow(question),
    config,
    binding: bindingOf(config, owner, record.subject),
    attempts: [...history.attempts, ...history.elsewhere].filter((one) => one.record.policy.name === policy.name),
    changes: record.changes,
    proof,
    renderMatch: renderMatch(facts, owner, record.changes),
    baseBranch: owner.base.branch,
    baseInputs: Object.fromEntries(Object.keys(record.inputs).map((path) => [path, owner.tree.blob(path)])),
    headIsOurs: attempt.pull.headIsOurs,
    files: attempt.pull.files,
    forge: forgeOf(tick.deps, owner.repository)?.kind ?? 'local',
    requiredChecks: (view?.rules.requiredChecks ?? []).map(({ name }) => ({ name, green: false })),
    reviews: { approvals: 0, changesRequested: 0 },
    paused: tick.paused,
    frozen: tick.frozen,
    openPulls: view?.open.length ?? 0,
    openedLastHour: view?.openedSince(tick.sight.nowMs - 3_600_000) ?? 0,
    nowMs: tick.sight.nowMs,
  }
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
