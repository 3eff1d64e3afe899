import { noteRef } from '../../src/adapters/local/saying.ts'
import type { LaneReport, TickReport } from '../../src/controller/index.ts'
import type { Lane, Reason } from '../../src/domain/index.ts'
import { readNote } from '../../src/proposal/index.ts'
import type { Walk } from '../fakes/walk.ts'

/** One deed in words, undefined for a tick that changed nothing. */
export function deedOf({ done, subject }: LaneReport): string | undefined {
  switch (done.done) {
    case 'nothing':
    case 'held':
      return undefined
    case 'noted':
    case 'closed':
      return `${subject.name} ${done.done} ${done.reason}`
    case 'concluded':
    case 'escalated':
      return `${subject.name} ${done.done} ${done.conclusion.verdict}`
    case 'would':
      return `${subject.name} would ${done.what}`
    default:
      return `${subject.name} ${done.done}`
  }
}

/** The deeds of all ticks in order, without those that a lane only repeats. */
export function deedsOf(reports: readonly TickReport[]): readonly string[] {
  const last = new Map<Lane, string>()
  return reports.flatMap((report) =>
    report.lanes.flatMap((lane) => {
      const deed = deedOf(lane)
      if (deed === undefined) return []
      const repeated = lane.done.done === 'noted' && last.get(lane.lane) === deed
      last.set(lane.lane, deed)
      return repeated ? [] : [deed]
    }),
  )
}

const EXPECTED_WAITS: readonly Reason[] = ['awaiting-sync', 'verifying']

export function heldIn(reports: readonly TickReport[]): readonly string[] {
  const held = reports.flatMap((report) =>
    report.lanes.flatMap(({ done, subject }) =>
      done.done === 'held' && !EXPECTED_WAITS.includes(done.reason) ? [`${subject.name} ${done.reason}`] : [],
    ),
  )
  return [...new Set(held)].sort()
}

export function answeredIn(reports: readonly TickReport[]): readonly string[] {
  return reports.flatMap((report) =>
    report.answered.map(({ by, command, accepted }) => `${by} ${command} ${accepted ? 'accepted' : 'refused'}`),
  )
}

export function unknownIn(reports: readonly TickReport[]): readonly string[] {
  return [...new Set(reports.flatMap((report) => report.unknown.map((one) => `${one.signal} ${one.why}`)))].sort()
}

/** Where each problem is; its words are the parser's own. */
export function problemsIn(reports: readonly TickReport[]): readonly string[] {
  const places = reports.flatMap((report) => report.problems.map((one) => /^\S+:\d+:\d+(?=: )/.exec(one)?.[0] ?? one))
  return [...new Set(places)].sort()
}

/** Living notes by the name of their workload. A note's commits are chained, so their number is the number of writes. */
export function notesIn(walk: Walk): Record<string, { reason: Reason | 'none'; writes: number }> {
  const lanes = new Map(walk.reports.flatMap((report) => report.lanes.map((one) => [one.lane, one.subject.name])))
  const notes: Record<string, { reason: Reason | 'none'; writes: number }> = {}
  for (const [lane, name] of lanes) {
    const tip = walk.repository.refs.get(noteRef(lane))
    if (tip === undefined) continue
    const entry = walk.repository.filesOf(tip).get('note.md')
    const text = new TextDecoder().decode(walk.repository.blobs.get(entry?.oid ?? ''))
    notes[name] = { reason: readNote(text)?.reason ?? 'none', writes: walk.repository.ancestors(tip).size }
  }
  return notes
}

export function fileOnMain(walk: Walk, path: string): string | undefined {
  const head = walk.repository.refs.get('refs/heads/main')
  if (head === undefined) return undefined
  const bytes = walk.repository.blobs.get(walk.repository.filesOf(head).get(path)?.oid ?? '')
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}
