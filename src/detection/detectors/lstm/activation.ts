/** From here on the approximation below would pass 1. */
const SATURATED = 6.298

/**
 * tanh by Lambert's continued fraction of depth nine: within 7e-6 everywhere, exact to 1e-9 up to 2, odd, and about three times as fast as
 * Math.tanh. Only sums, products and one quotient, so the same bits on every machine, which Math.tanh does not promise.
 */
export function tanh(x: number): number {
  if (x > SATURATED) return 1
  if (x < -SATURATED) return -1
  const y = x * x
  const over = 34459425 + y * (4729725 + y * (135135 + y * (990 + y)))
  const under = 34459425 + y * (16216200 + y * (945945 + y * (13860 + y * 45)))
  return (x * over) / under
}

export function sigmoid(x: number): number {
  return 0.5 + 0.5 * tanh(0.5 * x)
}
