/** Moments of the gradient, of Adam (Kingma and Ba 2015). */
export type Moments = {
  readonly first: Float64Array
  readonly second: Float64Array
  /** FIRST and SECOND to the power of the steps taken: how much of the moments is still the zeros that they began with. */
  firstLeft: number
  secondLeft: number
}

const FIRST = 0.9
const SECOND = 0.999
const TINY = 1e-8
/** A batch with a steeper gradient is taken for one of this length. */
const STEEPEST = 1

export function momentsFor(weights: Float64Array): Moments {
  return {
    first: new Float64Array(weights.length),
    second: new Float64Array(weights.length),
    firstLeft: 1,
    secondLeft: 1,
  }
}

/** One step down the gradient of `count` windows, which is emptied. */
export function step(
  weights: Float64Array,
  gradient: Float64Array,
  moments: Moments,
  rate: number,
  count: number,
): void {
  const share = shortened(gradient, count)
  moments.firstLeft *= FIRST
  moments.secondLeft *= SECOND
  const { first, second } = moments
  const size = (rate * Math.sqrt(1 - moments.secondLeft)) / (1 - moments.firstLeft)
  for (let at = 0; at < weights.length; at += 1) {
    const slope = (gradient[at] ?? 0) * share
    const mean = FIRST * (first[at] ?? 0) + (1 - FIRST) * slope
    const square = SECOND * (second[at] ?? 0) + (1 - SECOND) * slope * slope
    first[at] = mean
    second[at] = square
    weights[at] = (weights[at] ?? 0) - (size * mean) / (Math.sqrt(square) + TINY)
  }
  gradient.fill(0)
}

function shortened(gradient: Float64Array, count: number): number {
  let squares = 0
  for (let at = 0; at < gradient.length; at += 1) squares += (gradient[at] ?? 0) * (gradient[at] ?? 0)
  const length = Math.sqrt(squares) / count
  return Math.min(1, STEEPEST / Math.max(length, TINY)) / count
}
