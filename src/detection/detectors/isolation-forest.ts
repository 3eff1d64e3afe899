import type { SignalId } from '../../domain/index.ts'
import { type Column, rowAt, rowMs, type Window } from '../window.ts'
import type { Detector, FitOutcome, Scores } from './detector.ts'
import { featureRows, type Profiles, ROLLING } from './features.ts'
import { type Forest, scoreRow, trainForest } from './forest.ts'
import { profileOf } from './profile.ts'
import { condensed, type Scale, scaleOf } from './scale.ts'
import { type Tail, tailOf, tailProbability } from './tail.ts'

/** Below this nobody can say what happens three times in a thousand. */
const LEAST_ROWS = 400
/** Each half must be a history of its own. */
const LEAST_HALF = 100
/** A column that is missing more often than this would take too many rows with it. */
const LEAST_COVERAGE = 0.8
/** A range below this share of the level is rounding, not movement. */
const STILL = 1e-6

/** Plain data: the columns that moved, in order, with what is usual for each. */
export type ForestModel = {
  readonly signals: readonly SignalId[]
  readonly profiles: Profiles
  readonly scale: Scale
  readonly forest: Forest
  readonly tail: Tail
}

/**
 * Isolation Forest over all metrics of a window at once. Its alarm rate is learned by halves: each half of the history is judged by a
 * forest trained on the other, with the daily profile of the other, so that no row is judged by what was fitted on it. The forest that
 * judges later is trained on both.
 */
export const isolationForest: Detector<ForestModel> = { id: 'isolation-forest', fit, score }

function fit(window: Window, upToMs: number, seed: number): FitOutcome<ForestModel> {
  const rows = rowAt(window, upToMs) + 1
  if (rows < LEAST_ROWS) return { fitted: false, why: 'too-little-data' }
  const observed = window.columns.filter((column) => coverageOf(column, rows) >= LEAST_COVERAGE)
  if (observed.length === 0) return { fitted: false, why: 'too-little-data' }
  const columns = observed.filter((column) => moves(column.values.subarray(0, rows)))
  if (columns.length === 0) return { fitted: false, why: 'flat' }
  const [older, newer] = halvesOf(window, columns, rows)
  if (older.length < LEAST_HALF || newer.length < LEAST_HALF) return { fitted: false, why: 'too-little-data' }
  const scale = scaleOf([...older, ...newer])
  const seen = { older: condensedRows(older, scale), newer: condensedRows(newer, scale) }
  const tail = tailOf([...judgedBy(seen.newer, seen.older, seed + 1), ...judgedBy(seen.older, seen.newer, seed + 2)])
  const model = {
    signals: columns.map((column) => column.signal),
    profiles: profilesOf(window, columns, 0, rows),
    scale,
    forest: trainForest([...seen.older, ...seen.newer], seed),
    tail,
  }
  return { fitted: true, model }
}

function score(model: ForestModel, window: Window, fromMs: number): Scores {
  const from = Math.min(window.length, Math.max(0, rowAt(window, fromMs - 1) + 1))
  const columns = model.signals.map((signal) => columnFor(window, signal))
  const rows = featureRows(window, columns, () => model.profiles, from, window.length)
  const scores = Float64Array.from(rows, (row) => scoreRow(model.forest, condensed(row, model.scale)))
  const tails = scores.map((value) => tailProbability(model.tail, value))
  return { startMs: rowMs(window, from), stepMs: window.stepMs, scores, tails }
}

type Rows = readonly Float64Array[]

/** Features of the complete rows of each half, with the profile of the other half. */
function halvesOf(window: Window, columns: readonly Column[], rows: number): readonly [Rows, Rows] {
  const middle = Math.floor(rows / 2)
  const older = profilesOf(window, columns, 0, middle)
  const newer = profilesOf(window, columns, middle, rows)
  const features = featureRows(window, columns, (row) => (row < middle ? newer : older), 0, rows)
  const complete = (row: Float64Array) => row.every(Number.isFinite)
  return [features.slice(ROLLING, middle).filter(complete), features.slice(middle).filter(complete)]
}

/** Scores of rows by a forest that was trained on others. */
function judgedBy(
  trained: readonly (readonly number[])[],
  judged: readonly (readonly number[])[],
  seed: number,
): readonly number[] {
  const forest = trainForest(trained, seed)
  return judged.map((row) => scoreRow(forest, row))
}

function condensedRows(rows: Rows, scale: Scale): readonly (readonly number[])[] {
  return rows.map((row) => condensed(row, scale))
}

/** A column that the model knows and the window has lost is missing, so no row can be judged. */
function columnFor(window: Window, signal: SignalId): Column {
  const found = window.columns.find((column) => column.signal === signal)
  return found ?? { signal, values: new Float64Array(window.length).fill(Number.NaN), asked: '' }
}

function profilesOf(window: Window, columns: readonly Column[], from: number, to: number): Profiles {
  return columns.map((column) => profileOf(column.values.subarray(from, to), rowMs(window, from), window.stepMs))
}

function coverageOf(column: Column, rows: number): number {
  return column.values.subarray(0, rows).filter(Number.isFinite).length / rows
}

/** Whether the finite values differ by more than rounding. */
function moves(values: Float64Array): boolean {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low > STILL * Math.max(Math.abs(low), Math.abs(high))
}
