import type { Attempt, Diagnosis, Policy } from '../domain/index.ts'
import type { Wishes } from './commands/index.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A closed proposal means no for this long (PROTOCOL 7), and attempts count from this long before the episode (PROTOCOL 1). */
const WEEK_MS = 7 * DAY_MS
/** Harmful conclusions within a day that open the breaker, and how long it stays open (PROTOCOL 6). */
const HARM_TO_BREAK = 2

function isFix(attempt: Attempt): boolean {
  return attempt.record.kind === 'fix'
}

/** The open proposal for this failure, if there is one: nothing new is opened beside it. */
export function openAttempt(attempts: readonly Attempt[], diagnosis: Diagnosis): Attempt | undefined {
  return attempts.find((one) => isFix(one) && one.pull.state === 'open' && one.record.failure === diagnosis.failure)
}

/** Until when a proposal that a person closed, or had taken back, stands for "no"; undefined when none does. A later retry lifts it. */
export function closedUntil(
  attempts: readonly Attempt[],
  diagnosis: Diagnosis,
  nowMs: number,
  wishes: Wishes | undefined,
): number | undefined {
  const undoAtMs = wishes?.undo?.atMs
  const undone = undoAtMs !== undefined && nowMs < undoAtMs + WEEK_MS
  let until: number | undefined = undone ? undoAtMs + WEEK_MS : undefined
  for (const { pull, record } of attempts) {
    // Where it is not known who closed it, a person may have.
    const isNo = record.kind === 'fix' && pull.state === 'closed' && pull.endedBy !== 'bot'
    if (!isNo || record.failure !== diagnosis.failure) continue
    const at = pull.endedAtMs ?? pull.createdAtMs
    if (wishes?.retryAskedAtMs !== undefined && wishes.retryAskedAtMs > at) continue
    if (nowMs < at + WEEK_MS) until = Math.max(until ?? 0, at + WEEK_MS)
  }
  return until
}

/** Until when the breaker of the policy is open; undefined when it is closed. `attempts` may be those of many lanes, in any order. */
export function breakerUntil(attempts: readonly Attempt[], policy: Policy, nowMs: number): number | undefined {
  const harm = attempts
    .filter((one) => isFix(one) && one.record.policy.name === policy.name && one.conclusion?.verdict === 'harmful')
    .map((one) => one.conclusion?.atMs ?? 0)
    .sort((a, b) => b - a)
  for (const [at, latest] of harm.entries()) {
    const earlier = harm[at + HARM_TO_BREAK - 1]
    const broke = earlier !== undefined && latest - earlier <= DAY_MS
    if (broke && nowMs < latest + DAY_MS) return latest + DAY_MS
  }
  return undefined
}

const RECORD_MS = 90 * DAY_MS

/** How many fixes of the policy have helped since the last one that did harm within 90 days; undefined where none did. */
export function helpedSinceHarm(attempts: readonly Attempt[], policy: Policy, nowMs: number): number | undefined {
  const ended = attempts.flatMap((one) =>
    isFix(one) && one.record.policy.name === policy.name && one.conclusion !== undefined ? [one.conclusion] : [],
  )
  const harm = ended.filter(({ verdict, atMs }) => verdict === 'harmful' && atMs > nowMs - RECORD_MS)
  if (harm.length === 0) return undefined
  const last = Math.max(...harm.map(({ atMs }) => atMs))
  return ended.filter(({ verdict, atMs }) => verdict === 'resolved' && atMs > last).length
}

const NOT_COUNTED: ReadonlySet<string> = new Set(['superseded', 'no-longer-needed', 'conflict'])

/** Attempts that count against maxRetries: fixes for this failure since seven days before the episode, but for those that were never tried. Who asks for a retry begins to count anew. */
export function countedAttempts(attempts: readonly Attempt[], diagnosis: Diagnosis, retryAskedAtMs = 0): number {
  return attempts.filter(
    (one) =>
      isFix(one) &&
      one.record.failure === diagnosis.failure &&
      !NOT_COUNTED.has(one.conclusion?.verdict ?? '') &&
      one.pull.createdAtMs >= Math.max(diagnosis.startMs - WEEK_MS, retryAskedAtMs),
  ).length
}

/** The last moment at which anything happened on the lane: opened, merged, closed or concluded, fixes and reverts of any failure alike. */
export function latestActivityMs(attempts: readonly Attempt[]): number | undefined {
  let latest: number | undefined
  for (const { pull, conclusion } of attempts) {
    const at = Math.max(pull.createdAtMs, pull.endedAtMs ?? 0, conclusion?.atMs ?? 0)
    latest = Math.max(latest ?? at, at)
  }
  return latest
}
