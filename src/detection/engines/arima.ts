import { type ArimaEngine, EngineLost, type Forecast } from '../engines.ts'

/** What is used of one model of package `arima` 0.2.8. `ts` holds the bytes of the values that it was trained on, and is what it forecasts from. */
type Model = {
  ts?: Uint8Array
  train(values: number[]): unknown
  predict(ahead: number): readonly [mean: readonly number[], variance: readonly number[]]
  destroy(): void
}

/** What is used of package `arima`, imported by whoever composes the program. */
export type ArimaLibrary = new (options: { p: number; d: number; q: number; method: number; verbose: boolean }) => Model

/** Conditional sum of squares: the exact methods 0 and 2 explode on one series in seventeen (reference: libraries, measured). */
const METHOD = 1
/** From about 10,000 values on the library writes beyond its stack, and never works again. */
const MOST_VALUES = 4000
/** The library refuses fewer, on top of the differences taken. */
const LEAST_VALUES = 10
/** A forecast that leaves the training range by more ranges than this is an explosion, not a forecast. */
const MOST_RANGES = 3

/**
 * ARIMA over package `arima`. Reads the newest 4,000 values. A fit is deterministic; its memory is given back. Throws `EngineLost` when
 * the library threw: its memory is shared by all fits of the thread, and what it says from then on is worth nothing.
 */
export function arimaEngine(Library: ArimaLibrary): ArimaEngine {
  let lost: unknown
  return (given, [p, d, q], ahead) => {
    if (lost !== undefined) throw new EngineLost('arima', lost)
    const values = given.subarray(-MOST_VALUES)
    const range = rangeOf(values)
    if (range === undefined || values.length < d + Math.max(p + q, LEAST_VALUES)) return undefined
    try {
      return forecastOf(new Library({ p, d, q, method: METHOD, verbose: false }), values, range, ahead)
    } catch (cause) {
      lost = cause
      throw new EngineLost('arima', cause)
    }
  }
}

type Range = { readonly low: number; readonly high: number; readonly width: number }

/** Undefined for values that never move or are not all finite: the library answers those with nonsense, and no error. */
function rangeOf(values: Float64Array): Range | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) return undefined
    if (value < low) low = value
    if (value > high) high = value
  }
  const width = high - low
  return width > 0 && Number.isFinite(width) ? { low, high, width } : undefined
}

/**
 * The values are scaled to their range first: the optimizer stops early on very small ones. Forecasts are linear in the values, so what one more unit in the
 * newest value adds to them is the response.
 */
function forecastOf(
  model: Model,
  values: Float64Array,
  { low, width, high }: Range,
  ahead: number,
): Forecast | undefined {
  const middle = low + width / 2
  const scaled = values.map((value) => (value - middle) / width)
  try {
    model.train(Array.from(scaled))
    const [mean, variance] = model.predict(ahead)
    scaled[scaled.length - 1] = (scaled.at(-1) ?? 0) + 1
    model.ts = new Uint8Array(scaled.buffer)
    const [bumped] = model.predict(ahead)
    const response = Float64Array.from(bumped, (value, at) => value - (mean[at] ?? Number.NaN))
    const forecast = {
      mean: Float64Array.from(mean, (value) => middle + width * value),
      variance: Float64Array.from(variance, (value) => width * width * value),
      response,
    }
    return usable(forecast, low - MOST_RANGES * width, high + MOST_RANGES * width) ? forecast : undefined
  } finally {
    model.destroy()
  }
}

function usable({ mean, variance, response }: Forecast, low: number, high: number): boolean {
  return (
    mean.every((value) => value >= low && value <= high) &&
    variance.every((value) => Number.isFinite(value) && value > 0) &&
    // A sample may start a trend; what grows faster than that is an explosion too.
    response.every((value, step) => Math.abs(value) <= step + 2)
  )
}
