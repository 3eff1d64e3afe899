import { formatDuration, KintsugiError, parseDuration, rangeEndingAt, type TimeRange } from '../../domain/index.ts'
import type { Arguments } from '../arguments.ts'
import { momentOf } from './csv.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const SINCE_MS = 7 * DAY_MS

/** Steps that people would choose. */
const STEPS_MS = [
  ...[15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
]
/** Enough to see a week by 5 minutes, which is the step of the service's models; more would only take longer. */
const USUAL_POINTS = 2200
/** Ten requests to a Prometheus, each as long as it allows. */
const MOST_POINTS = 110_000

/** The range of `--since`, `--until` and `--step`, on the grid of its step. Throws KIN-1001. */
export function rangeOf(args: Arguments, nowMs: number): TimeRange {
  const sinceMs = durationOf(args, 'since') ?? SINCE_MS
  const stepMs = durationOf(args, 'step') ?? stepFor(sinceMs)
  const points = Math.floor(sinceMs / stepMs) + 1
  if (points < 2)
    throw new KintsugiError(
      'KIN-1001',
      `--since ${formatDuration(sinceMs)} is shorter than a step of ${formatDuration(stepMs)}.`,
    )
  if (points > MOST_POINTS)
    throw new KintsugiError(
      'KIN-1001',
      `${formatDuration(sinceMs)} at a step of ${formatDuration(stepMs)} are ${points} points; ${MOST_POINTS} are the most: choose a longer --step.`,
    )
  return rangeEndingAt(untilOf(args) ?? nowMs, sinceMs, stepMs)
}

function stepFor(sinceMs: number): number {
  return STEPS_MS.find((stepMs) => sinceMs / stepMs <= USUAL_POINTS) ?? DAY_MS
}

/** A flag such as `--since 7d` in milliseconds. Throws KIN-1001. */
export function durationOf(args: Arguments, name: string): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new KintsugiError('KIN-1001', `--${name} is a duration such as 30m, 12h or 7d, not "${text}".`)
}

/** The moment of `--until`, epoch milliseconds. Throws KIN-1001. */
export function untilOf(args: Arguments): number | undefined {
  const text = args.text('until')
  if (text === undefined) return undefined
  const atMs = momentOf(text)
  if (atMs !== undefined && Math.abs(atMs) <= 8.64e15) return atMs
  throw new KintsugiError('KIN-1001', `--until is a moment in ISO 8601, not "${text}".`)
}
