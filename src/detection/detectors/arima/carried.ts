import { Course, TAKEN_BACK } from './course.ts'

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
const BRIDGED = TAKEN_BACK

/**
 * Differences of the rows [from, to) of `values` from what was forecast one step ahead. NaN for a missing row, and for the first sample after
 * more missing rows than the forecast reaches: the level goes on from there. What a short gap hid may have been as forecast, and then the
 * error grew through it; or it may have lain on the line to the sample after it. Of both that is taken which makes this sample the more usual
 * one. `from` is the first row that the carrier forecasts.
 */
export function errorsOf(carrier: Carrier, values: Float64Array, from: number, to: number): Float64Array {
  const course = new Course(carrier, to - from)
  const errors = new Float64Array(Math.max(0, to - from)).fill(Number.NaN)
  let growth: Float64Array | undefined
  let missing = carrier.missing
  for (let row = from; row < to; row += 1) {
    const error = (values[row] ?? Number.NaN) - course.next()
    if (!Number.isFinite(error)) {
      missing += 1
      course.went(0)
      continue
    }
    if (missing > 0) growth ??= growthOf(carrier.response)
    const grown = error / (growth?.[missing] ?? 1)
    const straight = missing > 0 && row - missing >= from ? bridge(course, values, row, missing) : Number.NaN
    if (Math.abs(straight) < Math.abs(grown)) {
      errors[row - from] = straight
      course.went(straight)
    } else {
      if (!Number.isNaN(straight)) rest(course, missing)
      const known = missing <= carrier.mean.length
      if (known) errors[row - from] = grown
      course.went(error, !known)
    }
    missing = 0
  }
  return errors
}

/** Lets a course pass through a gap before `row` on a line; the error of that row then. NaN where there is no short line. */
function bridge(course: Course, values: Float64Array, row: number, missing: number): number {
  const earlier = values[row - missing - 1] ?? Number.NaN
  const later = values[row] ?? Number.NaN
  if (missing > BRIDGED || !Number.isFinite(later - earlier)) return Number.NaN
  course.back(missing)
  for (let step = 1; step <= missing; step += 1) {
    const between = earlier + ((later - earlier) * step) / (missing + 1)
    course.went(between - course.next())
  }
  return later - course.next()
}

/** Lets a course pass through a gap as was forecast, where it has passed on a line. */
function rest(course: Course, missing: number): void {
  course.back(missing)
  for (let step = 0; step < missing; step += 1) course.went(0)
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
