import type { Attempt, Gate, Reason } from '../domain/index.ts'
import type { Step } from './next-step.ts'

/** An open pull request's entry in the merge queue, judged on what is true now. */
export type Queued = {
  readonly by: 'bot' | 'person'
  /** What the queue has built and would put onto the base. */
  readonly group?: string
  /** What has to hold for it to go onto the base. Of an entry that a person made only the proof is asked. */
  readonly gates: readonly Gate[]
}

/** The gate of what the queue has built. */
export const GROUP = 'merge group'

/** What the entry asks for, where the lane's own step would be another or none. */
export function stepOfQueued(queued: Queued, attempt: Attempt, step: Step): Step {
  const { by, group, gates } = queued
  const own = by === 'bot'
  if (step.do === 'close') return own ? takeOut(queued, attempt, step.reason) : step
  if (step.do !== 'hold') return step
  const foreign = step.reason === 'head-not-ours'
  if (own && (foreign || step.reason !== 'in-merge-queue')) return takeOut(queued, attempt, step.reason)
  if (foreign) return step
  const shut = own ? gates.find(({ name, pass }) => !pass && name !== GROUP) : undefined
  if (shut !== undefined) return takeOut(queued, attempt, shut.reason ?? 'awaiting-merge')
  return group === undefined ? step : { do: 'prove-group', by, attempt, group, gates }
}

function takeOut({ group, gates }: Queued, attempt: Attempt, reason: Reason): Step {
  const stopped: Gate = { name: 'in the queue', pass: false, value: reason, reason }
  return { do: 'dequeue', attempt, reason, gates: [stopped, ...gates], ...(group === undefined ? {} : { group }) }
}
