import type { Span, Style } from '../style.ts'
import { Canvas } from './canvas.ts'
import { axisNumbers } from './number-text.ts'

/** Values on a grid; NaN is no sample. */
export type Plot = {
  readonly values: Float64Array
  readonly startMs: number
  readonly stepMs: number
  /** The first row that was judged; those before it were only fitted on. */
  readonly judgedFrom: number
  /** Rows in alarm. */
  readonly alarms: readonly number[]
}

export type ChartStyle = { readonly width: number; readonly ascii: boolean }

type Line = readonly Span[]

/** Odd, so that the middle has a line of its own. */
const LINES = 11
/** Narrower than this nothing can be seen. */
const LEAST_COLUMNS = 10
const SIGNS = {
  plain: { side: '│', tick: '┤', corner: '└', fitted: '┄', judged: '─', alarm: '▲' },
  ascii: { side: '|', tick: '+', corner: '+', fitted: '.', judged: '-', alarm: '^' },
} as const

/** A chart of so many columns in all: the values, the alarms under them, and the times of both ends in UTC. */
export function chartOf(plot: Plot, { width, ascii }: ChartStyle): readonly Line[] {
  const bounds = boundsOf(plot.values)
  if (bounds === undefined) return [['no sample to draw']]
  const middle = (bounds.least + bounds.most) / 2
  const levels = bounds.least === bounds.most ? [bounds.least] : [bounds.most, middle, bounds.least]
  const numbers = axisNumbers(levels)
  const margin = Math.max(...numbers.map((text) => text.length)) + 2
  const columns = Math.max(LEAST_COLUMNS, width - margin - 1)
  const canvas = drawn(plot, bounds, columns, ascii)
  const places = placesOf(plot, canvas, columns)
  const signs = SIGNS[ascii ? 'ascii' : 'plain']
  const at = levels.length === 1 ? [LINES >> 1] : [0, LINES >> 1, LINES - 1]
  const lines = Array.from({ length: LINES }, (_, line): Line => {
    const level = at.indexOf(line)
    const side = level < 0 ? signs.side : signs.tick
    const text = level < 0 ? '' : (numbers[level] ?? '')
    return [`${text.padStart(margin - 1)} ${side}`, ...coloured(canvas.charactersOf(line), places)]
  })
  const indent = ' '.repeat(margin)
  const axis = places.map(({ fitted }) => (fitted ? signs.fitted : signs.judged)).join('')
  const marks = places.map(({ alarm }) => (alarm ? signs.alarm : ' ')).join('')
  return [
    ...lines,
    [`${indent}${signs.corner}${axis}`],
    ...(marks.trim() === '' ? [] : [[`${indent} `, { style: 'red', text: marks.trimEnd() } as const]]),
    ...times(plot, columns).map((text): Line => [`${indent} ${text}`]),
    [`${indent} `, ...legend(plot, signs)],
  ]
}

function boundsOf(values: Float64Array): { readonly least: number; readonly most: number } | undefined {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return least > most ? undefined : { least, most }
}

/** Neighbours are joined; where there is no sample there is a gap. */
function drawn(
  { values }: Plot,
  { least, most }: { readonly least: number; readonly most: number },
  columns: number,
  ascii: boolean,
): Canvas {
  const canvas = new Canvas(columns, LINES, ascii)
  // Halves first: the span of the largest numbers is none.
  const span = most / 2 - least / 2
  const yOf = (value: number) =>
    Math.round((canvas.dotsDown - 1) * (span === 0 ? 0.5 : 1 - (value / 2 - least / 2) / span))
  let before: { readonly x: number; readonly y: number } | undefined
  for (const [row, value] of values.entries()) {
    if (!Number.isFinite(value)) {
      before = undefined
      continue
    }
    const here = { x: dotOf(row, values.length, canvas), y: yOf(value) }
    canvas.line(before?.x ?? here.x, before?.y ?? here.y, here.x, here.y)
    before = here
  }
  return canvas
}

function dotOf(row: number, rows: number, { dotsAcross }: Canvas): number {
  return rows < 2 ? 0 : Math.round((row * (dotsAcross - 1)) / (rows - 1))
}

/** What a column stands for. */
type Place = { readonly fitted: boolean; readonly alarm: boolean }

function placesOf({ values, judgedFrom, alarms }: Plot, canvas: Canvas, columns: number): readonly Place[] {
  const columnOf = (row: number) => canvas.columnOf(dotOf(row, values.length, canvas))
  const inAlarm = new Set(alarms.map(columnOf))
  const judged = judgedFrom >= values.length ? columns : columnOf(judgedFrom)
  return Array.from({ length: columns }, (_, column) => ({ fitted: column < judged, alarm: inAlarm.has(column) }))
}

function styleOf({ fitted, alarm }: Place): Style {
  if (alarm) return 'red'
  return fitted ? 'dim' : 'cyan'
}

/** Characters of one style are one span; what is blank at the end is left out. */
function coloured(characters: readonly string[], places: readonly Place[]): readonly Span[] {
  const end = characters.findLastIndex((one) => one !== ' ') + 1
  const spans: { style: Style; text: string }[] = []
  for (const [column, character] of characters.slice(0, end).entries()) {
    const style = styleOf(places[column] ?? { fitted: false, alarm: false })
    const last = spans.at(-1)
    if (last?.style === style) last.text += character
    else spans.push({ style, text: character })
  }
  return spans
}

/** Both ends and the middle on one line where there is room, the ends on two lines where there is not. */
function times({ values, startMs, stepMs }: Plot, columns: number): readonly string[] {
  const at = (row: number) => new Date(startMs + Math.round(row) * stepMs).toISOString().slice(0, 16).replace('T', ' ')
  const last = values.length - 1
  const [first, middle, end] = [at(0), at(last / 2), `${at(last)} UTC`]
  if (columns < first.length + 2 + end.length) return [first, end.padStart(columns)]
  const room = columns - first.length - end.length
  if (room < middle.length + 4) return [`${first}${' '.repeat(room)}${end}`]
  const before = Math.round((columns - middle.length) / 2) - first.length
  return [`${first}${' '.repeat(before)}${middle}${' '.repeat(room - before - middle.length)}${end}`]
}

function legend({ judgedFrom, alarms }: Plot, signs: (typeof SIGNS)[keyof typeof SIGNS]): Line {
  const fitted = judgedFrom > 0 ? `  ${signs.fitted} only fitted on` : ''
  return alarms.length === 0 ? [`no alarm${fitted}`] : [{ style: 'red', text: signs.alarm }, ` alarm${fitted}`]
}
