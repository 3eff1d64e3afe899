import type { AuditRecord, Lane } from '../domain/index.ts'
import type { Answered } from './commands.ts'
import type { Kept } from './housekeeping.ts'
import type { Done } from './perform.ts'
import type { LaneReport, TickReport } from './tick-report.ts'

/** What every lane did last, as far as this process has seen it. */
export type LastSeen = Map<Lane, string>

type Detail = AuditRecord['detail']

/** Where a lane waits; the same once more is no transition. What was done is one each time. */
type Happened = { readonly event: string; readonly detail: Detail; readonly waits: boolean }

const MOST_LANES = 20_000

/**
 * The transitions of one tick (PROTOCOL 9), in order: what was done, and holds with a reason that the lane did not have before.
 *
 * What a lane waited for when this process saw it first is a transition only where its failure began after the process did: what began before
 * was written by the process before, and nothing is asked of the journal to find out. So what a lane waits for is not written where it began
 * while no process ran, nor ever by one that looks only once; what was done always is.
 */
export function transitionsOf(report: TickReport, last: LastSeen, beganMs: number): readonly AuditRecord[] {
  const records: AuditRecord[] = []
  for (const lane of report.quiet) last.delete(lane)
  for (const one of report.lanes) {
    const happened = happenedTo(one)
    if (happened === undefined || !isNew(one, happened, last, beganMs)) continue
    records.push({ atMs: report.atMs, lane: one.lane, event: happened.event, detail: happened.detail })
  }
  for (const { lane, error } of report.failed) {
    const now = `failed ${error.code}`
    if (last.get(lane) !== now) records.push({ atMs: report.atMs, lane, event: 'failed', detail: { code: error.code } })
    last.set(lane, now)
  }
  trimmed(last)
  const others = [...report.answered.map(answered), ...report.kept.flatMap(offered)]
  return [...records, ...others.map((one) => ({ atMs: report.atMs, lane: '', ...one }))]
}

function isNew({ lane, diagnosis }: LaneReport, happened: Happened, last: LastSeen, beganMs: number): boolean {
  const before = last.get(lane)
  const now = `${happened.event} ${JSON.stringify(happened.detail)}`
  last.set(lane, now)
  if (!happened.waits) return true
  if (before === undefined) return diagnosis !== undefined && diagnosis.startMs >= beganMs
  return before !== now
}

function happenedTo({ done, step, repository }: LaneReport): Happened | undefined {
  const what = doneOf(done)
  if (what === undefined) return undefined
  const { event, detail, waits } = what
  const pull: Detail = waits && 'attempt' in step ? { pull: step.attempt.pull.number } : {}
  return { event, detail: { ...pull, ...detail, ...(repository === undefined ? {} : { repository }) }, waits }
}

/** Reasons and numbers alone: texts of people and of clusters stay where they are. */
function doneOf(done: Done): Happened | undefined {
  switch (done.done) {
    case 'nothing':
    case 'would':
      return undefined
    case 'held':
    case 'noted':
      return { event: done.done, detail: { reason: done.reason }, waits: true }
    case 'merged':
      return { event: done.done, detail: { pull: done.pull, commit: done.commit }, waits: false }
    case 'disarmed':
    case 'closed':
      return { event: done.done, detail: { pull: done.pull, reason: done.reason }, waits: false }
    case 'concluded':
    case 'escalated':
      return { event: done.done, detail: { pull: done.pull, verdict: done.conclusion.verdict }, waits: false }
    default:
      return { event: done.done, detail: { pull: done.pull }, waits: false }
  }
}

function answered({ repository, pull, by, command, accepted }: Answered): Pick<AuditRecord, 'event' | 'detail'> {
  return { event: 'answered', detail: { repository, pull, by, command, accepted } }
}

function offered(one: Kept): readonly Pick<AuditRecord, 'event' | 'detail'>[] {
  return one.kept === 'offered' ? [{ event: 'offered', detail: { repository: one.repository, pull: one.pull } }] : []
}

/** Lanes that were not seen for longest go first. */
function trimmed(last: LastSeen): void {
  for (const lane of last.keys()) {
    if (last.size <= MOST_LANES) return
    last.delete(lane)
  }
}
