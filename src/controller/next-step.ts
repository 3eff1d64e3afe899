import type {
  Attempt,
  Conclusion,
  Decision,
  Diagnosis,
  Evidence,
  Gate,
  Reason,
  SignalId,
  Verdict,
} from '../domain/index.ts'
import type { Wishes } from '../policy/index.ts'
import { type Queued, stepOfQueued } from './queued-step.ts'
import type { Route } from './route.ts'

/** Where Argo CD is with the merge commit of an attempt. */
export type SyncState =
  | { readonly synced: true; readonly atMs: number }
  | { readonly synced: false; readonly mergedAtMs: number }

/** The lane's attempt that still asks for something: open, or merged and without a conclusion. */
export type Pending =
  | {
      readonly state: 'open'
      readonly attempt: Attempt
      readonly gates: readonly Gate[]
      /** Whether what the proof read has changed at the base, or the plan would be another one today. */
      readonly stale: boolean
      /** It is stale, and another one goes first. */
      readonly letsPass?: true
      /** For how long the watched signals have been quiet, in ms; undefined while they are not, or cannot be judged. */
      readonly quietMs?: number
      /** Its entry in the merge queue, where it is in one. */
      readonly queued?: Queued
      /** By which way it would be merged; as the forge has it where nothing is said. */
      readonly route?: Route
    }
  | {
      readonly state: 'open-foreign'
      readonly pull: number
      readonly reason: Reason
      /** How the forge would still merge it for us. */
      readonly armed?: 'auto-merge' | 'queue' | undefined
    }
  | {
      readonly state: 'merged'
      readonly attempt: Attempt
      readonly sync: SyncState
      /** Present once synced. */
      readonly verdict?: Verdict
      /** Whether the verification window has already been extended. */
      readonly extended: boolean
      /** A later pull request of ours that takes this one back, in whatever state. */
      readonly revertedBy?: number
    }

/** Everything seen of one lane. */
export type Seen = {
  readonly diagnosis?: Diagnosis
  /** Present exactly when there is a diagnosis. */
  readonly decision?: Decision
  readonly pending?: Pending
  /** The newest concluded attempt of this lane. */
  readonly last?: Attempt
  /** What people have asked for by command. */
  readonly wishes?: Wishes
}

/** What to do next with one lane. Each is safe to do twice. */
export type Step =
  | { readonly do: 'nothing' }
  | { readonly do: 'hold'; readonly reason: Reason; readonly untilMs?: number }
  | { readonly do: 'notify'; readonly reason: Reason; readonly diagnosis: Diagnosis }
  | { readonly do: 'propose'; readonly diagnosis: Diagnosis; readonly decision: Decision & { readonly do: 'act' } }
  | {
      readonly do: 'step-on'
      readonly diagnosis: Diagnosis
      readonly decision: Decision & { readonly do: 'act' }
      readonly after: number
    }
  | { readonly do: 'refresh'; readonly attempt: Attempt }
  | { readonly do: 'merge' | 'enqueue' | 'arm'; readonly attempt: Attempt; readonly gates: readonly Gate[] }
  /** Says to the merge queue whether what it built is what was proven. */
  | (Pick<Queued, 'by' | 'gates'> & { readonly do: 'prove-group'; readonly attempt: Attempt; readonly group: string })
  /** Takes it out of the merge queue; `group` is what the queue has built with it. */
  | {
      readonly do: 'dequeue'
      readonly attempt: Attempt
      readonly reason: Reason
      readonly group?: string
      readonly gates: readonly Gate[]
    }
  /** Takes the merging back that the forge was asked for; out of the merge queue where it is in there. */
  | { readonly do: 'disarm'; readonly pull: number; readonly reason: Reason; readonly how?: 'queue' }
  | { readonly do: 'await-sync'; readonly attempt: Attempt; readonly untilMs: number }
  | { readonly do: 'verify'; readonly attempt: Attempt; readonly untilMs: number }
  | { readonly do: 'conclude'; readonly attempt: Attempt; readonly conclusion: Conclusion }
  | {
      readonly do: 'revert'
      /** The verdict that comes with it: a change that a person takes back need not have done harm. */
      readonly verdict: 'harmful' | 'superseded'
      readonly attempt: Attempt
      readonly because: string
      readonly harm: readonly SignalId[]
      readonly evidence: readonly Evidence[]
    }
  | { readonly do: 'escalate'; readonly attempt: Attempt; readonly reason: Reason; readonly conclusion: Conclusion }
  | { readonly do: 'close'; readonly attempt: Attempt; readonly reason: Reason }

/** The pure half of the loop: the same sight and time always give the same step. */
export function nextStep(seen: Seen, nowMs: number): Step {
  if (seen.pending !== undefined) return stepOfPending(seen.pending, seen, nowMs)
  const undone = undoneLast(seen)
  if (undone !== undefined) return undone
  if (seen.diagnosis === undefined || seen.decision === undefined) return { do: 'nothing' }
  return stepOfDecision(seen.diagnosis, seen.decision, seen.last)
}

function stepOfDecision(diagnosis: Diagnosis, decision: Decision, last: Attempt | undefined): Step {
  switch (decision.do) {
    case 'hold':
      return {
        do: 'hold',
        reason: decision.reason,
        ...(decision.untilMs === undefined ? {} : { untilMs: decision.untilMs }),
      }
    case 'notify':
      return { do: 'notify', reason: decision.reason, diagnosis }
    case 'act':
      if (decision.mode === 'comment') return { do: 'notify', reason: 'notify-only', diagnosis }
      if (last !== undefined && continues(last, diagnosis))
        return { do: 'step-on', diagnosis, decision, after: last.pull.number }
      return { do: 'propose', diagnosis, decision }
    default:
      return decision satisfies never
  }
}

/** Whether a new proposal would be the next step of an attempt that was not enough, rather than a first one. */
function continues(last: Attempt, diagnosis: Diagnosis): boolean {
  return last.conclusion?.verdict === 'insufficient' && last.record.failure === diagnosis.failure
}

/** A change that has had its verdict can be taken back too, once. */
function undoneLast({ last, wishes }: Seen): Step | undefined {
  const { undo } = wishes ?? {}
  if (undo === undefined || last?.pull.number !== undo.pull || last.pull.state !== 'merged') return undefined
  return takeBack(last, undo.by)
}

function takeBack(attempt: Attempt, by: string): Step {
  return {
    do: 'revert',
    attempt,
    verdict: 'superseded',
    because: `taken back because ${by} asked for it`,
    harm: [],
    evidence: [],
  }
}

function stepOfPending(pending: Pending, seen: Seen, nowMs: number): Step {
  switch (pending.state) {
    case 'open-foreign':
      if (pending.armed !== undefined) return disarmed(pending.pull, pending.reason, pending.armed)
      return { do: 'hold', reason: pending.reason }
    case 'open':
      return queuedOr(pending, armedOr(pending, stepOfOpen(pending, seen)))
    case 'merged':
      return stepOfMerged(pending, seen, nowMs)
    default:
      return pending satisfies never
  }
}

function disarmed(pull: number, reason: Reason, armed: 'auto-merge' | 'queue'): Step {
  return { do: 'disarm', pull, reason, ...(armed === 'queue' ? { how: armed } : {}) }
}

function queuedOr({ attempt, queued }: Pending & { state: 'open' }, step: Step): Step {
  return queued === undefined ? step : stepOfQueued(queued, attempt, step)
}

/** What the forge was asked to do stands only while nothing but its own waiting is left; before anything else it is taken back. */
function armedOr({ attempt }: Pending & { state: 'open' }, step: Step): Step {
  const { number, facts } = attempt.pull
  if (facts?.autoMerge?.by !== 'bot' || step.do === 'merge') return step
  if (step.do === 'arm') return { do: 'hold', reason: 'checks-pending' }
  return { do: 'disarm', pull: number, reason: step.do === 'hold' || step.do === 'close' ? step.reason : 'base-moved' }
}

function stepOfOpen(pending: Pending & { state: 'open' }, { diagnosis, decision, wishes }: Seen): Step {
  const { attempt, stale, quietMs, route } = pending
  const failing = diagnosis?.failure
  if (!attempt.pull.headIsOurs) return { do: 'hold', reason: 'head-not-ours' }
  const { kind, failure, mode, verify } = attempt.record
  if (wishes?.undo?.pull === attempt.pull.number) return { do: 'close', attempt, reason: 'undo-asked' }
  // A revert is wanted because of harm, so a quiet symptom does not make it needless.
  if (kind === 'fix' && failing !== failure && quietMs !== undefined && quietMs >= verify.windowMs) {
    return { do: 'close', attempt, reason: 'no-longer-needed' }
  }
  if (wishes?.held !== undefined) return holdOf(wishes.held)
  // Whatever would keep the bot from proposing now keeps it from merging too: a policy may have been switched off since.
  if (kind === 'fix' && failing === failure && decision !== undefined && decision.do !== 'act')
    return { do: 'hold', reason: decision.reason }
  // What a queue has taken is not pushed to.
  if (attempt.pull.facts?.inMergeQueue === true) return { do: 'hold', reason: 'in-merge-queue' }
  // Without the symptom there is nothing to recompute a fix from; the gate on the base then holds it.
  if ((stale || route?.refresh === true) && (kind === 'revert' || failing === failure))
    return pending.letsPass === true ? { do: 'hold', reason: 'base-moved' } : { do: 'refresh', attempt }
  if (mode === 'propose' || mode === 'comment') return { do: 'hold', reason: 'awaiting-merge' }
  return stepByGates(pending)
}

function holdOf({ untilMs }: { readonly untilMs?: number }): Step {
  return { do: 'hold', reason: 'held-by-person', ...(untilMs === undefined ? {} : { untilMs }) }
}

function stepByGates({ attempt, gates, route }: Pending & { state: 'open' }): Step {
  const shut = gates.find((gate) => !gate.pass)
  if (shut !== undefined && route?.native === true) return { do: 'arm', attempt, gates }
  if (shut !== undefined || gates.length === 0) return { do: 'hold', reason: shut?.reason ?? 'awaiting-merge' }
  // Held by our own check alone: that is written now, and the forge is asked again before anything is merged.
  if (attempt.pull.facts?.state === 'blocked') return { do: 'hold', reason: 'checks-pending' }
  return { do: route?.queue === true ? 'enqueue' : 'merge', attempt, gates }
}

function stepOfMerged(pending: Pending & { state: 'merged' }, { wishes }: Seen, nowMs: number): Step {
  const { attempt, sync, verdict, extended, revertedBy } = pending
  const undone = wishes?.undo?.pull === attempt.pull.number ? wishes.undo : undefined
  if (undone !== undefined && revertedBy === undefined) return takeBack(attempt, undone.by)
  if (undone !== undefined) return conclude(attempt, 'superseded', `taken back by #${revertedBy}`, nowMs)
  if (revertedBy !== undefined) {
    // The revert was opened and the process died before it could say why: where the harm is still seen, it says so now.
    const because = verdict?.verdict === 'harmful' ? verdict.because : `taken back by #${revertedBy}`
    return conclude(attempt, 'harmful', because, nowMs)
  }
  if (!sync.synced) {
    const untilMs = sync.mergedAtMs + attempt.record.verify.syncTimeoutMs
    if (nowMs < untilMs) return { do: 'await-sync', attempt, untilMs }
    return escalate(attempt, 'sync-timeout', 'Argo CD did not sync the merged revision in time', nowMs)
  }
  if (verdict === undefined) return { do: 'verify', attempt, untilMs: sync.atMs + attempt.record.verify.windowMs }
  switch (verdict.verdict) {
    case 'waiting':
      return { do: 'verify', attempt, untilMs: verdict.untilMs }
    case 'resolved':
      return conclude(attempt, 'resolved', verdict.because, nowMs)
    case 'insufficient':
      // What a revert did not mend, no further step of the bot will.
      if (attempt.record.kind === 'revert') return escalate(attempt, 'insufficient', verdict.because, nowMs)
      return conclude(attempt, 'insufficient', verdict.because, nowMs)
    case 'harmful':
      if (attempt.record.kind === 'fix' && attempt.record.verify.onHarm === 'revert')
        return {
          do: 'revert',
          verdict: 'harmful',
          attempt,
          because: verdict.because,
          harm: [...new Set(verdict.evidence.map((one) => one.signal))],
          evidence: verdict.evidence,
        }
      return escalate(attempt, 'harmful', verdict.because, nowMs)
    case 'indeterminate':
      if (!extended) return { do: 'verify', attempt, untilMs: sync.atMs + 2 * attempt.record.verify.windowMs }
      return escalate(attempt, 'indeterminate', verdict.because, nowMs)
    default:
      return verdict satisfies never
  }
}

function conclude(attempt: Attempt, verdict: Conclusion['verdict'], because: string, atMs: number): Step {
  return { do: 'conclude', attempt, conclusion: { verdict, atMs, because } }
}

function escalate(
  attempt: Attempt,
  reason: 'sync-timeout' | 'harmful' | 'insufficient' | 'indeterminate',
  because: string,
  atMs: number,
): Step {
  const verdict = reason === 'sync-timeout' ? 'indeterminate' : reason
  return { do: 'escalate', attempt, reason, conclusion: { verdict, atMs, because } }
}

/** What is left of a step while the operator has stopped the bot: looking and waiting go on, whatever would be written is held; what would still merge is taken back. */
export function whilePaused(step: Step, reason: Reason = 'paused'): Step {
  switch (step.do) {
    case 'nothing':
    case 'hold':
    case 'disarm':
    case 'dequeue':
    case 'await-sync':
    case 'verify':
      return step
    default:
      return { do: 'hold', reason }
  }
}
