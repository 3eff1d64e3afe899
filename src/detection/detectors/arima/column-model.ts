import type { ArimaEngine } from '../../engines.ts'
import type { Column } from '../../window.ts'
import { moves } from '../columns.ts'
import { unitOf } from '../compared.ts'
import { type Carrier, errorsOf } from './carried.ts'
import { stretchBefore, withoutOutliers } from './cleaned.ts'

/** Values that a fit reads: more cost time and look too far back. */
const MOST_VALUES = 480
/** One step of memory on the changes, the best of those measured; without any where the library comes to no usable fit of that. */
const ORDERS = [
  [1, 1, 1],
  [0, 1, 1],
] as const
/** Steps of a forecast; beyond them a healthy one has come to rest. */
const AHEAD = 64
/** Rows that say how large errors usually are. */
const MOST_ERRORS = 4000

/** ARIMA of one column, up to some row. Plain data. */
export type ColumnModel = {
  readonly signal: string
  readonly carrier: Carrier
  /** The newest errors before the first row that is forecast. */
  readonly recent: Float64Array
  /** Errors are counted in these; above 0. */
  readonly unit: number
}

export type ColumnFit = {
  readonly upTo: number
  readonly engine: ArimaEngine
  /** So many rows are judged together. */
  readonly together: number
  /** Whether errors have to be comparable with those of other columns. */
  readonly scaled: boolean
}

/** Fits one column on the rows before `upTo`; undefined where the library came to no usable fit, or no error was ever made. */
export function fitColumn({ signal, values }: Column, asked: ColumnFit): ColumnModel | undefined {
  const { upTo, engine, together, scaled } = asked
  const stretch = stretchBefore(values, upTo, MOST_VALUES)
  const forecast = forecastOf(stretch.values, engine)
  if (forecast === undefined) return undefined
  const errors = errorsBefore(values, upTo, forecast.response)
  const unit = scaled ? unitOf(errors.map(Math.abs)) : 1
  if (unit === undefined) return undefined
  const recent = together > 1 ? errors.slice(1 - together) : new Float64Array(0)
  return { signal, carrier: rested(forecast, stretch.missing), recent, unit }
}

/**
 * Length of the errors of `together` rows up to each of [from, to), in the model's units; NaN for a row without an error of its own.
 * `first` is the first row that the model forecasts.
 */
export function judgeColumn(
  { carrier, recent, unit }: ColumnModel,
  values: Float64Array,
  together: number,
  [first, from, to]: readonly [first: number, from: number, to: number],
): Float64Array {
  const later = errorsOf(carrier, values, first, to)
  const sizes = new Float64Array(recent.length + later.length)
  sizes.set(recent)
  sizes.set(later, recent.length)
  for (let at = 0; at < sizes.length; at += 1) sizes[at] = Math.abs(sizes[at] ?? Number.NaN) / unit
  const start = recent.length + from - first
  const lengths = later.slice(from - first)
  for (let at = 0; at < lengths.length; at += 1) lengths[at] = lengthOf(sizes, start + at, together)
  return lengths
}

/** Euclidean length of the known ones of so many sizes, without an overflow on the way. */
function lengthOf(sizes: Float64Array, at: number, together: number): number {
  const own = sizes[at] ?? Number.NaN
  if (together === 1 || !Number.isFinite(own)) return own
  let largest = own
  for (let back = 1; back < together; back += 1) largest = Math.max(largest, known(sizes[at - back]))
  if (largest === 0) return 0
  let squares = 0
  for (let back = 0; back < together; back += 1) squares += (known(sizes[at - back]) / largest) ** 2
  return largest * Math.sqrt(squares)
}

function known(size: number | undefined): number {
  return size !== undefined && Number.isFinite(size) ? size : 0
}

type Forecast = { readonly mean: Float64Array; readonly response: Float64Array }

/** What stood still of late is expected to go on like that, whatever its samples do. */
function forecastOf(values: Float64Array, engine: ArimaEngine): Forecast | undefined {
  if (values.length === 0) return undefined
  const cleaned = withoutOutliers(values)
  if (moves(cleaned)) {
    for (const order of ORDERS) {
      const forecast = engine(cleaned, order, AHEAD)
      if (forecast !== undefined) return { mean: forecast.mean, response: forecast.response }
    }
    return undefined
  }
  const level = cleaned.at(-1)
  if (level === undefined) return undefined
  return { mean: new Float64Array(AHEAD).fill(level), response: new Float64Array(AHEAD) }
}

/** The same forecast after so many rows without a sample. */
function rested({ mean, response }: Forecast, missing: number): Carrier {
  const last = mean.at(-1) ?? 0
  return { mean: mean.map((_, step) => mean[step + missing] ?? last), response, missing }
}

/** Errors of the history, as this model would have made them. */
function errorsBefore(values: Float64Array, upTo: number, response: Float64Array): Float64Array {
  const from = Math.max(0, upTo - MOST_ERRORS)
  const first = values.subarray(from, upTo).findIndex(Number.isFinite)
  if (first < 0) return new Float64Array(0)
  const mean = new Float64Array(response.length).fill(values[from + first] ?? 0)
  return errorsOf({ mean, response, missing: 0 }, values, from + first + 1, upTo)
}
