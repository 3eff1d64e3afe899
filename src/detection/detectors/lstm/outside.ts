import type { Window } from '../../window.ts'
import type { FitOutcome } from '../detector.ts'
import { type Frame, frameOf } from './frame.ts'
import { STRETCH } from './history.ts'
import type { Past } from './pooled.ts'
import { type Errors, LOOKED_AT, RECENT, scored, type Usual, usualOf } from './scoring.ts'
import { type Tape, tapeOf, whole } from './tape.ts'

/**
 * An autoencoder that was trained elsewhere, as the port `Rebuilder` gives it: it rebuilds windows of `steps` rows of `columns` numbers, laid one
 * after the other, in robust spreads from usual and 0 where there is no sample. One of a single column is asked for each metric alone.
 */
export type Outside = {
  readonly steps: number
  readonly columns: number
  rebuild(windows: Float32Array, count: number): Promise<Float32Array>
}

/** What is known of one workload beside the model. Plain data. */
export type OutsideModel = { readonly frame: Frame; readonly usual: Usual }

/** Learns how to read a workload and how far off the model usually is there. It never saw the history, so all of that is held out. */
export async function fitOutside(outside: Outside, { window, upTo }: Past): Promise<FitOutcome<OutsideModel>> {
  const from = Math.max(0, upTo - STRETCH)
  if (upTo - from < 2 * outside.steps) return { fitted: false, why: 'too-little-data' }
  const frame = frameOf(window, from, upTo)
  if (typeof frame === 'string') return { fitted: false, why: frame }
  if (outside.columns !== 1 && outside.columns !== frame.signals.length) return { fitted: false, why: 'failed' }
  const tape = tapeOf(window, frame, from, upTo)
  const ends = Int32Array.from({ length: tape.rows }, (_, row) => row).filter((row) => whole(tape, outside.steps, row))
  if (ends.length < outside.steps) return { fitted: false, why: 'too-little-data' }
  const every = Math.max(1, Math.floor(ends.length / LOOKED_AT))
  const looked = ends.filter((_, at) => at % every === 0)
  return { fitted: true, model: { frame, usual: usualOf(await errorsOf(outside, tape, looked), tape.columns) } }
}

/** Scores of the rows [from, to), as a detector gives them. Rows before `from` are fair to ask for as well: the model saw none. */
export async function scoreOutside(
  outside: Outside,
  { frame, usual }: OutsideModel,
  window: Window,
  from: number,
  to: number,
): Promise<Float64Array> {
  const before = outside.steps + RECENT - 2
  const tape = tapeOf(window, frame, from - before, to)
  const first = outside.steps - 1
  const ends = Int32Array.from({ length: tape.rows - first }, (_, at) => first + at)
  return scored(await errorsOf(outside, tape, ends), usual, RECENT - 1)
}

/** Has the windows that end with the rows `ends` rebuilt, and sees how far off each row is. */
async function errorsOf(outside: Outside, tape: Tape, ends: Int32Array): Promise<Errors> {
  const { columns } = tape
  const newest = new Float64Array(ends.length * columns).fill(Number.NaN)
  const errors = { newest, all: newest.slice() }
  const judged = [...ends.keys()].filter((at) => whole(tape, outside.steps, ends[at] ?? 0))
  const each = [...Array(columns).keys()]
  for (const group of outside.columns === columns ? [each] : each.map((one) => [one])) {
    const windows = judged.map((at) => samplesOf(outside, tape, ends[at] ?? 0, group))
    const asked = Float32Array.from(windows.flat(), (value) => (Number.isNaN(value) ? 0 : value))
    const rebuilt = await outside.rebuild(asked, judged.length)
    for (const [order, samples] of windows.entries()) {
      const answer = rebuilt.subarray(order * samples.length, (order + 1) * samples.length)
      const at = (judged[order] ?? 0) * columns
      for (const [place, column] of group.entries()) note(errors, at + column, samples, answer, group.length, place)
    }
  }
  return errors
}

/** Writes how far off one column of a window lies: every `width`-th number from `place` on. */
function note(
  errors: Errors,
  at: number,
  samples: readonly number[],
  answer: Float32Array,
  width: number,
  place: number,
): void {
  let sum = 0
  let seen = 0
  for (let index = place; index < samples.length; index += width) {
    const error = Math.abs((samples[index] ?? Number.NaN) - (answer[index] ?? Number.NaN))
    if (Number.isNaN(error)) continue
    errors.newest[at] = error
    sum += error
    seen += 1
  }
  errors.all[at] = sum / seen
}

/** Samples of these columns in the window that ends with `row`, row by row; NaN where there is none. */
function samplesOf({ steps }: Outside, tape: Tape, row: number, group: readonly number[]): number[] {
  const samples: number[] = []
  for (let at = row - steps + 1; at <= row; at += 1)
    for (const column of group) samples.push(tape.values[at * tape.columns + column] ?? Number.NaN)
  return samples
}
