/** A forecast and what is needed to carry it over the rows that follow. Plain data. */
export type Carrier = {
  /** Forecast of the rows after the fit, the first one first. Beyond its end it stays as it ends. */
  readonly mean: Float64Array
  /** What one unit more in a row adds to the forecast of each row after it. Beyond its end it stays as it ends. */
  readonly response: Float64Array
  /** Rows without a sample right before the first one forecast. */
  readonly missing: number
}

/** So short a gap may have been passed on a line. */
const BRIDGED = 12

/**
 * Differences of the rows [from, to) of `values` from what was forecast one step ahead. NaN for a missing row, and for the first sample after
 * more missing rows than the forecast reaches: the level goes on from there. What a short gap hid may have been as forecast, and then the
 * error grew through it; or it may have lain on the line to the sample after it. Of both that is taken which makes this sample the more usual
 * one. `from` is the first row that the carrier forecasts.
 */
export function errorsOf(carrier: Carrier, values: Float64Array, from: number, to: number): Float64Array {
  const { response } = carrier
  const forecast = carrier.mean.slice()
  const bridged = new Float64Array(forecast.length)
  const errors = new Float64Array(Math.max(0, to - from)).fill(Number.NaN)
  const growth = growthOf(response)
  const lasting = new Float64Array(response.length).fill(1)
  let missing = carrier.missing
  for (let row = from; row < to; row += 1) {
    const error = (values[row] ?? Number.NaN) - (forecast[0] ?? Number.NaN)
    if (!Number.isFinite(error)) {
      if (missing === 0) bridged.set(forecast)
      missing += 1
      advance(forecast, response, 0)
      continue
    }
    const grown = error / (growth[missing] ?? 1)
    const straight = missing > 0 && row - missing >= from ? bridge(bridged, response, values, row, missing) : Number.NaN
    const known = missing <= forecast.length
    if (Math.abs(straight) < Math.abs(grown)) {
      errors[row - from] = straight
      forecast.set(bridged)
      advance(forecast, response, straight)
    } else {
      if (known) errors[row - from] = grown
      advance(forecast, known ? response : lasting, error)
    }
    missing = 0
  }
  return errors
}

/** Moves a forecast on over the line through a gap before `row`; the error of that row then. NaN where there is no short line. */
function bridge(
  forecast: Float64Array,
  response: Float64Array,
  values: Float64Array,
  row: number,
  missing: number,
): number {
  const earlier = values[row - missing - 1] ?? Number.NaN
  const later = values[row] ?? Number.NaN
  if (missing > BRIDGED || !Number.isFinite(later - earlier)) return Number.NaN
  for (let step = 1; step <= missing; step += 1) {
    const between = earlier + ((later - earlier) * step) / (missing + 1)
    advance(forecast, response, between - (forecast[0] ?? 0))
  }
  return later - (forecast[0] ?? 0)
}

/** Moves a forecast on by one row that differed from it by `error`. */
function advance(forecast: Float64Array, response: Float64Array, error: number): void {
  const last = forecast.length - 1
  for (let step = 0; step < last; step += 1) forecast[step] = (forecast[step + 1] ?? 0) + (response[step] ?? 0) * error
  forecast[last] = (forecast[last] ?? 0) + (response[last] ?? 0) * error
}

/** Standard deviation of the error after so many missing rows, in those of one step. */
function growthOf(response: Float64Array): Float64Array {
  const growth = new Float64Array(response.length + 1)
  let squares = 1
  growth[0] = 1
  for (const [step, effect] of response.entries()) {
    squares += effect * effect
    growth[step + 1] = Math.sqrt(squares)
  }
  return growth
}
