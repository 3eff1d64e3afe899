import { healingWords } from '../detection/index.ts'
import type { Attempt, Conclusion, Reason } from '../domain/index.ts'
import type { Forge, OpenResult } from '../ports/index.ts'
import { conclusionText, refusalText, sameNote, withdrawText } from '../proposal/index.ts'
import { forgeOf as configOf } from './binding.ts'
import { giveMissing } from './given.ts'
import type { LaneView, Tick } from './lane.ts'
import { type Again, disarm, merge, showGates } from './merging.ts'
import type { Step } from './next-step.ts'
import type { Prepared } from './prepare.ts'
import { dequeue, proveGroup } from './queueing.ts'

/** What came of a step. `waiting` and `refused` are answers; only what the world does to us throws. */
export type Done =
  | { readonly done: 'nothing' }
  | { readonly done: 'held'; readonly reason: Reason; readonly message?: string }
  | { readonly done: 'noted'; readonly reason: Reason; readonly message?: string }
  | { readonly done: 'opened' | 'refreshed' | 'reverted'; readonly pull: number; readonly url: string }
  | { readonly done: 'merged'; readonly pull: number; readonly commit: string }
  | { readonly done: 'armed' | 'queued'; readonly pull: number }
  | { readonly done: 'disarmed' | 'dequeued'; readonly pull: number; readonly reason: Reason }
  | { readonly done: 'concluded' | 'escalated'; readonly pull: number; readonly conclusion: Conclusion }
  | { readonly done: 'closed'; readonly pull: number; readonly reason: Reason }
  | { readonly done: 'would'; readonly what: string }

/**
 * Carries out one step. The only function of the bot that writes to a lane; each branch is one verb of the forge.
 * @param again looks at everything anew, for what is judged once more right before a merge
 */
export async function perform(tick: Tick, view: LaneView, step: Step, prepared: Prepared, again: Again): Promise<Done> {
  const forge = forgeOf(tick, view, prepared)
  if (forge !== undefined && SHOWN_WITH.has(step.do)) {
    await giveMissing(tick, forge, view)
    await showGates(tick, forge, view.seen.pending)
  }
  if (prepared.ready === 'refused') return refuse(tick, view, forge, prepared)
  switch (step.do) {
    case 'nothing':
      return { done: 'nothing' }
    case 'hold':
      return { done: 'held', reason: step.reason }
    case 'await-sync':
      return { done: 'held', reason: 'awaiting-sync' }
    case 'verify':
      return { done: 'held', reason: 'verifying' }
    case 'notify':
      return note(tick, view, forge, step.reason, undefined)
    default:
      return forge === undefined
        ? { done: 'held', reason: 'not-bound' }
        : write(tick, forge, view, step, prepared, again)
  }
}

/** Steps with which an open pull request stays as it is, so that its gates are shown: before a merge too, since nothing is written between the second look and the merge itself. */
const SHOWN_WITH: ReadonlySet<Step['do']> = new Set([
  'hold',
  'arm',
  'disarm',
  'merge',
  'enqueue',
  'prove-group',
  'dequeue',
])

type Write = Exclude<Step, { do: 'nothing' | 'hold' | 'await-sync' | 'verify' | 'notify' }>

async function write(
  tick: Tick,
  forge: Forge,
  view: LaneView,
  step: Write,
  prepared: Prepared,
  again: Again,
): Promise<Done> {
  switch (step.do) {
    case 'propose':
    case 'step-on':
      return prepared.ready === 'proposal' ? opened('opened', await forge.open(prepared.proposal)) : { done: 'nothing' }
    case 'refresh':
      return prepared.ready === 'proposal'
        ? opened('refreshed', await forge.refresh(step.attempt.pull.number, prepared.proposal))
        : { done: 'nothing' }
    case 'merge':
    case 'enqueue':
    case 'arm':
      return merge(tick, forge, step, again)
    case 'prove-group':
      return proveGroup(tick, forge, step, again)
    case 'dequeue':
      return dequeue(tick, forge, step)
    case 'disarm':
      return disarm(tick, forge, step)
    case 'conclude':
      return conclude(tick, forge, step.attempt, step.conclusion)
    case 'revert':
      return prepared.ready === 'proposal' ? revert(tick, forge, view, step, prepared) : { done: 'nothing' }
    case 'escalate':
      return escalate(tick, forge, view, step)
    case 'close':
      await forge.close(
        step.attempt.pull.number,
        step.reason,
        withdrawText(step.attempt.record, step.reason, tick.sight.nowMs, tick.deps.templates),
      )
      return { done: 'closed', pull: step.attempt.pull.number, reason: step.reason }
    default:
      return step satisfies never
  }
}

function forgeOf(tick: Tick, view: LaneView, prepared: Prepared): Forge | undefined {
  if (prepared.ready === 'proposal') return prepared.forge
  if (view.history.remembered !== undefined) return view.history.remembered.repository.forge
  if (view.owner.found) return view.owner.owner.repository.forge
  // A workload that no Application renders is noted in the only repository there is.
  return tick.deps.repositories.length === 1 ? tick.deps.repositories[0]?.forge : undefined
}

/** A refusal is noted for people, but for a sync that is only to be waited for. */
async function refuse(
  tick: Tick,
  view: LaneView,
  forge: Forge | undefined,
  { reason, message }: Prepared & { ready: 'refused' },
): Promise<Done> {
  if (reason === 'awaiting-sync') return { done: 'held', reason, message }
  return note(tick, view, forge, reason, message)
}

/** One living note per lane: edited in place, and not written at all where it would say the same. */
async function note(
  { deps, sight }: Tick,
  view: LaneView,
  forge: Forge | undefined,
  reason: Reason,
  message: string | undefined,
): Promise<Done> {
  const { diagnosis } = view.seen
  const home = view.history.all.find(({ repository }) => repository.forge === forge)
  const audience = home?.view.audience
  const { enabled } = deps.config.detection.healing
  const opinion = enabled && diagnosis ? healingWords(view.answers, diagnosis.subject, sight.nowMs) : undefined
  const closable = home !== undefined && configOf(deps, home.repository)?.kind === 'github'
  const said = { closable, ...(audience && { audience }), ...(opinion !== undefined && { opinion }) }
  const text = refusalText(diagnosis, reason, message, deps.templates, said)
  const { lookBackMs, stepMs } = deps.config.tick
  const written = view.history.note?.text
  const { note: living } = view.history
  // Without issues there is the dashboard; and who closed the note has said enough.
  if (home?.view.issues === false || living?.closedByPerson === true)
    return { done: 'noted', reason, ...(message === undefined ? {} : { message }) }
  const startMoves = diagnosis !== undefined && sight.nowMs - diagnosis.startMs >= lookBackMs - 2 * stepMs
  if (written === undefined || !sameNote(written, text, startMoves)) await forge?.say({ lane: view.lane }, text)
  return { done: 'noted', reason, ...(message === undefined ? {} : { message }) }
}

function opened(done: 'opened' | 'refreshed', result: OpenResult): Done {
  if (result.result === 'refused') return { done: 'held', reason: result.reason, message: result.message }
  return { done, pull: result.pull.number, url: result.pull.url }
}

async function conclude({ deps }: Tick, forge: Forge, attempt: Attempt, conclusion: Conclusion): Promise<Done> {
  await forge.conclude(attempt.pull.number, conclusion, conclusionText(conclusion, attempt.record, deps.templates))
  return { done: 'concluded', pull: attempt.pull.number, conclusion }
}

/** First the revert, then the verdict: a crash between the two is finished by the next look, since the revert names what it takes back. */
async function revert(
  tick: Tick,
  forge: Forge,
  view: LaneView,
  step: Step & { do: 'revert' },
  prepared: Prepared & { ready: 'proposal' },
): Promise<Done> {
  const { attempt, because } = step
  const result = await forge.revert(attempt.pull.number, prepared.proposal)
  if (result.result === 'refused') return note(tick, view, forge, result.reason, result.message)
  // One that has had its verdict keeps it: a person may take back what helped.
  if (attempt.conclusion === undefined)
    await conclude(tick, forge, attempt, { verdict: step.verdict, atMs: tick.sight.nowMs, because })
  return { done: 'reverted', pull: result.pull.number, url: result.pull.url }
}

async function escalate(tick: Tick, forge: Forge, view: LaneView, step: Step & { do: 'escalate' }): Promise<Done> {
  await note(tick, view, forge, step.reason, step.conclusion.because)
  await conclude(tick, forge, step.attempt, step.conclusion)
  return { done: 'escalated', pull: step.attempt.pull.number, conclusion: step.conclusion }
}
