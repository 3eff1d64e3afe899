import { pointF1, rates } from '../detection/metrics.ts'
import { PER_DAY } from './calendar.ts'
import type { Counted, Met } from './count.ts'
import { AIMED } from './quiet.ts'

/** Lines of the table by name, in order. */
export type Lines = ReadonlyMap<string, Counted>

/** The figures of every line. */
export function figures(lines: Lines): string {
  return grid([
    ['', 'ev P', 'ev R', 'ev F1', 'on F1', 'pt F1', 'in alarm', 'alerts/d', 'delay', 'false: aimed'],
    ...[...lines].map(([name, one]) => [name, ...cells(one)]),
  ])
}

function cells({ events, onsets, points, judged, inAlarm, wrong }: Counted): readonly string[] {
  const event = rates(events.good, events.alerts, events.caught, events.events)
  const onset = rates(onsets.good, onsets.alerts, onsets.caught, onsets.events)
  const delays = [...events.delays].sort((a, b) => a - b)
  return [
    ...[event.precision, event.recall, event.f1, onset.f1, pointF1(points), inAlarm / judged].map(share),
    ((events.alerts * PER_DAY) / judged).toFixed(2),
    String(delays[delays.length >> 1] ?? '-'),
    String(AIMED.reduce((sum, name) => sum + (wrong.get(name)?.met ?? 0), 0)),
  ]
}

/** Faults that each line met, by kind, and the false alerts of each, by what was there. */
export function byKind(lines: Lines): string {
  return [part(lines, 'faults met', ({ kinds }) => kinds), part(lines, 'false alerts', ({ wrong }) => wrong)].join(
    '\n\n',
  )
}

function part(lines: Lines, title: string, of: (one: Counted) => ReadonlyMap<string, Met>): string {
  const all = [...lines.values()]
  const kinds = [...new Set(all.flatMap((one) => [...of(one).keys()]))]
  return grid([
    [title, 'times', ...lines.keys()],
    ...kinds.map((kind) => [
      kind,
      String(all.map((one) => of(one).get(kind)?.of).find(Boolean) ?? '-'),
      ...all.map((one) => String(of(one).get(kind)?.met ?? 0)),
    ]),
  ])
}

function share(value: number): string {
  return value.toFixed(3).replace(/^0/, '')
}

function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}
