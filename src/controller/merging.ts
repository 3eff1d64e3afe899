import { type Attempt, digestOf, type Gate, type Pull, type Reason } from '../domain/index.ts'
import type { Forge, MergeHow, MergeResult, RepositoryView } from '../ports/index.ts'
import { statusText } from '../proposal/index.ts'
import { methodOf, policyOf } from './gates.ts'
import type { LaneView, Tick } from './lane.ts'
import { trim } from './memory.ts'
import { driftOf } from './merge-drift.ts'
import { nextStep, type Pending, type Step } from './next-step.ts'
import type { Done } from './perform.ts'

/** The lane as it is at this moment, with nothing taken from memory: the tick that it was judged in, and what was seen. */
export type Again = () => Promise<{ readonly tick: Tick; readonly view: LaneView }>

type MergeStep = Step & { readonly do: 'merge' | 'enqueue' | 'arm' }

/**
 * The forge's own merge with the head that was judged. Everything is looked at anew right before it: the pull request and its checks, the
 * base, freeze, pause and epoch. Only where that leads to the same step of the same commit is it done.
 */
export async function merge(tick: Tick, forge: Forge, step: MergeStep, again: Again): Promise<Done> {
  // Before the second look, since nothing is written between that and the merge.
  if ((await tick.deps.audit?.flush(tick.sight.nowMs)) === false) return { done: 'held', reason: 'audit-broken' }
  const { tick: now, view } = await again()
  const next = nextStep(view.seen, now.sight.nowMs)
  if (now.paused) return { done: 'held', reason: 'paused' }
  if (next.do !== step.do || !('attempt' in next)) {
    await showGates(now, forge, view.seen.pending)
    return { done: 'held', reason: reasonOf(next) }
  }
  const { pull } = next.attempt
  if (pull.number !== step.attempt.pull.number || pull.headSha !== step.attempt.pull.headSha)
    return { done: 'held', reason: 'head-not-ours' }
  const how = howTo(now, view, next.attempt)
  if (how === undefined) return { done: 'held', reason: 'no-policy' }
  if (step.do === 'arm') return arm(tick, forge, next.attempt, how)
  // Showing the gates took its time.
  const stopped = await stoppedMeanwhile(now)
  if (stopped !== undefined) return { done: 'held', reason: stopped }
  const judged = factsDigest(pull, view.history.remembered?.view)
  const last: MergeHow['last'] = async (newest) =>
    (await stoppedMeanwhile(now)) ??
    (factsDigest(newest.pull, { ...view.history.remembered?.view, ...newest }) === judged
      ? undefined
      : 'checks-pending')
  const result = await forge.merge(pull.number, pull.headSha, { ...how, last })
  if (result.result === 'merged') return merged(now, forge, next.attempt, result)
  const done = waited(step, pull.number, result)
  if (done.done === 'queued')
    tick.memory.armed.set(armedKey(forge, pull.number), { forge, pull: pull.number, how: 'queue' })
  return done
}

/** What the forge and people said, by which the gates were judged. What differs by the time of the call is judged anew at the next tick. */
function factsDigest(
  { facts, commands, base }: Pull,
  view: Partial<Pick<RepositoryView, 'rules' | 'self' | 'base'>> | undefined,
): string {
  const others = facts?.checks.filter(({ app }) => app === undefined || app !== view?.self?.app)
  const { draft, reviews, unresolvedConversations, sha } = facts ?? {}
  const said = commands?.map(({ id, edited }) => `${id} ${edited}`)
  // Rules of another base branch were asked for by themselves.
  const rules = view?.base?.branch === base ? view.rules : undefined
  return digestOf([sha, draft, reviews, unresolvedConversations, others, said, rules])
}

/** What stops every merge, asked at this moment: pause, freeze, another leader. */
export async function stoppedMeanwhile({ deps, epoch }: Tick): Promise<Reason | undefined> {
  const [paused, frozen, now] = await Promise.all([deps.paused(), deps.frozen(), deps.epoch?.()])
  if (paused) return 'paused'
  if (frozen) return 'frozen'
  return deps.epoch !== undefined && (now === undefined || now !== epoch) ? 'not-leader' : undefined
}

/** Why a step is not the merge that was expected. */
export function reasonOf(step: Step): Reason {
  return step.do === 'hold' || step.do === 'disarm' || step.do === 'dequeue' || step.do === 'close'
    ? step.reason
    : 'base-moved'
}

/** A squash says what was proposed, so that patterns for messages meet what they were held against. */
function howTo(tick: Tick, { owner }: LaneView, attempt: Attempt): MergeHow | undefined {
  const policy = policyOf(tick, attempt)
  if (policy === undefined || !owner.found) return undefined
  const method = methodOf(tick, owner.owner, policy)
  const [title = '', ...body] = attempt.pull.commitMessage.trimEnd().split('\n')
  return method === 'squash' && title !== '' ? { method, title, message: body.join('\n').trim() } : { method }
}

async function merged(
  tick: Tick,
  forge: Forge,
  attempt: Attempt,
  { commit }: MergeResult & { result: 'merged' },
): Promise<Done> {
  const { pull } = attempt
  const drift = (await driftOf(tick.memory, forge, { ...attempt, pull: { ...pull, mergeCommit: commit } })) ?? []
  if (drift.length > 0)
    await forge.say({ pull: pull.number }, statusText('merge-drift', drift.join(', '), tick.deps.templates))
  return { done: 'merged', pull: pull.number, commit }
}

function waited(step: MergeStep, pull: number, result: Exclude<MergeResult, { result: 'merged' }>): Done {
  switch (result.result) {
    case 'waiting':
      return step.do === 'enqueue' && result.by === 'in-merge-queue'
        ? { done: 'queued', pull }
        : { done: 'held', reason: result.by }
    case 'recompute':
    case 'stopped':
      return { done: 'held', reason: result.reason }
    default:
      return result satisfies never
  }
}

async function arm(tick: Tick, forge: Forge, { pull }: Attempt, { method }: MergeHow): Promise<Done> {
  const result = await forge.arm(pull.number, pull.headSha, method)
  if (result.result === 'refused') return { done: 'held', reason: result.reason, message: result.message }
  // Nothing is left to wait for: at the next look the gates say so too, and it is merged by ourselves.
  if (result.result === 'clean') return { done: 'held', reason: 'checks-pending' }
  tick.memory.armed.set(armedKey(forge, pull.number), { forge, pull: pull.number, how: 'auto-merge' })
  return { done: 'armed', pull: pull.number }
}

/** Takes back what the forge was asked to merge. */
export async function disarm(tick: Tick, forge: Forge, { pull, reason, how }: Step & { do: 'disarm' }): Promise<Done> {
  await (how === 'queue' ? forge.dequeue(pull) : forge.disarm(pull))
  tick.memory.armed.delete(armedKey(forge, pull))
  return { done: 'disarmed', pull, reason }
}

/** Names a pull request of any repository in what a process keeps in mind. */
export function armedKey({ repository }: Forge, pull: number): string {
  return `${repository}#${pull}`
}

/** One check run with every gate, written only when a verdict has changed or the head has: values alone move at every tick. */
export async function showGates(tick: Tick, forge: Forge, pending: Pending | undefined): Promise<void> {
  if (pending?.state !== 'open' || pending.gates.length === 0 || tick.paused) return
  const { pull } = pending.attempt
  const key = armedKey(forge, pull.number)
  const verdicts = digestOf([pull.headSha, ...pending.gates.map(verdictOf)])
  if (tick.memory.shown.get(key) === verdicts) return
  await forge.check(pull.number, pending.gates)
  tick.memory.shown.set(key, verdicts)
  trim(tick.memory.shown)
}

/** A gate without its value, which moves at every tick. */
export function verdictOf({ name, pass, reason }: Gate): string {
  return `${name} ${pass} ${reason ?? ''}`
}
