import type { Window } from '../../window.ts'
import type { Silence } from '../detector.ts'
import { bandedFrameOf, type Frame, showsDays } from './frame.ts'
import type { Shape } from './network.ts'
import { type Tape, tapeOf, whole, widthOf } from './tape.ts'

/** Rows of one window. */
export const STEPS = 24
/** Numbers that a window is remembered by. */
const HIDDEN = 12
/** A model learns from so many of the newest rows. */
export const STRETCH = 10_000
/** From so many windows of them, evenly spaced: neighbours are nearly the same. */
const MOST_WINDOWS = 2500
/** Fewer windows than this are no history. */
export const LEAST_WINDOWS = STEPS + STEPS / 2
/** Below this neither half of the history has windows enough. */
const LEAST_ROWS = 6 * STEPS

/** What a model learns from: the rows from `from` on as a tape, and the rows of the tape, ascending, that windows worth learning end with. */
export type History = { readonly from: number; readonly frame: Frame; readonly tape: Tape; readonly ends: Int32Array }

/** The rows of a window before `upTo`, by the clock of a zone, or why nothing can be learned from them. */
export function historyOf(window: Window, upTo: number, timeZone?: string): History | Silence {
  const from = Math.max(0, upTo - STRETCH)
  if (upTo - from < LEAST_ROWS) return 'too-little-data'
  const frame = bandedFrameOf(window, from, upTo, timeZone)
  if (typeof frame === 'string') return frame
  const tape = tapeOf(window, frame, from, upTo)
  const ends = endsOf(tape)
  const rows = (ends.at(-1) ?? 0) - (ends[0] ?? 0) + STEPS
  if (!frame.clock || showsDays(rows * window.stepMs)) return { from, frame, tape, ends }
  // Too coarse for windows further back.
  const timeless = { ...frame, clock: false }
  return { from, frame: timeless, tape: tapeOf(window, timeless, from, upTo), ends }
}

export function shapeOf(frame: Frame): Shape {
  return {
    steps: STEPS,
    inputs: widthOf(frame),
    columns: frame.signals.length,
    hidden: HIDDEN,
    ...(frame.bands === undefined ? {} : { levelled: true }),
  }
}

function endsOf(tape: Tape): Int32Array {
  const all = Int32Array.from({ length: tape.rows }, (_, row) => row).filter((row) => whole(tape, STEPS, row))
  const every = Math.max(1, Math.ceil(all.length / MOST_WINDOWS))
  return all.filter((_, at) => at % every === 0)
}
