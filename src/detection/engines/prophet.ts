import { EngineLost, type ProphetEngine, type ProphetForecast, type ProphetInput } from '../engines.ts'
import { mostProbable, type Parameters, type StanData } from './posterior.ts'

/** How a pattern is fitted. */
type Pattern =
  | { readonly type: 'fourier'; readonly order: number }
  | { readonly type: 'manual'; readonly enabled: false }

type Options = {
  readonly yearlySeasonality: Pattern
  readonly weeklySeasonality: Pattern
  readonly dailySeasonality: Pattern
  readonly nChangepoints: number
  readonly changepointPriorScale?: number
  readonly growth?: 'flat'
  readonly uncertaintySamples: number
  readonly intervalWidth?: number
  /** Searches the parameters in the place of the library's own. */
  readonly optimizer?: Optimizer
}

type Logs = Readonly<Record<'debug' | 'info' | 'warn' | 'error' | 'fatal', string>>

/** How the library has parameters searched: `data` is JSON of `StanData`. */
type Optimizer = {
  readonly optimize: (init: unknown, data: string) => { readonly logs: Logs; readonly params: Parameters }
}

type Yhat = { readonly point: number[]; readonly intervals: { lower: number[]; upper: number[] } | undefined }

/** What is used of one model of `@bsull/augurs/prophet` 0.10.2. */
type Model = {
  fit(data: { ds: number[]; y: number[] }, options: { algorithm: 'lbfgs' | 'bfgs'; seed: number }): void
  predict(data: { ds: number[] }): { readonly yhat: Yhat }
  free(): void
}

/** What is used of `@bsull/augurs/prophet`, by itself over the optimizer of `@bsull/augurs-prophet-wasmstan`, and the bytes of the former's module. */
export type ProphetLibrary = {
  readonly initSync: (from: { module: Uint8Array<ArrayBuffer> }) => unknown
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly modelOf: (options: Options) => Model
}

/** How an optimizer says that it came to no end. Anything else it throws has broken the module. */
const NO_END = 'Optimization terminated with error'
const SILENT: Logs = { debug: '', info: '', warn: '', error: '', fatal: '' }

/** Ours, which solves what the library's search. */
const direct: Optimizer = {
  optimize: (_, data) => {
    const params = mostProbable(JSON.parse(data) as StanData) // the library's own words
    if (params === undefined) throw new Error(NO_END)
    return { logs: SILENT, params }
  },
}

/**
 * Ways to an end, tried in turn: the direct one, then those of the library. L-BFGS dies on short noise now and then ("line search failed"): another optimizer, a freer trend and none
 * at all find the way. Newton is left out on purpose: where it fails it throws within the module, and after a dozen of those every later fit
 * of the thread fails (measured).
 */
const WAYS = [
  { algorithm: 'lbfgs', options: { optimizer: direct } },
  { algorithm: 'lbfgs', options: {} },
  { algorithm: 'bfgs', options: {} },
  { algorithm: 'lbfgs', options: { changepointPriorScale: 0.2 } },
  { algorithm: 'lbfgs', options: { growth: 'flat' } },
] as const
/** The library fits two points without a complaint, and to no use. */
const LEAST_POINTS = 12
/** Breaks that the trend may have. The library's default of 25 takes three times as long and follows a week of samples too closely. */
const CHANGEPOINTS = 8
/** A forecast that leaves the range of what was seen by more ranges than this is an explosion. */
const MOST_RANGES = 10

/**
 * Prophet over augurs, whose own way to find its module fetches a `file:` URL: Node does not do that, so it is given the bytes. A fit is
 * deterministic, and its memory is given back. Values are brought to 0 to 1, so that a small swing at a high level is fitted as well as one
 * around nought, and L-BFGS seldom fails. Prints nothing on stdout; the optimizer says on stderr where it came to no end. Throws
 * `EngineLost` when the library threw anything else.
 */
export function prophetEngine(library: ProphetLibrary): ProphetEngine {
  library.initSync({ module: library.wasm })
  let lost: unknown
  return (input) => {
    if (lost !== undefined) throw new EngineLost('prophet', lost)
    const points = pointsOf(input)
    if (points.seconds.length < LEAST_POINTS || !Number.isFinite(points.reach)) return undefined
    // The library divides by the largest value, and breaks on nought.
    if (points.reach === 0) return { mean: new Float64Array(input.at.length).fill(points.low) }
    try {
      for (const way of WAYS) {
        const forecast = attempt(library, input, points, way)
        if (forecast !== undefined) return forecast
      }
    } catch (cause) {
      lost = cause
      throw new EngineLost('prophet', cause)
    }
    return undefined
  }
}

function attempt(
  { modelOf }: ProphetLibrary,
  input: ProphetInput,
  points: Points,
  way: (typeof WAYS)[number],
): ProphetForecast | undefined {
  const model = modelOf({ ...optionsOf(input), ...way.options })
  try {
    model.fit({ ds: points.seconds, y: points.values }, { algorithm: way.algorithm, seed: 1 })
    return forecastOf(model.predict({ ds: [...input.at] }).yhat, points)
  } catch (cause) {
    if (cause instanceof Error && cause.message.includes(NO_END)) return undefined
    throw cause
  } finally {
    model.free()
  }
}

/** `values` from 0 to 1: what they were is `low + reach * value`. */
type Points = { readonly seconds: number[]; readonly values: number[]; readonly low: number; readonly reach: number }

function pointsOf({ seconds, values }: ProphetInput): Points {
  const known = seconds.flatMap((at, row) => {
    const value = values[row] ?? Number.NaN
    return Number.isFinite(value) && Number.isFinite(at) ? [{ at, value }] : []
  })
  const low = known.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = known.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const reach = high - low
  return { seconds: known.map(({ at }) => at), values: known.map(({ value }) => (value - low) / reach), low, reach }
}

function optionsOf({ daily, weekly, interval }: ProphetInput) {
  return {
    yearlySeasonality: OFF,
    dailySeasonality: pattern(daily),
    weeklySeasonality: pattern(weekly),
    nChangepoints: CHANGEPOINTS,
    ...(interval === undefined ? { uncertaintySamples: 0 } : { intervalWidth: interval, uncertaintySamples: 200 }),
  }
}

const OFF: Pattern = { type: 'manual', enabled: false }

function pattern(order: number): Pattern {
  return order < 1 ? OFF : { type: 'fourier', order }
}

/** Undefined where anything of it is not finite, or far beyond anything seen. */
function forecastOf({ point, intervals }: Yhat, { low, reach }: Points): ProphetForecast | undefined {
  if (!point.every((value) => value > -MOST_RANGES && value < 1 + MOST_RANGES)) return undefined
  const unscaled = (values: readonly number[]) => Float64Array.from(values, (value) => low + reach * value)
  const mean = unscaled(point)
  return intervals === undefined ? { mean } : { mean, low: unscaled(intervals.lower), high: unscaled(intervals.upper) }
}
