import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { detectors, type Judged, judged } from '../../detection/index.ts'
import { digestOf, KintsugiError, VOTINGS, type Voting } from '../../domain/index.ts'
import { loadedEngines } from '../engines.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { Context, ExitCode } from '../verb.ts'
import { Cost, type Summary } from './cost.ts'
import { readCsv, type Samples } from './csv.ts'
import { type Gridded, onGrid } from './grid.ts'
import { pointOf } from './point.ts'

const MOST_BYTES = 512 * 2 ** 20

/** Judges the samples of a file and prints what was found. Throws KIN-1001, KIN-1002 and KIN-1005. */
export async function judgeFile({ args, terminal, io }: Context): Promise<ExitCode> {
  const file = args.text('csv') ?? ''
  const fraction = fractionOf(args.text('fit-fraction'))
  const voting = votingOf(args.text('voting'))
  const samples = readCsv(await textOf(resolve(io.cwd, file)), file)
  const gridded = onGrid(samples, basename(file))
  const fitted = Math.floor(samples.times.length * fraction)
  const from = gridded.rowOf[fitted] ?? gridded.window.length
  const cost = new Cost()
  const input = { window: gridded.window, from, seed: seedOf(gridded), engines: await loadedEngines() }
  const result = judged(
    detectors.map((detector) => cost.of(detector)),
    input,
    voting,
  )
  const summary = args.has('summary') ? cost.summary(gridded.window.length - from) : undefined
  if (terminal.asJson) printPoints(terminal, samples, gridded, fitted, result, summary)
  else printAlarms(terminal, samples, gridded, fitted, result, summary)
  return 0
}

/** The same samples, the same seed: whoever runs it again sees the same. */
function seedOf({ window }: Gridded): number {
  return Number.parseInt(digestOf({ startMs: window.startMs, stepMs: window.stepMs }).slice(0, 8), 16)
}

function fractionOf(text: string | undefined): number {
  const fraction = text === undefined ? 0.3 : Number(text)
  if (!(fraction > 0 && fraction < 1))
    throw new KintsugiError('KIN-1001', `--fit-fraction is a share between 0 and 1, not "${text}".`)
  return fraction
}

function votingOf(text: string | undefined): Voting | undefined {
  const voting = VOTINGS.find((one) => one === text)
  if (text !== undefined && voting === undefined)
    throw new KintsugiError('KIN-1001', `--voting is one of ${VOTINGS.join(', ')}, not "${text}".`)
  return voting
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) throw new KintsugiError('KIN-1005', `${path} has ${size} bytes; ${MOST_BYTES} are the most.`)
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof KintsugiError) throw cause
    throw new KintsugiError('KIN-1002', `${path} cannot be read.`, { cause })
  }
}

function printPoints(
  terminal: Terminal,
  { times, values }: Samples,
  { rowOf }: Gridded,
  fitted: number,
  result: Judged,
  summary: Summary | undefined,
): void {
  for (let at = fitted; at < times.length; at += 1)
    terminal.event(pointOf(result, (rowOf[at] ?? 0) - result.from, times[at] ?? 0, values[at] ?? Number.NaN))
  if (summary !== undefined) terminal.event({ summary })
}

function printAlarms(
  terminal: Terminal,
  samples: Samples,
  { window }: Gridded,
  fitted: number,
  result: Judged,
  summary: Summary | undefined,
): void {
  terminal.line(
    styled('bold', `${samples.times.length} samples`),
    `, a step of ${window.stepMs / 1000} s; the first ${fitted} are only fitted on`,
  )
  for (const { from, to } of stretches(result.alarms)) {
    const at = (row: number) => new Date(window.startMs + (result.from + row) * window.stepMs).toISOString()
    const strangest = rarest(result.joint, from, to)
    const { votes, confidence } = pointOf(result, strangest, 0, 0)
    const yes = Object.entries(votes).flatMap(([model, vote]) => (vote === 1 ? [model] : []))
    terminal.line(
      styled('red', `${at(from)} to ${at(to)}`),
      `  ${yes.join(', ')}  confidence ${confidence ?? 'unknown'}`,
    )
  }
  if (summary !== undefined)
    for (const one of summary.models)
      terminal.line(
        `${one.model}: ${one.fits} fits in ${one.fitMs} ms, ${summary.judged} rows scored in ${one.scoreMs} ms`,
      )
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
