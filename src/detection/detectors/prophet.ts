import type { Window } from '../window.ts'
import { judgeable, strangest } from './columns.ts'
import type { Detector, FitInput, FitOutcome, Silence } from './detector.ts'
import { offsetOf } from './local-time.ts'
import { type ColumnModel, fitColumn, heldOutOf, judgeColumn, type Lesson } from './prophet/column-model.ts'
import type { Stretch } from './prophet/history.ts'
import { lateFor } from './prophet/residuals.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A season changes slowly, and the level of late is taken off anyway. */
const FIT_EVERY_MS = 6 * HOUR_MS
/** At a coarse step a fit serves this many rows at least. */
const LEAST_SERVED = 12
/** Samples of a column below which nothing is fitted. */
const LEAST_ROWS = 24

/** Plain data: a model for each column that moved. */
export type ProphetModel = { readonly columns: readonly ColumnModel[] }

export type ProphetSettings = {
  /** IANA zone whose clock the days and weeks of the metrics follow. */
  readonly timeZone: string
  /** Known events that nothing usual is learned from. */
  readonly excluded: readonly Stretch[]
}

/**
 * Prophet's season of each metric by itself. A row's score is how far its strangest column is from what its time of day and week would have,
 * in spreads of that hour, once the level of the last hours is taken off. Held out by quarters of the history.
 */
export function prophetWith({ timeZone, excluded }: ProphetSettings): Detector<ProphetModel> {
  const offset = offsetOf(timeZone)
  const lessonOf = ({ window, upTo, engines }: FitInput): Lesson => ({
    window,
    upTo,
    engine: engines.prophet,
    offset,
    excluded,
    ahead: Math.max(2 * serves(window.stepMs), Math.ceil(DAY_MS / window.stepMs)),
  })
  return {
    id: 'prophet',
    serves,
    fit: (input) => fitted(input, lessonOf(input)),
    heldOut: (input) => scored(input, lessonOf(input)),
    score,
  }
}

/** By the clock of UTC, with nothing excluded. */
export const prophet: Detector<ProphetModel> = prophetWith({ timeZone: 'UTC', excluded: [] })

function serves(stepMs: number): number {
  return Math.max(LEAST_SERVED, Math.ceil(FIT_EVERY_MS / stepMs))
}

function fitted({ window, upTo }: FitInput, lesson: Lesson): FitOutcome<ProphetModel> {
  const columns = judgeable(window, upTo, LEAST_ROWS)
  if (typeof columns === 'string') return { fitted: false, why: columns }
  const silences: Silence[] = []
  const models = columns.flatMap((column) => {
    const model = fitColumn(column, lesson)
    if (typeof model !== 'string') return [model]
    silences.push(model)
    return []
  })
  return models.length > 0
    ? { fitted: true, model: { columns: models } }
    : { fitted: false, why: silences[0] ?? 'too-little-data' }
}

function scored({ window, upTo }: FitInput, lesson: Lesson): Float64Array {
  const columns = judgeable(window, upTo, LEAST_ROWS)
  if (typeof columns === 'string') return new Float64Array(0)
  return strangest(columns, window, upTo, (column) => heldOutOf(column, lesson))
}

function score({ columns }: ProphetModel, window: Window, from: number, to: number): Float64Array {
  const late = lateFor(window.stepMs)
  return strangest(columns, window, to - from, (model, column) => judgeColumn(model, window, column, [from, to], late))
}
