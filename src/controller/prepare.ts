import {
  type Attempt,
  type AttemptRecord,
  type Decision,
  type Diagnosis,
  digestOf,
  type EditOutcome,
  type Evidence,
  type Failure,
  laneOf,
  type Plan,
  type Proposal,
  type Reason,
  type SignalId,
} from '../domain/index.ts'
import { barringEnvironment, covers, fieldAllowed } from '../policy/index.ts'
import type { Forge } from '../ports/index.ts'
import { attemptRecord, companionsFit, incidentId, recordFits, writeProposal, writeRevert } from '../proposal/index.ts'
import { planFor, type RevertInput, revertAllowed } from '../remediation/index.ts'
import { bindingOf, prefixOf } from './binding.ts'
import { gitIsAhead, renderMatch } from './drift.ts'
import { inHouse } from './house.ts'
import type { LaneView, Tick } from './lane.ts'
import type { Step } from './next-step.ts'
import type { Owner } from './owner.ts'
import { editFor, proveBack } from './proving.ts'
import { peopleTold, publicIdFor, rulesTold, toldOf, workloadTold } from './told.ts'

/** What a step would write. A dry run ends here. */
export type Prepared =
  | { readonly ready: 'proposal'; readonly proposal: Proposal; readonly forge: Forge }
  | { readonly ready: 'refused'; readonly reason: Reason; readonly message: string }
  | { readonly ready: 'nothing' }

type Edited = EditOutcome & { readonly outcome: 'edited' }

/** Computes what a step would write, up to the proven pull request. */
export async function prepare(tick: Tick, view: LaneView, step: Step): Promise<Prepared> {
  switch (step.do) {
    case 'propose':
    case 'step-on':
      return prepareFix(tick, view, step.diagnosis, step.decision)
    case 'refresh':
      return step.attempt.record.kind === 'revert'
        ? prepareRevertAgain(tick, view, step.attempt)
        : prepareFixAgain(tick, view)
    case 'revert':
      return prepareRevert(tick, view, step.attempt, step)
    default:
      return { ready: 'nothing' }
  }
}

async function prepareFixAgain(tick: Tick, view: LaneView): Promise<Prepared> {
  const { diagnosis, decision } = view.seen
  if (diagnosis === undefined || decision?.do !== 'act') return { ready: 'nothing' }
  return prepareFix(tick, view, diagnosis, decision)
}

async function prepareFix(
  tick: Tick,
  view: LaneView,
  diagnosis: Diagnosis,
  decision: Decision & { do: 'act' },
): Promise<Prepared> {
  if (!view.owner.found) return { ready: 'refused', reason: view.owner.reason, message: view.owner.message }
  const owner = view.owner.owner
  const { deps, sight } = tick
  if (gitIsAhead(view.facts, owner, diagnosis.subject.container))
    return refused('awaiting-sync', 'Git holds other values than the cluster runs; they have not reached it yet')
  const outcome = planFor({
    diagnosis,
    action: decision.action,
    policy: decision.policy,
    ceiling: deps.config.ceiling,
    facts: view.facts,
    attempts: view.history.attempts,
    nowMs: sight.nowMs,
  })
  if (!outcome.planned) return { ready: 'refused', reason: outcome.reason, message: outcome.message }
  return writeFix(tick, view, owner, { diagnosis, decision, plan: outcome.plan })
}

type Fix = { readonly diagnosis: Diagnosis; readonly decision: Decision & { do: 'act' }; readonly plan: Plan }

async function writeFix(tick: Tick, view: LaneView, owner: Owner, fix: Fix): Promise<Prepared> {
  const { diagnosis, decision, plan } = fix
  const { deps } = tick
  const outside = plan.changes.find((change) => !fieldAllowed(change.field, deps.config.ceiling.fields))
  if (outside !== undefined) return refused('above-ceiling', `the operator does not allow ${outside.field}`)
  const edited = await editFor(tick, owner, plan, decision.policy.pullRequest.companions, view.facts.live)
  if (edited.outcome === 'refused') return refused(edited.reason, edited.message)
  if (edited.outcome === 'already-set')
    return refused('awaiting-sync', 'Git already holds the wanted value; it has not reached the cluster yet')
  // After the edit: what bars the line itself says more than that the cluster differs.
  if (renderMatch(view.facts, owner, plan.changes) === 'differs') {
    return refused('render-mismatch', 'the cluster runs another value of this field than Git renders')
  }
  const barred = barredBy(tick, view, owner, fix, edited)
  if (barred !== undefined) return barred
  const record = attemptRecord({
    diagnosis,
    plan,
    edits: edited.edits,
    proof: edited.proof,
    policy: decision.policy,
    mode: decision.mode,
    base: owner.base,
    application: { namespace: owner.application.namespace, name: owner.application.name },
    present: presentFailures(view),
    decidedAtMs: tick.sight.nowMs,
    ...namesOf(tick, view, owner, diagnosis),
    ...anchorOf(tick),
  })
  if (!companionsFit(edited.proof))
    return refused('proof-too-wide', 'more changes come with the edit than a pull request can list')
  if (!recordFits(record)) return refused('proof-too-wide', 'the proof reads more files than a pull request can record')
  const proposal = writeProposal(
    {
      ...{ record, diagnosis, plan, policy: decision.policy, answers: view.answers, tree: owner.tree },
      ...{ edits: edited.edits, files: edited.files, proof: edited.proof },
      ...{ prefix: prefixOf(deps, owner.repository), version: deps.version },
      ...(await toldOf(tick, view, owner, plan, record.lines)),
      ...peopleTold(tick, owner, edited.files),
    },
    deps.templates,
  )
  return inHouse(tick, view, owner, { ready: 'proposal', proposal, forge: owner.repository.forge })
}

function refused(reason: Reason, message: string): Prepared {
  return { ready: 'refused', reason, message }
}

/** Paths outside of the binding or the policy, and lines that another lane's open pull request changes already. */
function barredBy(tick: Tick, view: LaneView, owner: Owner, { decision }: Fix, edited: Edited): Prepared | undefined {
  const binding = bindingOf(tick.deps.config, owner, view.subject)
  const { allowedPaths } = decision.policy.pullRequest
  const forbidden = edited.files.find(
    ({ path }) =>
      binding === undefined || !covers(binding.paths, path) || (allowedPaths.length > 0 && !covers(allowedPaths, path)),
  )
  if (forbidden !== undefined) return refused('path-forbidden', `${forbidden.path} is outside of what may be changed`)
  const environment = barringEnvironment(
    tick.deps.config.environments,
    owner.base.branch,
    edited.files.map((file) => file.path),
  )
  if (environment !== undefined) return refused('environment-not-edited', `${environment.name}: ${environment.edit}`)
  const lines = new Set(edited.edits.map((edit) => `${edit.file}:${edit.line}`))
  const other = view.history.elsewhere.find(
    ({ pull, record }) => pull.state === 'open' && record.lines.some((line) => lines.has(line)),
  )
  return other && refused('line-has-open-change', `#${other.pull.number} has an open change of that line`)
}

/** Once a proposal of this episode exists, the incident id that it recorded wins (PROTOCOL 1). */
function namesOf(
  { sight }: Tick,
  view: LaneView,
  owner: Owner,
  diagnosis: Diagnosis,
): { readonly incident: string; readonly publicId: string } {
  const earlier = view.history.attempts.findLast(
    ({ record }) => record.failure === diagnosis.failure && record.decidedAtMs >= diagnosis.startMs,
  )
  const incident =
    earlier?.record.incident ?? incidentId(laneOf(diagnosis.subject), diagnosis.failure, diagnosis.startMs)
  const all = view.history.all.find(({ repository }) => repository === owner.repository)?.attempts ?? []
  return { incident, publicId: publicIdFor(incident, view.history.attempts, all, sight.nowMs) }
}

/** The newest file of the journal, as the branch shows it: the same in a dry run. */
function anchorOf({ deps }: Tick): Pick<AttemptRecord, 'audit'> {
  const audit = deps.audit?.head()
  return audit === undefined ? {} : { audit }
}

function presentFailures(view: LaneView): readonly Failure[] {
  return [...new Set(view.findings.map((finding) => finding.failure))].sort()
}

async function prepareRevertAgain(tick: Tick, view: LaneView, revert: Attempt): Promise<Prepared> {
  const fix = view.history.attempts.find((attempt) => attempt.pull.number === revert.record.reverts)
  if (fix === undefined) return refused('conflict', 'the pull request that it takes back is not known any more')
  return prepareRevert(tick, view, fix, {
    because: fix.conclusion?.because ?? 'it did harm',
    harm: revert.record.watch,
    evidence: [],
  })
}

/** Why a fix is taken back, and the signals that showed it: they must be quiet for the revert to count as done. */
type Harm = {
  readonly because: string
  readonly harm: readonly SignalId[]
  readonly evidence: readonly Evidence[]
}

async function prepareRevert(
  tick: Tick,
  view: LaneView,
  fix: Attempt,
  { because, harm, evidence }: Harm,
): Promise<Prepared> {
  if (!view.owner.found) return refused(view.owner.reason, view.owner.message)
  const owner = view.owner.owner
  const { deps } = tick
  const proven = await proveBack(tick, owner, fix)
  if (proven.outcome === 'refused') return refused(proven.reason, proven.message)
  if (proven.outcome === 'already-set')
    return refused('no-longer-needed', 'the files are already as they were before the fix')
  if (!companionsFit(proven.proof))
    return refused('proof-too-wide', 'more changes come with the revert than a pull request can list')
  const restores = restoredValues(fix, proven)
  if (restores === undefined) return refused('conflict', 'not every field of the fix goes back with its files')
  const allowed = revertAllowed({
    record: fix.record,
    restores,
    attempts: view.history.attempts,
    answers: view.answers,
    facts: view.facts,
  })
  if (!allowed.allowed) return refused(allowed.reason, allowed.message)
  const { audit: _, ...ofFix } = fix.record
  const record: AttemptRecord = {
    ...ofFix,
    ...anchorOf(tick),
    kind: 'revert',
    decidedAtMs: tick.sight.nowMs,
    base: owner.base,
    lines: proven.edits.map((edit) => `${edit.file}:${edit.line}`),
    proof: digestOf(proven.proof),
    inputs: proven.proof.inputs,
    reverts: fix.pull.number,
    present: presentFailures(view),
    watch: harm.length === 0 ? fix.record.watch : harm,
  }
  const proposal = writeRevert(
    {
      ...{ record, because, evidence, reverted: fix, tree: owner.tree, ...workloadTold(tick, view, owner) },
      ...{ edits: proven.edits, files: proven.files, proof: proven.proof },
      ...peopleTold(tick, owner, proven.files),
      ...{ approvers: fix.pull.approvers ?? [], ...rulesTold(tick, fix) },
      ...{ prefix: prefixOf(deps, owner.repository), version: deps.version },
    },
    deps.templates,
  )
  const ready = { ready: 'proposal', proposal, forge: owner.repository.forge } as const
  return inHouse(tick, view, owner, ready, fix.pull.approvers)
}

/** What each field of the fix goes back to, as the proof of the revert rendered it; undefined where one of them is not in the proof. */
function restoredValues(fix: Attempt, proven: Edited): RevertInput['restores'] | undefined {
  const restores = fix.record.changes.map(({ field, container }) => {
    const change = proven.proof.changes.find(
      ({ path }) => path.endsWith(`.${field}`) && (container === undefined || path.includes(`[${container}]`)),
    )
    if (change === undefined) return undefined
    const value = change.after === undefined ? undefined : String(change.after)
    return { field, value, ...(container === undefined ? {} : { container }) }
  })
  return restores.every((one) => one !== undefined) ? restores : undefined
}
