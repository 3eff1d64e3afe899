import { jobsAtWork } from '../detection/index.ts'
import {
  type Finding,
  formatInstant,
  type KnownEvent,
  type Reason,
  rangeEndingAt,
  type SignalAnswer,
  type Stretch,
  type Subject,
} from '../domain/index.ts'
import { eventAt } from '../policy/index.ts'
import type { ControllerDeps } from './deps.ts'

/** An alarm of the models that has lasted. */
export type Alarm = {
  readonly finding: Finding
  /** When it began; the episode of the finding may have begun before. */
  readonly beganMs: number
  readonly events: readonly KnownEvent[]
}

/** What is not told, and why. */
export type Silenced = { readonly subject: Subject; readonly reason: Reason; readonly message: string }

/** So long what an event has done is still in metrics: rates look back for five minutes, and exporters are late. */
const LATE_MS = 10 * 60_000

/** Tells apart what begins while a known event goes on, until that is over. `atMs` and `stepMs` are of the grid, so a restart changes nothing. */
export function withoutKnownEvents(
  alarms: readonly Alarm[],
  atMs: number,
  stepMs: number,
): { readonly told: readonly Alarm[]; readonly silenced: readonly Silenced[] } {
  const goingOn = memoized(atMs)
  const told: Alarm[] = []
  const silenced: Silenced[] = []
  for (const alarm of alarms) {
    const event = alarm.events.find((one) => {
      const stretch = goingOn(one)
      // The row before the first one may hold what came after it began.
      return stretch !== undefined && alarm.beganMs >= stretch.fromMs - stepMs
    })
    if (event === undefined) told.push(alarm)
    else silenced.push(silence(alarm, event, goingOn(event)))
  }
  return { told, silenced }
}

function silence({ finding }: Alarm, { name }: KnownEvent, stretch: Stretch | undefined): Silenced {
  const until = stretch === undefined ? '' : `, until ${formatInstant(stretch.toMs)}`
  return { subject: finding.subject, reason: 'known-event', message: `${name}${until}` }
}

/** The same event may be asked about for every workload. */
function memoized(atMs: number): (event: KnownEvent) => Stretch | undefined {
  const known = new Map<string, Stretch | undefined>()
  return (event) => {
    const key = `${event.schedule.text}/${event.durationMs}/${event.timeZone}`
    if (known.has(key)) return known.get(key)
    const stretch = eventAt({ ...event, durationMs: event.durationMs + LATE_MS }, 'UTC', atMs)
    known.set(key, stretch)
    return stretch
  }
}

/** The findings, each with the Jobs of its namespace that were at work when it began: one request, and none without an alarm. */
export async function withJobs(
  { site }: ControllerDeps,
  alarms: readonly Alarm[],
  atMs: number,
  stepMs: number,
): Promise<readonly Finding[]> {
  if (alarms.length === 0) return []
  const namespaces = [...new Set(alarms.map(({ finding }) => finding.subject.namespace))].sort()
  const earliestMs = Math.min(...alarms.map(({ beganMs }) => beganMs))
  const range = rangeEndingAt(atMs, atMs - earliestMs + stepMs, stepMs)
  const [answer] = await site.metrics.read(['job-active'], range, { namespaces })
  return alarms.map((alarm) => withEvidence(alarm, answer))
}

function withEvidence({ finding, beganMs }: Alarm, answer: SignalAnswer | undefined): Finding {
  const jobs = answer === undefined ? [] : jobsAtWork(answer, finding.subject, beganMs)
  return jobs.length === 0 ? finding : { ...finding, evidence: [...finding.evidence, ...jobs] }
}
