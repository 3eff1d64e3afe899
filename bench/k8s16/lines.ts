import { settled, type Track } from '../../src/detection/index.ts'
import { heard, verdictOf } from '../../src/detection/judged.ts'
import { alone, voted, votings } from '../detection/verdicts.ts'
import { STEP_MS } from './calendar.ts'
import { changesSeen } from './changes.ts'
import type { K8s16 } from './generate.ts'
import { rollingMedian } from './rolling-median.ts'

/** A vote without any rules is in alarm below this tail. */
const RATE = 0.003

export const FINDING = 'final finding'

/** The rows from `from` on in which each line of the table is in alarm. */
export function alarmsOfLines(
  workload: K8s16,
  from: number,
  tracks: readonly Track[],
): ReadonlyMap<string, Uint8Array> {
  const rows = tracks[0]?.tails.length ?? 0
  const lines = new Map<string, Uint8Array>()
  for (const track of tracks) lines.set(track.model, alone(track, workload.window).alarms)
  for (const [name, voting] of Object.entries(votings)) lines.set(name, voted(tracks, voting, RATE).alarms)
  const result = verdictOf(tracks, from, workload.window)
  const known = heard(result, workload.window).alarms
  const grid = { startMs: workload.window.startMs + from * STEP_MS, stepMs: STEP_MS }
  lines.set('alarms of the vote', flags(result.alarms))
  lines.set('without recurring events', flags(known))
  lines.set(FINDING, flags(settled(known, grid, changesSeen(workload.window.subject))))
  lines.set('peer: rolling median', rollingMedian(workload.window, from, rows))
  return lines
}

function flags(alarms: Float64Array): Uint8Array {
  return Uint8Array.from(alarms, (alarm) => (alarm === 1 ? 1 : 0))
}
