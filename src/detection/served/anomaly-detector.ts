import { warmRows } from '../detectors/isolation-forest/features.ts'
import { type ForestModel, isolationForest } from '../detectors/isolation-forest.ts'
import { type Tail, tailProbability } from '../detectors/tail.ts'
import { NO_ENGINES } from '../engines.ts'
import type { Answer, Ask } from '../live.ts'
import type { Column, Window } from '../window.ts'
import { type Fence, fenceOf, isFarOut, outerFence, strangest } from './distance.ts'

/** As KServe and scikit-learn have it. */
export type Label = -1 | 1

/** So many rows at once are a series in the order of time. */
export const SERIES_ROWS = 52

/** Rows that stand apart from each other are judged by a forest that knows the history: these are what has to be known of it. */
export function servedAsks(history: Window): readonly Ask[] {
  const upToMs = history.startMs + history.length * history.stepMs
  return [
    { model: 'isolation-forest', kind: 'fit', upToMs },
    { model: 'isolation-forest', kind: 'tail', upToMs },
  ]
}

/** A forest with the history that it was fitted on, or why there is none. */
export type ServedForest =
  | {
      readonly ready: true
      readonly model: ForestModel
      readonly tail: Tail
      readonly fence: Fence
      readonly recent: Window
    }
  | { readonly ready: false; readonly why: string }

/** A row is strange when healthy ones score as high this rarely. */
const STRANGE = 0.003
const WHY = {
  'too-little-data': 'Prometheus has too little history of these metrics',
  flat: 'none of these metrics has ever moved',
  failed: 'the forest could not be fitted',
} as const

/** Puts the answers to `servedAsks` together. `history` is kept as far as a row is judged by what lies before it. */
export function servedForest(history: Window, answers: readonly Answer[]): ServedForest {
  const fit = answers.find((one) => one.kind === 'fit')
  const tail = answers.find((one) => one.kind === 'tail')
  if (fit === undefined || tail === undefined) return { ready: false, why: WHY.failed }
  if (!fit.outcome.fitted) return { ready: false, why: WHY[fit.outcome.why] }
  if (tail.tail.sorted.length === 0) return { ready: false, why: WHY['too-little-data'] }
  // The cast: the id of the asks is that of the detector whose model this is.
  const model = fit.outcome.model as ForestModel
  const fence = fenceOf(history.columns.map(({ values }) => values))
  return { ready: true, model, tail: tail.tail, fence, recent: newest(history) }
}

/** The rows that the features of the next one look back on, and room for that one. */
function newest(history: Window): Window {
  const kept = Math.min(history.length, warmRows(history.stepMs) + 1)
  const first = history.length - kept
  const columns = history.columns.map((column): Column => {
    const values = new Float64Array(kept + 1)
    values.set(column.values.subarray(first))
    return { ...column, values }
  })
  return { ...history, startMs: history.startMs + first * history.stepMs, length: kept + 1, columns }
}

/**
 * Each row as if it were the next sample of the history: -1 where so strange a one comes less often than the alarm rate, or where one of its
 * columns is far out: a forest tells no huge distance from a large one. Rows hold the columns in their order. Undefined where the newest history has too many gaps to hold anything against it.
 */
export function judgeRows(
  forest: Extract<ServedForest, { ready: true }>,
  rows: readonly (readonly number[])[],
): readonly Label[] | undefined {
  const { model, tail, fence, recent } = forest
  const columns = recent.columns.map(({ values }) => values)
  const last = recent.length - 1
  const labels: Label[] = []
  for (const row of rows) {
    for (const [at, values] of columns.entries()) values[last] = row[at] ?? Number.NaN
    const [score = Number.NaN] = isolationForest.score(model, recent, last, last + 1)
    if (Number.isNaN(score)) return undefined
    const strange = tailProbability(tail, score) < STRANGE || isFarOut(fence, columns, last)
    labels.push(strange ? -1 : 1)
  }
  return labels
}

/** How far rows are apart is not told; as if they were hours, and of no day, so that no time of day is read into them. */
const UNTOLD_STEP_MS = 3_601_000

/**
 * Rows in the order of time, judged against each other: -1 where a row lies beyond the outer fence of them all, by the score of a forest that
 * was trained on the others, or by the distance of its strangest column from the rows around it: a forest tells no huge distance from a large
 * one, which a short series has few of. Rows that never move are normal.
 */
export function judgeSeries(signals: readonly string[], rows: readonly (readonly number[])[]): readonly Label[] {
  const columns = signals.map((signal, at) => ({
    signal,
    values: Float64Array.from(rows, (row) => row[at] ?? Number.NaN),
    asked: '',
  }))
  const window = { subject: NOBODY, startMs: 0, stepMs: UNTOLD_STEP_MS, length: rows.length, columns, partial: false }
  const scores = isolationForest.heldOut({ window, upTo: rows.length, seed: 1, engines: NO_ENGINES })
  const distances = strangest(columns.map(({ values }) => values))
  const [byForest, byColumn] = [outerFence(scores), outerFence(distances)]
  return rows.map((_, at) =>
    (scores[at] ?? Number.NaN) > byForest || (distances[at] ?? Number.NaN) > byColumn ? -1 : 1,
  )
}

const NOBODY = { cluster: '', namespace: '', kind: '', name: '' }
