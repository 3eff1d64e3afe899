import { type Lane, laneOf, type Pull, type Subject } from '../domain/index.ts'
import { describeStep } from './describe-step.ts'
import { historyOf, type Remembered, rememberOne } from './history.ts'
import { type LaneView, type Tick, viewLane } from './lane.ts'
import type { Again } from './merging.ts'
import { nextStep, type Step, whilePaused } from './next-step.ts'
import type { Sight } from './observe.ts'
import { Trees } from './owner.ts'
import { type Done, perform } from './perform.ts'
import { readPolicies } from './policies.ts'
import { type Prepared, prepare } from './prepare.ts'
import type { LaneReport } from './tick-report.ts'

/** One step for one lane. Throws what the world does to it. */
export async function reconcileLane(tick: Tick, lane: Lane, remembered: readonly Remembered[]): Promise<LaneReport> {
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
