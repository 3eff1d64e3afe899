import type { ModelId } from '../domain/index.ts'
import { rowMs, type Window } from './window.ts'

/** Scores of consecutive rows, and the name of the fit that gave each; undefined where none was there. */
export type ScoredRows = {
  readonly startMs: number
  readonly stepMs: number
  readonly scores: Float64Array
  readonly fits: readonly (string | undefined)[]
}

/**
 * What was judged of a series, and of which samples. It may be forgotten at any moment: it comes out the same again, since a score looks
 * at nothing but its fit and samples that are not later.
 */
export type Judgement = { readonly window: Window; readonly rows: ReadonlyMap<ModelId, ScoredRows> }

/** The part of a judgement that still stands: rows before `beforeMs`, the first one whose own or earlier samples are not what they were. */
export type Standing = { readonly beforeMs: number; readonly rows: ReadonlyMap<ModelId, ScoredRows> }

export const NOTHING_STANDS: Standing = { beforeMs: Number.NEGATIVE_INFINITY, rows: new Map() }

/** `sinceMs`: nothing that is scored looks at samples before it. Late samples, changed and lost ones are noticed by their values. */
export function standingOf(earlier: Judgement | undefined, window: Window, sinceMs: number): Standing {
  if (earlier === undefined) return NOTHING_STANDS
  const beforeMs = firstChange(earlier.window, window, sinceMs)
  return beforeMs === Number.NEGATIVE_INFINITY ? NOTHING_STANDS : { beforeMs, rows: earlier.rows }
}

/** Of the rows from a moment on, up to `most`: the scores by this fit of as many as stand. */
export function standingScores(
  { beforeMs, rows }: Standing,
  model: ModelId,
  [fromMs, most]: readonly [fromMs: number, most: number],
  fit: string,
): Float64Array {
  const scored = rows.get(model)
  if (scored === undefined) return NO_SCORES
  const { startMs, stepMs, scores, fits } = scored
  const from = (fromMs - startMs) / stepMs
  const end = from + Math.min(most, Math.ceil((beforeMs - fromMs) / stepMs))
  let to = from
  while (to < end && fits[to] === fit) to += 1
  return to > from ? scores.subarray(from, to) : NO_SCORES
}

const NO_SCORES = new Float64Array(0)

function firstChange(before: Window, now: Window, sinceMs: number): number {
  if (!comparable(before, now)) return Number.NEGATIVE_INFINITY
  const startMs = Math.max(now.startMs, before.startMs, sinceMs)
  // A window begins with its first sample.
  if (Math.max(now.startMs, sinceMs) < startMs || anyBetween(before, Math.max(before.startMs, sinceMs), startMs))
    return Number.NEGATIVE_INFINITY
  const rows = Math.min(endMs(before), endMs(now)) - startMs
  let same = Math.max(0, rows / now.stepMs)
  for (const [at, column] of now.columns.entries()) {
    const old = before.columns[at]
    if (old === undefined) return Number.NEGATIVE_INFINITY
    same = sameRows(old.values, rowsFrom(before, startMs), column.values, rowsFrom(now, startMs), same)
  }
  return startMs + same * now.stepMs
}

function comparable(before: Window, now: Window): boolean {
  return (
    before.stepMs === now.stepMs &&
    Number.isInteger((now.startMs - before.startMs) / now.stepMs) &&
    before.columns.length === now.columns.length &&
    before.columns.every(({ signal }, at) => now.columns[at]?.signal === signal)
  )
}

/** The first moment after a window. */
function endMs(window: Window): number {
  return rowMs(window, window.length)
}

function rowsFrom(window: Window, atMs: number): number {
  return (atMs - window.startMs) / window.stepMs
}

function anyBetween(window: Window, fromMs: number, toMs: number): boolean {
  const [from, to] = [rowsFrom(window, fromMs), rowsFrom(window, Math.max(fromMs, toMs))]
  return window.columns.some(({ values }) => values.subarray(Math.ceil(from), to).some(Number.isFinite))
}

/** How many of the first `most` values are alike; missing ones are. */
function sameRows(before: Float64Array, from: number, now: Float64Array, offset: number, most: number): number {
  for (let row = 0; row < most; row += 1) {
    const old = before[from + row] ?? Number.NaN
    const value = now[offset + row] ?? Number.NaN
    if (old !== value && !(Number.isNaN(old) && Number.isNaN(value))) return row
  }
  return most
}
