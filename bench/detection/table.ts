import type { Figures } from './figures.ts'

/** One line of the table: macro figures, those of each group, and the worst group's time in alarm. */
export type Line = {
  readonly name: string
  readonly macro: Figures
  readonly groups: ReadonlyMap<string, Figures>
  readonly speed?: Speed
}

/** Points per second and core: scoring alone, and with all fits. */
export type Speed = { readonly scoring: number; readonly whole: number; readonly fitMs: number; readonly fits: number }

const HEAD = [
  '',
  'ev P',
  'ev R',
  'ev F1',
  'on F1',
  'in alarm',
  'worst',
  'pt F1',
  'alerts/d',
  'VUS-PR',
  'AUC-PR',
  'delay',
]
const SPEED_HEAD = ['score pt/s', 'with fits', 'ms/fit']

/** The macro figures of every line, then each group's. */
export function tables(lines: readonly Line[]): string {
  const groups = [...new Set(lines.flatMap((line) => [...line.groups.keys()]))].sort()
  const whole = grid([
    [...HEAD, ...SPEED_HEAD],
    ...lines.map((line) => [line.name, ...cells(line.macro, worst(line)), ...speedCells(line.speed)]),
  ])
  const parts = groups.map((group) => {
    const rows = lines.flatMap((line) => {
      const figures = line.groups.get(group)
      return figures === undefined ? [] : [[line.name, ...cells(figures, figures.inAlarm)]]
    })
    return grid([[group, ...HEAD.slice(1)], ...rows])
  })
  return [`mean over ${groups.length} groups`, whole, ...parts].join('\n\n')
}

/** The largest share of time in alarm of any group. */
export function worst(line: Line): number {
  return Math.max(...[...line.groups.values()].map((figures) => figures.inAlarm))
}

function cells(figures: Figures, most: number): readonly string[] {
  return [
    share(figures.event.precision),
    share(figures.event.recall),
    share(figures.event.f1),
    share(figures.onset.f1),
    share(figures.inAlarm),
    share(most),
    share(figures.pointF1),
    figures.alertsPerDay.toFixed(2),
    share(figures.vus),
    share(figures.auc),
    Number.isNaN(figures.delay) ? '-' : figures.delay.toFixed(1),
  ]
}

function speedCells(speed: Speed | undefined): readonly string[] {
  if (speed === undefined) return ['', '', '']
  return [
    Math.round(speed.scoring).toString(),
    Math.round(speed.whole).toString(),
    (speed.fitMs / speed.fits).toFixed(1),
  ]
}

function share(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(3).replace(/^0/, '')
}

function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}
