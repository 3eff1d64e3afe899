import type { Column, Window } from '../window.ts'
import type { Band } from './band.ts'
import { wellSeen } from './columns.ts'
import type { Detector, FitInput, FitOutcome, Silence } from './detector.ts'
import { type Alone, aloneOf, aloneRows } from './isolation-forest/alone.ts'
import { WIDTH } from './isolation-forest/condense.ts'
import type { Readings } from './isolation-forest/features.ts'
import { type Forest, type Matrix, scoreAt, trainForest } from './isolation-forest/forest.ts'
import { bandsOf, reachAt, TOGETHER_WIDTH, togetherRows } from './isolation-forest/together.ts'

const DAY_MS = 86_400_000
/** Fewer rows show no usual range. */
const LEAST_ROWS = 32
/** A fit reads this much history, or so many rows where they are further apart. Of several metrics it learns what is usual on a Monday. */
const HISTORY_MS = { alone: 14 * DAY_MS, together: 28 * DAY_MS } as const
const HISTORY_ROWS = 1000
/** What is usual moves slowly. */
const FIT_EVERY_MS = 6 * 3_600_000
/** At a coarse step a fit serves this many rows at least. */
const LEAST_SERVED = 24
/** A range below this share of the level is rounding, not movement. */
const STILL = 1e-6
/** The history is held out in so many stretches, each judged by a forest that was trained on the others. */
const FOLDS = 4
/** A column that has been missing for longer is lost, and the others are judged without it. */
const BRIEFLY = 6

/** Plain data: the columns that moved, in order, with how they are read: one by itself, or the bands of several. */
export type ForestModel = {
  readonly signals: readonly string[]
  readonly alone?: Alone
  readonly bands?: readonly (Band | undefined)[]
  readonly forest: Forest
}

/** Isolation Forest over all metrics of a window at once: of several, over how far each is from what is usual at its time. */
export const isolationForest: Detector<ForestModel> = forestDetector(trainForest)

/** The same by the clock of an IANA zone. */
export function isolationForestIn(timeZone: string): Detector<ForestModel> {
  return forestDetector(trainForest, timeZone)
}

/** The detector with another forest in the place of ours, to measure the one beside the other; by the clock of UTC where no zone is given. */
export function forestDetector(train: typeof trainForest, timeZone?: string): Detector<ForestModel> {
  return {
    id: 'isolation-forest',
    serves,
    fit: (input) => fitted(input, { train, timeZone }),
    heldOut: (input) => heldOut(input, { train, timeZone }),
    score,
  }
}

function serves(stepMs: number): number {
  return Math.max(LEAST_SERVED, Math.ceil(FIT_EVERY_MS / stepMs))
}

/** Rows that may be learned from. */
type History = { readonly columns: readonly Column[]; readonly from: number; readonly to: number }

function historyOf(window: Window, to: number): History | Silence {
  const reachMs = window.columns.length > 1 ? HISTORY_MS.together : HISTORY_MS.alone
  const from = Math.max(0, to - Math.max(HISTORY_ROWS, Math.ceil(reachMs / window.stepMs)))
  if (to - from < LEAST_ROWS) return 'too-little-data'
  const observed = wellSeen(window, from, to)
  if (observed.length === 0) return 'too-little-data'
  const columns = observed.filter((column) => moves(column.values, from, to))
  return columns.length === 0 ? 'flat' : { columns, from, to }
}

function fitted({ window, upTo, seed }: FitInput, way: Way): FitOutcome<ForestModel> {
  const history = historyOf(window, upTo)
  if (typeof history === 'string') return { fitted: false, why: history }
  const model = learn(window, history, { ...way, seed })
  return model === undefined ? { fitted: false, why: 'too-little-data' } : { fitted: true, model }
}

/** How a forest is grown, and by which clock days and weeks go. */
type Way = { readonly train: typeof trainForest; readonly timeZone: string | undefined }

type Learning = Way & {
  readonly seed: number
  /** Rows that are not learned from. */
  readonly without?: readonly [from: number, to: number]
}

/** Undefined where too few rows are complete. */
function learn(
  window: Window,
  { columns, from, to }: History,
  { train, timeZone, seed, without = [to, to] }: Learning,
): ForestModel | undefined {
  const signals = columns.map((column) => column.signal)
  const [only] = columns
  const reading =
    columns.length === 1 && only !== undefined
      ? { alone: aloneOf(window, only, [from, to], without, timeZone) }
      : { bands: bandsOf(window, columns, [from, to], without, timeZone) }
  const { width, onLines: cells } = read(window, columns, reading, [from, to], true)
  cells.fill(Number.NaN, (without[0] - from) * width, (without[1] - from) * width)
  const matrix = judgedRows(cells, width)
  return matrix.rows < LEAST_ROWS / 2 ? undefined : { signals, ...reading, forest: train(matrix, seed) }
}

type Reading = Pick<ForestModel, 'alone' | 'bands'>

/** Of each row of [from, to), `width` numbers; the first is NaN where it cannot be judged. */
function read(
  window: Window,
  columns: readonly (Column | undefined)[],
  { alone, bands = [] }: Reading,
  rows: readonly [from: number, to: number],
  whole = false,
): Readings & { readonly width: number } {
  if (alone !== undefined) return { width: WIDTH, ...aloneRows(window, columns[0], alone, rows, whole) }
  return { width: TOGETHER_WIDTH, onLines: togetherRows(window, columns, bands, rows) }
}

function judgedRows(cells: Float64Array, width: number): Matrix {
  const kept = cells.filter((_, at) => !Number.isNaN(cells[at - (at % width)] ?? Number.NaN))
  return { width, rows: kept.length / width, cells: kept }
}

function heldOut({ window, upTo, seed }: FitInput, way: Way): Float64Array {
  const history = historyOf(window, upTo)
  if (typeof history === 'string') return new Float64Array(0)
  const scores = new Float64Array(upTo).fill(Number.NaN)
  const bounds = foldsOf(history)
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const first = bounds[fold] ?? history.from
    const end = bounds[fold + 1] ?? history.to
    const model = learn(window, history, { ...way, seed: seed + 1 + fold, without: [first, end] })
    if (model !== undefined) scores.set(score(model, window, first, end), first)
  }
  return scores
}

/** Rows between which as many samples lie in each fold: a history may be coarser further back. */
function foldsOf({ columns, from, to }: History): readonly number[] {
  const rows: number[] = []
  for (let row = from; row < to; row += 1)
    if (columns.some(({ values }) => Number.isFinite(values[row]))) rows.push(row)
  const between = (fold: number) => rows[Math.floor((rows.length * fold) / FOLDS)] ?? to
  return [from, ...Array.from({ length: FOLDS - 1 }, (_, at) => between(at + 1)), to]
}

function score(model: ForestModel, window: Window, from: number, to: number): Float64Array {
  const columns = model.signals.map((signal) => window.columns.find((column) => column.signal === signal))
  const { width, onLines: cells, asUsual } = read(window, columns, model, [from, to])
  const missing = columns.map((column) => missingBefore(column, from))
  const scores = new Float64Array(to - from).fill(Number.NaN)
  for (let row = from; row < to; row += 1) {
    if (brieflyMissing(columns, missing, row)) continue
    const at = (row - from) * width
    if (Number.isNaN(cells[at] ?? Number.NaN)) continue
    const soon = moreUsual(scoreAt(model.forest, cells, at), model.forest, asUsual, at)
    scores[row - from] = model.bands === undefined ? soon : Math.sqrt(soon * reachAt(cells, at))
  }
  return scores
}

/**
 * What a gap before a row hid may have lain on a line or been as usual: the row is read in the way that makes it the more usual one, since a mean of lines
 * strays further than one of samples.
 */
function moreUsual(score: number, forest: Forest, asUsual: Float64Array | undefined, at: number): number {
  if (asUsual === undefined || Number.isNaN(asUsual[at] ?? Number.NaN)) return score
  return Math.min(score, scoreAt(forest, asUsual, at))
}

function missingBefore(column: Column | undefined, from: number): number {
  let missing = 0
  while (missing <= BRIEFLY && !Number.isFinite(column?.values[from - 1 - missing] ?? Number.NaN)) missing += 1
  return missing
}

/** Counts on which columns are missing at a row; whether any of them has only just gone, so that nobody knows what it would say. */
function brieflyMissing(columns: readonly (Column | undefined)[], missing: number[], row: number): boolean {
  let briefly = false
  for (let at = 0; at < columns.length; at += 1) {
    const there = Number.isFinite(columns[at]?.values[row] ?? Number.NaN)
    missing[at] = there ? 0 : (missing[at] ?? 0) + 1
    if (!there && (missing[at] ?? 0) <= BRIEFLY) briefly = true
  }
  return briefly
}

/** Whether the finite values differ by more than rounding. */
function moves(values: Float64Array, from: number, to: number): boolean {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let row = from; row < to; row += 1) {
    const value = values[row] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low > STILL * Math.max(Math.abs(low), Math.abs(high))
}
