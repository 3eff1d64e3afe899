import {
  type Attempt,
  type AttemptRecord,
  bytesQuantity,
  indexAnswers,
  oomLimitOf,
  parseQuantity,
  type Reason,
  type SignalAnswer,
  toBytes,
  type WorkloadFacts,
} from '../domain/index.ts'

export type RevertInput = {
  /** The fix that would be taken back. */
  readonly record: AttemptRecord
  /** What each field would go back to; undefined means that it would be absent again. */
  readonly restores: readonly {
    readonly field: string
    readonly container?: string
    readonly value: string | undefined
  }[]
  /** The lane's attempts, oldest first. */
  readonly attempts: readonly Attempt[]
  readonly answers: readonly SignalAnswer[]
  readonly facts: WorkloadFacts
}

export type RevertAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: Reason; readonly message: string }

/** A larger limit is no sample of a real one, and is shown as this. */
const MOST_SHOWN = 2 ** 52

/** Whether a fix may be taken back: never to a memory limit under which the container was OOM-killed. No limit at all is above every limit. */
export function revertAllowed(input: RevertInput): RevertAnswer {
  for (const { field, container, value } of input.restores) {
    if (field !== 'resources.limits.memory' || value === undefined) continue
    const restored = parseQuantity(value)
    if (restored === undefined) return refusal(`${value} is not a quantity`)
    const killed = killedUnder(input, container)
    if (killed !== undefined && toBytes(restored) <= killed)
      return refusal(
        `the container was OOM-killed under ${bytesQuantity(Math.round(Math.min(killed, MOST_SHOWN))).text}`,
      )
    const set = limitForKills(input, container)
    if (set !== undefined && toBytes(restored) < set)
      return refusal(`${bytesQuantity(set).text} was set against OOM kills under less`)
  }
  return { allowed: true }
}

function refusal(message: string): RevertAnswer {
  return { allowed: false, reason: 'revert-would-oom', message }
}

function killedUnder({ record, answers }: RevertInput, container: string | undefined): number | undefined {
  const subject = container === undefined ? record.subject : { ...record.subject, container }
  return oomLimitOf(indexAnswers(answers), subject)
}

/** The highest limit, bytes, that this fix or a merged one of the lane set because of an OOM kill. */
function limitForKills({ record, attempts }: RevertInput, container: string | undefined): number | undefined {
  const merged = attempts.filter(({ pull }) => pull.state === 'merged').map((attempt) => attempt.record)
  const set = [record, ...merged].flatMap((one) => limitSetFor(one, container))
  return set.length === 0 ? undefined : Math.max(...set)
}

function limitSetFor(record: AttemptRecord, container: string | undefined): readonly number[] {
  if (record.kind !== 'fix' || record.failure !== 'OOMKilled') return []
  return record.changes.flatMap((change) => {
    const same = change.field === 'resources.limits.memory' && (container ?? change.container) === change.container
    const value = same ? parseQuantity(change.value) : undefined
    return value === undefined ? [] : [toBytes(value)]
  })
}
