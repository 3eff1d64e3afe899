/**
 * Bounds between which a new error of the same kind lies with probability `coverage` (0 to 1), from errors that were made out of sample: the
 * order statistics of split conformal prediction, half of the misses on either side. Errors that overlap in time tell less than their number
 * says: `independent` is how many of them do not. Where that is too few for the coverage, the bounds are the smallest and the largest, and
 * beyond them as much as so few may have missed.
 */
export function conformalBounds(
  errors: readonly number[],
  coverage: number,
  independent: number,
): { readonly low: number; readonly high: number } {
  const sorted = Float64Array.from(errors).filter(Number.isFinite).sort()
  const last = sorted.length - 1
  const told = Math.max(1, Math.min(independent, sorted.length))
  const outside = ((told + 1) * (1 - coverage)) / 2
  if (outside < 1) {
    const beyond = 1 + 1 / told
    return { low: stretched(sorted[0] ?? Number.NaN, -beyond), high: stretched(sorted[last] ?? Number.NaN, beyond) }
  }
  const below = Math.min(last, Math.floor(((outside - 1) / told) * sorted.length))
  return { low: sorted[below] ?? Number.NaN, high: sorted[last - below] ?? Number.NaN }
}

/** A bound on the far side of nought, further out; one that is not there already is moved inwards by nothing. */
function stretched(bound: number, by: number): number {
  return Math.sign(bound) === Math.sign(by) ? bound * Math.abs(by) : bound
}
