import type { Window } from '../window.ts'
import type { Detector, FitInput, FitOutcome } from './detector.ts'
import { type Frame, framedWithout } from './lstm/frame.ts'
import { historyOf, LEAST_WINDOWS, STEPS, shapeOf } from './lstm/history.ts'
import type { Network } from './lstm/network.ts'
import { RECENT, scoresOf, type Usual, usualErrors } from './lstm/scoring.ts'
import { type Tape, tapeOf } from './lstm/tape.ts'
import { train } from './lstm/training.ts'

/** What is usual moves slowly, and a fit costs a quarter of a second. */
const FIT_EVERY_MS = 24 * 3_600_000
/** At a coarse step a fit serves this many rows at least. */
const LEAST_SERVED = 240
/** The history is held out by every second of so many blocks: their halves are alike where the two halves of a drifting history are not. */
const BLOCKS = 10

/** Plain data: how to read the samples, what the network learned, and how far off it usually is. */
export type LstmModel = { readonly frame: Frame; readonly network: Network; readonly usual: Usual }

/**
 * LSTM autoencoder over the newest rows of a window at once: it rebuilds them from a state too narrow for anything but what it has seen often, the
 * newest row without having read it. Held out by blocks: each is judged by a model that learned from its neighbours, never from it.
 */
export const lstm: Detector<LstmModel> = lstmIn()

/** The same by the clock of an IANA zone; of UTC where none is given. */
export function lstmIn(timeZone?: string): Detector<LstmModel> {
  return {
    id: 'lstm',
    serves,
    fit: (input) => fitted(input, timeZone),
    heldOut: (input) => heldOut(input, timeZone),
    score,
  }
}

function serves(stepMs: number): number {
  return Math.max(LEAST_SERVED, Math.ceil(FIT_EVERY_MS / stepMs))
}

function fitted({ window, upTo, seed }: FitInput, timeZone: string | undefined): FitOutcome<LstmModel> {
  const history = historyOf(window, upTo, timeZone)
  if (typeof history === 'string') return { fitted: false, why: history }
  const model = learned(history.frame, history.tape, history.ends, seed)
  return model === undefined ? { fitted: false, why: 'too-little-data' } : { fitted: true, model }
}

function heldOut({ window, upTo, seed }: FitInput, timeZone: string | undefined): Float64Array {
  const history = historyOf(window, upTo, timeZone)
  if (typeof history === 'string') return new Float64Array(0)
  const { from, frame, tape, ends } = history
  // Blocks of the rows that windows lie on: a history may be too coarse for any further back.
  const first = Math.max(0, (ends[0] ?? 0) - STEPS + 1)
  const size = Math.max(2 * STEPS, Math.ceil((tape.rows - first) / BLOCKS))
  const part = (row: number) => Math.floor((row - first) / size) % 2
  const models = [0, 1].map((own) => {
    const inside = ends.filter((row) => part(row) === own && part(row - STEPS + 1) === own)
    return learned(frame, tape, inside, seed + 1 + own)
  })
  const scores = new Float64Array(upTo).fill(Number.NaN)
  let unseen = frame
  for (let block = 0; from + first + block * size < upTo; block += 1) {
    const start = from + first + block * size
    // Two blocks that follow each other share what is usual without them.
    if (block % 2 === 0) unseen = framedWithout(frame, window, [from, upTo], [start, start + 2 * size])
    const model = models[1 - (block % 2)]
    const end = Math.min(upTo, start + size)
    if (model !== undefined) scores.set(score({ ...model, frame: unseen }, window, start, end), start)
  }
  return scores
}

function score({ frame, network, usual }: LstmModel, window: Window, from: number, to: number): Float64Array {
  const before = network.shape.steps + RECENT - 2
  return scoresOf(network, usual, tapeOf(window, frame, from - before, to), before)
}

/** A model of the windows that end with the rows `ends`; undefined where there are too few of them. */
function learned(frame: Frame, tape: Tape, ends: Int32Array, seed: number): LstmModel | undefined {
  if (ends.length < LEAST_WINDOWS) return undefined
  const network = train(shapeOf(frame), { tapes: [tape], tape: new Int32Array(ends.length), end: ends }, seed)
  return { frame, network, usual: usualErrors(network, tape, ends) }
}
