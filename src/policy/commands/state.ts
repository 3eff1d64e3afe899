import type { CommandAnswer } from '../../domain/index.ts'

/** What people have asked for on a lane, as the bot's own answers remember it. */
export type Wishes = {
  /** In force now. Without an end it lasts until somebody says retry. */
  readonly held?: { readonly by: string; readonly untilMs?: number }
  readonly retryAskedAtMs?: number
  /** The newest undo that no later retry took back. */
  readonly undo?: { readonly by: string; readonly atMs: number; readonly pull: number }
}

export type AnswerOn = { readonly pull: number; readonly answer: CommandAnswer }

/** Only what was accepted counts. Of two wishes the later one does. */
export function wishesOf(answers: readonly AnswerOn[], nowMs: number): Wishes {
  const accepted = answers.filter(({ answer }) => answer.accepted).sort((a, b) => a.answer.atMs - b.answer.atMs)
  const retry = accepted.findLast(({ answer }) => answer.command === 'retry')?.answer
  const since = accepted.filter(({ answer }) => retry === undefined || answer.atMs > retry.atMs)
  const hold = since.findLast(({ answer }) => answer.command === 'hold' || answer.command === 'snooze')?.answer
  const undo = since.findLast(({ answer }) => answer.command === 'undo')
  const inForce = hold !== undefined && (hold.untilMs === undefined || nowMs < hold.untilMs)
  return {
    ...(inForce && { held: { by: hold.by, ...(hold.untilMs === undefined ? {} : { untilMs: hold.untilMs }) } }),
    ...(retry && { retryAskedAtMs: retry.atMs }),
    ...(undo && { undo: { by: undo.answer.by, atMs: undo.answer.atMs, pull: undo.pull } }),
  }
}
