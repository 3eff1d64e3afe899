import { formatInstant } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import { chartOf } from './chart.ts'
import type { Verdict } from './judge.ts'
import { pointOf } from './point.ts'
import type { Settings } from './settings.ts'

/** A document for each sample after those that were only fitted on; `named` says of which series, where there may be several. */
export function printPoints(
  terminal: Terminal,
  { samples: { times, values }, gridded: { rowOf }, fitted, result, summary }: Verdict,
  named: Readonly<Record<string, unknown>> = {},
): void {
  for (let at = fitted; at < times.length; at += 1) {
    const point = pointOf(result, (rowOf[at] ?? 0) - result.from, times[at] ?? 0, values[at] ?? Number.NaN)
    terminal.event({ ...named, ...point })
  }
  if (summary !== undefined) terminal.event({ ...named, summary })
}

/** The chart where one is wanted, and a line for each alarm. */
export function printAlarms(terminal: Terminal, verdict: Verdict, { chart }: Settings): void {
  const { samples, gridded, fitted, result, summary } = verdict
  const { window } = gridded
  terminal.line(
    styled('bold', `${samples.times.length} samples`),
    `, a step of ${window.stepMs / 1000} s; the first ${fitted} are only fitted on`,
  )
  if (chart !== undefined) for (const line of chartOf(plotOf(verdict), chart)) terminal.line(...line)
  for (const { from, to } of stretches(result.alarms)) {
    const at = (row: number) => formatInstant(window.startMs + (result.from + row) * window.stepMs)
    const strangest = rarest(result.joint, from, to)
    const { votes, confidence } = pointOf(result, strangest, 0, 0)
    const yes = Object.entries(votes).flatMap(([model, vote]) => (vote === 1 ? [model] : []))
    printAlarm(terminal, `${at(from)} to ${at(to)}`, `${yes.join(', ')}  confidence ${rounded(confidence)}`)
  }
  if (summary !== undefined)
    for (const one of summary.models)
      terminal.line(
        `${one.model}: ${one.fits} fits in ${one.fitMs} ms, ${summary.judged} rows scored in ${one.scoreMs} ms`,
      )
}

/** On one line, or on two where the terminal is too narrow for it. */
function printAlarm(terminal: Terminal, when: string, what: string): void {
  const fits = when.length + 2 + what.length <= terminal.width
  terminal.line(styled('red', when), ...(fits ? [`  ${what}`] : []))
  if (!fits) terminal.line(`  ${what}`)
}

function rounded(confidence: number | null): string {
  return confidence === null ? 'unknown' : String(Number(confidence.toPrecision(3)))
}

function plotOf({ gridded: { window }, result }: Verdict) {
  return {
    values: window.columns[0]?.values ?? new Float64Array(),
    startMs: window.startMs,
    stepMs: window.stepMs,
    judgedFrom: result.from,
    alarms: [...result.alarms.entries()].flatMap(([row, alarm]) => (alarm === 1 ? [result.from + row] : [])),
  }
}

/** Alarms that a single usual row interrupts are one. */
const BRIDGED_ROWS = 2

function stretches(alarms: Float64Array): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = []
  for (const [row, alarm] of alarms.entries()) {
    if (alarm !== 1) continue
    const last = found.at(-1)
    if (last !== undefined && row - last.to <= BRIDGED_ROWS) last.to = row
    else found.push({ from: row, to: row })
  }
  return found
}

function rarest(joint: Float64Array, from: number, to: number): number {
  let best = from
  for (let row = from; row <= to; row += 1) if ((joint[row] ?? 1) < (joint[best] ?? 1)) best = row
  return best
}
