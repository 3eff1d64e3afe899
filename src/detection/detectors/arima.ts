import { rowMs, type Window } from '../window.ts'
import { type ColumnModel, fitColumn, judgeColumn } from './arima/column-model.ts'
import { judgeable, strangest } from './columns.ts'
import type { Detector, FitInput, FitOutcome } from './detector.ts'

/** Samples below which nothing is fitted. */
const LEAST_ROWS = 24
/** A fit is carried over every row that follows, so it need not be renewed for the rows alone: what changes slowly is how they hang together. */
const FIT_EVERY_MS = 6 * 3_600_000
/** At a coarse step a fit serves this many rows at least. */
const LEAST_SERVED = 24
/** Errors are judged together over so long: what is sampled fast is an event when it lasts, not when one sample is odd. */
const TOGETHER_MS = 2 * 60_000
/** While the history is short, it is fitted anew each time it has grown by this share. */
const GROWTH = 0.25
/** Held out, a fit serves this long: its errors change no more than those of fits that follow each other sooner, and a history takes hundreds of those. */
const HELD_EVERY_MS = 24 * 3_600_000
/** Rows of the history that are held out. */
const MOST_HELD_OUT = 20_000

/** Plain data: a model for each column that moved, and the moment of the first row that they forecast. */
export type ArimaModel = { readonly firstMs: number; readonly columns: readonly ColumnModel[] }

/**
 * ARIMA of each metric by itself. A row's score is the length of the errors of the forecast one step ahead over two minutes, of its strangest column. Where a
 * window has one column only, errors keep its unit: one that moves with the history makes scores of different fits harder to compare
 * (measured). Held out by walking forward over the history.
 */
export const arima: Detector<ArimaModel> = { id: 'arima', serves, fit: fitColumns, heldOut, score }

function serves(stepMs: number): number {
  return Math.max(LEAST_SERVED, Math.ceil(FIT_EVERY_MS / stepMs))
}

function fitColumns({ window, upTo, engines }: FitInput): FitOutcome<ArimaModel> {
  const columns = judgeable(window, upTo, LEAST_ROWS)
  if (typeof columns === 'string') return { fitted: false, why: columns }
  const scaled = window.columns.length > 1
  const asked = { upTo, engine: engines.arima, together: togetherOf(window), scaled }
  const fitted = columns.flatMap((column) => fitColumn(column, asked) ?? [])
  if (fitted.length === 0) return { fitted: false, why: 'failed' }
  return { fitted: true, model: { firstMs: rowMs(window, upTo), columns: fitted } }
}

function heldOut(input: FitInput): Float64Array {
  const { window, upTo } = input
  const scores = new Float64Array(upTo).fill(Number.NaN)
  const most = Math.max(serves(window.stepMs), Math.ceil(HELD_EVERY_MS / window.stepMs))
  let row = Math.max(LEAST_ROWS, upTo - MOST_HELD_OUT)
  while (row < upTo) {
    const outcome = fitColumns({ ...input, upTo: row })
    const end = Math.min(upTo, row + (outcome.fitted ? Math.min(most, Math.ceil(GROWTH * row)) : LEAST_SERVED))
    if (outcome.fitted) scores.set(score(outcome.model, window, row, end), row)
    row = end
  }
  return scores
}

function score({ firstMs, columns }: ArimaModel, window: Window, from: number, to: number): Float64Array {
  const first = Math.round((firstMs - window.startMs) / window.stepMs)
  // The rows between the fit and `from` carry the forecast there: a window that begins later has lost them.
  if (first < 0 || first > from) return new Float64Array(to - from).fill(Number.NaN)
  const together = togetherOf(window)
  return strangest(columns, window, to - from, (model, { values }) =>
    judgeColumn(model, values, together, [first, from, to]),
  )
}

function togetherOf({ stepMs }: Window): number {
  return Math.max(1, Math.round(TOGETHER_MS / stepMs))
}
