/**
 * A forecast of so many steps: mean and variance of each, in the values' unit and its square. `response[h]` is what one unit more in the
 * newest value adds to the mean of step h: with it the forecast can be carried over later values without another fit.
 */
export type Forecast = {
  readonly mean: Float64Array
  readonly variance: Float64Array
  readonly response: Float64Array
}

/** ARIMA(p, d, q) of values without gaps, forecast `ahead` steps. Undefined where the library came to no usable fit. */
export type ArimaEngine = (
  values: Float64Array,
  order: readonly [p: number, d: number, q: number],
  ahead: number,
) => Forecast | undefined

export type ProphetInput = {
  /** Moments in epoch seconds, ascending, and the value at each; NaN is left out. */
  readonly seconds: readonly number[]
  readonly values: readonly number[]
  /** Fourier order of each pattern: so many swings within a period can be told apart. 0 leaves it out. */
  readonly daily: number
  readonly weekly: number
  /** Moments to forecast, epoch seconds, ascending. */
  readonly at: readonly number[]
  /** Share that the interval should cover, 0 to 1; without it no interval is computed, which is much faster. */
  readonly interval?: number
}

export type ProphetForecast = {
  readonly mean: Float64Array
  readonly low?: Float64Array
  readonly high?: Float64Array
}

/** Prophet on irregular moments. Undefined where no optimiser came to an end. */
export type ProphetEngine = (input: ProphetInput) => ProphetForecast | undefined

/**
 * The numeric libraries behind the models, loaded by whoever composes the program: fits need them, scoring never does. They are not safe to
 * share between threads, and a fit can poison one for its whole process, so they belong into a worker that can be replaced.
 */
export type Engines = { readonly arima: ArimaEngine; readonly prophet: ProphetEngine }

/** A library is of no more use to this thread: the thread is to be replaced. */
export class EngineLost extends Error {
  override readonly name = 'EngineLost'

  constructor(engine: keyof Engines, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`the library behind ${engine} is lost for this thread: ${why}`, { cause })
  }
}

/** Where no library is loaded: the models that need one abstain. */
export const NO_ENGINES: Engines = { arima: () => undefined, prophet: () => undefined }
