import { type Column, rowMs, type Window } from '../window.ts'
import type { Detector, FitInput, FitOutcome, Silence } from './detector.ts'
import { featureRows, type Profiles } from './features.ts'
import { type Forest, scoreRow, trainForest } from './forest.ts'
import { profileOf } from './profile.ts'
import { condensed, type Scale, scaleOf } from './scale.ts'

/** Below this nobody can say what happens three times in a thousand. */
const LEAST_ROWS = 400
/** Each half must be a history of its own. */
const LEAST_HALF = 100
/** A column that is missing more often than this would take too many rows with it. */
const LEAST_COVERAGE = 0.8
/** What is usual moves slowly; fits cost tens of milliseconds (reference: every 6 to 24 h). */
const FIT_EVERY_MS = 6 * 3_600_000
/** At a coarse step a fit serves this many rows at least. */
const LEAST_SERVED = 24
/** A range below this share of the level is rounding, not movement. */
const STILL = 1e-6

/** Plain data: the columns that moved, in order, with what is usual for each. */
export type ForestModel = {
  readonly signals: readonly string[]
  readonly profiles: Profiles
  readonly scale: Scale
  readonly forest: Forest
}

/**
 * Isolation Forest over all metrics of a window at once. Held out by halves: each half of the history is judged by a forest trained on
 * the other, with the daily profile of the other. The forest that judges later is trained on both.
 */
export const isolationForest: Detector<ForestModel> = { id: 'isolation-forest', serves, fit, heldOut, score }

function serves(stepMs: number): number {
  return Math.max(LEAST_SERVED, Math.ceil(FIT_EVERY_MS / stepMs))
}

/** What both fitting and holding out start from. */
type Prepared = {
  readonly columns: readonly Column[]
  readonly older: Rows
  readonly newer: Rows
  /** The row in which `newer` begins. */
  readonly middle: number
  readonly scale: Scale
}

function prepared(window: Window, rows: number): Prepared | Silence {
  if (rows < LEAST_ROWS) return 'too-little-data'
  const observed = window.columns.filter((column) => coverageOf(column, rows) >= LEAST_COVERAGE)
  if (observed.length === 0) return 'too-little-data'
  const columns = observed.filter((column) => moves(column.values.subarray(0, rows)))
  if (columns.length === 0) return 'flat'
  const middle = Math.floor(rows / 2)
  const features = halvesOf(window, columns, rows, middle)
  const older = features.slice(0, middle)
  const newer = features.slice(middle)
  if (older.filter(complete).length < LEAST_HALF || newer.filter(complete).length < LEAST_HALF) return 'too-little-data'
  return { columns, older, newer, middle, scale: scaleOf(features.filter(complete)) }
}

function fit({ window, upTo, seed }: FitInput): FitOutcome<ForestModel> {
  const known = prepared(window, upTo)
  if (typeof known === 'string') return { fitted: false, why: known }
  const { columns, older, newer, scale } = known
  const seen = condensedRows([...older, ...newer].filter(complete), scale)
  const model = {
    signals: columns.map((column) => column.signal),
    profiles: profilesOf(window, columns, 0, upTo),
    scale,
    forest: trainForest(seen, seed),
  }
  return { fitted: true, model }
}

function heldOut({ window, upTo, seed }: FitInput): Float64Array {
  const known = prepared(window, upTo)
  if (typeof known === 'string') return new Float64Array(0)
  const { older, newer, middle, scale } = known
  const scores = new Float64Array(upTo).fill(Number.NaN)
  scores.set(judgedBy(newer, older, scale, seed + 1), 0)
  scores.set(judgedBy(older, newer, scale, seed + 2), middle)
  return scores
}

function score(model: ForestModel, window: Window, from: number, to: number): Float64Array {
  const columns = model.signals.map((signal) => columnFor(window, signal))
  const rows = featureRows(window, columns, () => model.profiles, from, to)
  return Float64Array.from(rows, (row) => scoreRow(model.forest, condensed(row, model.scale)))
}

type Rows = readonly Float64Array[]

/** Features of the rows before `rows`, each with the profile of the half that it is not in. The first rows have no features yet. */
function halvesOf(window: Window, columns: readonly Column[], rows: number, middle: number): Rows {
  const older = profilesOf(window, columns, 0, middle)
  const newer = profilesOf(window, columns, middle, rows)
  return featureRows(window, columns, (row) => (row < middle ? newer : older), 0, rows)
}

function complete(row: Float64Array): boolean {
  return row.every(Number.isFinite)
}

/** Scores of rows by a forest that was trained on others; NaN for an incomplete row. */
function judgedBy(trained: Rows, judged: Rows, scale: Scale, seed: number): Float64Array {
  const forest = trainForest(condensedRows(trained.filter(complete), scale), seed)
  return Float64Array.from(judged, (row) => scoreRow(forest, condensed(row, scale)))
}

function condensedRows(rows: Rows, scale: Scale): readonly (readonly number[])[] {
  return rows.map((row) => condensed(row, scale))
}

/** A column that the model knows and the window has lost is missing, so no row can be judged. */
function columnFor(window: Window, signal: string): Column {
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
