/** An error smaller than this share of the largest one is rounding. */
const ROUNDING = 1e-6

/**
 * The median size of the errors that were made at all: most samples of a column may stand still, and half of them may be anomalies. Undefined
 * where none was made.
 */
export function usualError(errors: Float64Array): number | undefined {
  const sizes = errors.filter(Number.isFinite).map(Math.abs).sort()
  const rounding = ROUNDING * (sizes.at(-1) ?? 0)
  const from = sizes.findIndex((size) => size > rounding)
  return from < 0 ? undefined : sizes[(from + sizes.length) >> 1]
}
