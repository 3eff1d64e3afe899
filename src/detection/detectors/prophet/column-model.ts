import type { ProphetEngine } from '../../engines.ts'
import { type Column, rowMs, type Window } from '../../window.ts'
import { bridged } from '../bridged.ts'
import { unitOf } from '../compared.ts'
import type { Silence } from '../detector.ts'
import type { Offset } from '../local-time.ts'
import type { RunningMedian } from '../running-median.ts'
import { type Curve, cut } from './curve.ts'
import { type History, historyOf, REACH_MS, type Stretch } from './history.ts'
import { levelRows, residualsOf } from './residuals.ts'
import { partOf, type Season, seasonOf } from './season.ts'
import { type Spread, spreadOf } from './spread.ts'

const HOUR_MS = 3_600_000
/** Blocks of history below which there is nothing to fit. */
const LEAST_BLOCKS = 24
/** Stretches of the history, each of which is judged by a fit without it. */
const FOLDS = 4

/** A history that is coarser further back misses more than this between two samples. */
const MOST_BRIDGED = 3

/** Beyond this it does not matter how far. */
const MOST_SPREADS = 1e9

/** Plain data: what is expected of one column over the rows that the fit serves, and how far it strays from that. */
export type ColumnModel = {
  readonly signal: string
  readonly curve: Curve
  /** For each value of the curve, in the column's unit. */
  readonly spread: Float64Array
}

/** What a column is learned from. */
export type Lesson = {
  readonly window: Window
  readonly upTo: number
  readonly engine: ProphetEngine
  readonly offset: Offset
  readonly excluded: readonly Stretch[]
  /** Rows after `upTo` that are to be judged. */
  readonly ahead: number
}

type Learned = { readonly history: History; readonly season: Season; readonly spread: Spread; readonly from: number }

function learn(seen: Column, lesson: Lesson): Learned | Silence {
  const { window, upTo, engine, offset, excluded, ahead } = lesson
  const from = Math.max(0, upTo - Math.floor(REACH_MS / window.stepMs))
  const column = { ...seen, values: bridged(seen.values, from, upTo, MOST_BRIDGED) }
  const history = historyOf(column.values, window, from, upTo, excluded)
  if (history.values.length < LEAST_BLOCKS) return 'too-little-data'
  const season = seasonOf(engine, history, offset, rowMs(window, upTo + ahead))
  if (season === undefined) return 'failed'
  const left = residualsOf(season.curve, window, column, [from, upTo])
  const spread = spreadOf(left, (row) => hourOf(rowMs(window, from + row), offset), window.stepMs)
  if (!spread.some((one) => one > 0)) return 'flat'
  if (window.columns.length === 1) return { history, season, spread, from }
  // Spreads that compare with those of other columns.
  const far = left.map((one, row) => Math.abs(one) / (spread[hourOf(rowMs(window, from + row), offset)] ?? Number.NaN))
  const unit = unitOf(far) ?? 1
  return { history, season, spread: spread.map((one) => one * unit), from }
}

export function fitColumn(column: Column, lesson: Lesson): ColumnModel | Silence {
  const learned = learn(column, lesson)
  if (typeof learned === 'string') return learned
  const { window, upTo, ahead } = lesson
  const lead = levelRows(window.stepMs)
  const curve = cut(learned.season.curve, rowMs(window, upTo - lead), rowMs(window, upTo + ahead))
  return modelOf(column, curve, learned.spread, lesson.offset)
}

/** Scores of the history's rows, each stretch by a fit without it; NaN before the reach of a fit, and where a fit failed. */
export function heldOutOf(column: Column, lesson: Lesson): Float64Array {
  const { window, upTo, engine, offset } = lesson
  const scores = new Float64Array(upTo).fill(Number.NaN)
  const learned = learn(column, lesson)
  if (typeof learned === 'string') return scores
  const { season, history } = learned
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const start = learned.from + Math.floor(((upTo - learned.from) * fold) / FOLDS)
    const end = learned.from + Math.floor(((upTo - learned.from) * (fold + 1)) / FOLDS)
    const startMs = rowMs(window, start)
    const endMs = rowMs(window, end)
    const kept = (atMs: number) => atMs < startMs || atMs >= endMs
    const range = { fromMs: history.moments[0] ?? startMs, toMs: rowMs(window, upTo) }
    const curve = partOf(engine, { season, history, kept }, offset, range)
    if (curve === undefined) continue
    scores.set(judgeColumn(modelOf(column, curve, learned.spread, offset), window, column, [start, end]), start)
  }
  return scores
}

function modelOf(column: Column, curve: Curve, spread: Spread, offset: Offset): ColumnModel {
  const at = (block: number) => hourOf(curve.startMs + block * curve.blockMs, offset)
  return { signal: column.signal, curve, spread: curve.mean.map((_, block) => spread[at(block)] ?? 0) }
}

/** How many spreads each row of [from, to) is away from what is expected. NaN where the sample is missing or the curve has ended. */
export function judgeColumn(
  model: ColumnModel,
  window: Window,
  column: Column,
  [from, to]: readonly [from: number, to: number],
  late?: RunningMedian,
): Float64Array {
  const { startMs, blockMs } = model.curve
  const scores = residualsOf(model.curve, window, column, [from, to], late)
  for (let at = 0; at < scores.length; at += 1) {
    const left = scores[at] ?? Number.NaN
    const block = Math.floor((rowMs(window, from + at) - startMs) / blockMs)
    const spread = model.spread[block] ?? Number.NaN
    scores[at] = left === 0 ? 0 : Math.min(MOST_SPREADS, Math.abs(left) / spread)
  }
  return scores
}

function hourOf(atMs: number, offset: Offset): number {
  const hour = Math.floor((atMs + offset(atMs)) / HOUR_MS) % 24
  return (hour + 24) % 24
}
