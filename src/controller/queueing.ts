import { digestOf } from '../domain/index.ts'
import type { Forge } from '../ports/index.ts'
import type { Tick } from './lane.ts'
import { trim } from './memory.ts'
import { type Again, armedKey, reasonOf, stoppedMeanwhile, verdictOf } from './merging.ts'
import { nextStep, type Step } from './next-step.ts'
import type { Done } from './perform.ts'

/**
 * Says to the merge queue whether what it built may go onto the base, once for each group and verdict. It merges on our word, so everything is looked
 * at anew right before it, as before a merge of our own.
 */
export async function proveGroup(
  tick: Tick,
  forge: Forge,
  step: Step & { do: 'prove-group' },
  again: Again,
): Promise<Done> {
  const { attempt, gates } = step
  const { number } = attempt.pull
  const shut = gates.find(({ pass }) => !pass)
  const done: Done = { done: 'held', reason: shut?.reason ?? 'in-merge-queue' }
  const key = `${armedKey(forge, number)} group`
  const verdict = verdictOn(step)
  if (tick.memory.shown.get(key) === verdict) return done
  if ((await tick.deps.audit?.flush(tick.sight.nowMs)) === false) return { done: 'held', reason: 'audit-broken' }
  const { tick: now, view } = await again()
  const next = nextStep(view.seen, now.sight.nowMs)
  if (next.do !== 'prove-group' || verdictOn(next) !== verdict) return { done: 'held', reason: reasonOf(next) }
  const stopped = await stoppedMeanwhile(now)
  // A freeze keeps the bot from merging, and nobody else.
  if (stopped !== undefined && (next.by === 'bot' || stopped !== 'frozen')) return { done: 'held', reason: stopped }
  await forge.checkGroup(number, next.group, next.gates)
  tick.memory.shown.set(key, verdict)
  trim(tick.memory.shown)
  return done
}

function verdictOn({ attempt, group, gates }: Step & { do: 'prove-group' }): string {
  return digestOf([attempt.pull.headSha, group, ...gates.map(verdictOf)])
}

/** Out of the queue; where it stays in there, what the queue built gets a red check. */
export async function dequeue(tick: Tick, forge: Forge, step: Step & { do: 'dequeue' }): Promise<Done> {
  const { attempt, reason, group, gates } = step
  const { number } = attempt.pull
  const out = await forge.dequeue(number)
  if (!out && group !== undefined) await forge.checkGroup(number, group, gates)
  const key = armedKey(forge, number)
  tick.memory.shown.delete(`${key} group`)
  if (out) tick.memory.armed.delete(key)
  return { done: 'dequeued', pull: number, reason }
}
