import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Detector, Judged } from '../../detection/index.ts'
import { digestOf, KintsugiError, VOTINGS, type Voting } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { Context, ExitCode, Verb } from '../verb.ts'
import { readCsv, type Samples } from './csv.ts'
import { type Gridded, onGrid } from './grid.ts'
import { pointOf } from './point.ts'

const MOST_BYTES = 512 * 2 ** 20

export const detect: Verb = {
  name: 'detect',
  summary: 'judge a series of samples with every model, point by point',
  examples: [
    { says: 'the alarms in a file', command: 'kintsugi detect --csv latency.csv' },
    { says: 'every point with its votes, a JSON document a line', command: 'kintsugi detect --csv latency.csv --json' },
    { says: 'how long fitting and scoring took', command: 'kintsugi detect --csv latency.csv --summary' },
  ],
  options: [
    { name: 'csv', value: 'FILE', required: true, says: 'samples: timestamp,value[,label], a line each' },
    { name: 'fit-fraction', value: 'SHARE', says: 'share of the samples that is only fitted on, 0 to 1 (default 0.3)' },
    { name: 'voting', value: VOTINGS.join('|'), says: 'how votes become an anomaly (default: two of the models)' },
    { name: 'summary', says: 'add what fitting and scoring cost' },
  ],
  run: detectIn,
}

async function detectIn({ args, terminal, io }: Context): Promise<ExitCode> {
  const file = args.text('csv') ?? ''
  const fraction = fractionOf(args.text('fit-fraction'))
  const voting = votingOf(args.text('voting'))
  const samples = readCsv(await textOf(resolve(io.cwd, file)), file)
  const gridded = onGrid(samples, basename(file))
  const fitted = Math.floor(samples.times.length * fraction)
  const from = gridded.rowOf[fitted] ?? gridded.window.length
  const { detectors, judged } = await import('../../detection/index.ts')
  const { loadedEngines } = await import('../engines.ts')
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

type Summary = {
  readonly judged: number
  readonly models: readonly {
    readonly model: string
    readonly fits: number
    readonly fitMs: number
    readonly scoreMs: number
  }[]
}

/** What each detector cost, by the clock. */
class Cost {
  readonly #models = new Map<string, { fits: number; fitMs: number; scoreMs: number }>()

  of(detector: Detector): Detector {
    const cost = { fits: 0, fitMs: 0, scoreMs: 0 }
    this.#models.set(detector.id, cost)
    const timed = <T>(key: 'fitMs' | 'scoreMs', work: () => T): T => {
      const begun = performance.now()
      const result = work()
      cost[key] += performance.now() - begun
      return result
    }
    return {
      id: detector.id,
      serves: detector.serves,
      fit: (input) => {
        cost.fits += 1
        return timed('fitMs', () => detector.fit(input))
      },
      heldOut: (input) => timed('fitMs', () => detector.heldOut(input)),
      score: (model, window, from, to) => timed('scoreMs', () => detector.score(model, window, from, to)),
    }
  }

  summary(judged: number): Summary {
    const models = [...this.#models].map(([model, cost]) => ({
      model,
      fits: cost.fits,
      fitMs: Math.round(cost.fitMs),
      scoreMs: Math.round(cost.scoreMs),
    }))
    return { judged, models }
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

function stretches(alarms: Float64Array): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = []
  for (const [row, alarm] of alarms.entries()) {
    if (alarm !== 1) continue
    const last = found.at(-1)
    if (last !== undefined && last.to === row - 1) last.to = row
    else found.push({ from: row, to: row })
  }
  return found
}

function rarest(joint: Float64Array, from: number, to: number): number {
  let best = from
  for (let row = from; row <= to; row += 1) if ((joint[row] ?? 1) < (joint[best] ?? 1)) best = row
  return best
}
