/**
 * Beyond so many of its usual deviations it does not matter how far a metric is: or else the one that a deploy or a job of the night moves furthest would
 * say what is strange for all of them.
 */
export const MOST = 12
/** A metric that mostly stands still has no usual deviation. A usual move of it counts as so many. */
const MOVE = 6
/** Quantiles of the size of a deviation, and where a normal distribution of spread 1 has them. */
const QUANTILES = [
  { share: 0.5, normal: 0.6745 },
  { share: 0.9, normal: 1.6449 },
] as const
/** A size below this share of the largest is rounding. */
const ROUNDING = 1e-6

/**
 * What deviations of one metric are measured in so that they compare with those of others, by their sizes in its history. Undefined where it
 * never deviated.
 */
export function unitOf(sizes: ArrayLike<number>): number | undefined {
  const sorted = Float64Array.from(sizes).filter(Number.isFinite).sort()
  const largest = sorted.at(-1) ?? 0
  const from = sorted.findIndex((size) => size > ROUNDING * largest)
  if (from < 0) return undefined
  const spreads = QUANTILES.map(({ share, normal }) => (sorted[Math.floor(share * sorted.length)] ?? 0) / normal)
  const spread = Math.max(...spreads)
  return spread > ROUNDING * largest ? spread : (sorted[(from + sorted.length) >> 1] ?? largest) / MOVE
}

/**
 * Rows of several metrics as one score each: the two largest deviations together, neither of them beyond all measure. What is wrong with a
 * workload mostly shows in more than one.
 */
export class Together {
  readonly #first: Float64Array
  readonly #second: Float64Array

  constructor(rows: number) {
    this.#first = new Float64Array(rows).fill(Number.NaN)
    this.#second = new Float64Array(rows)
  }

  /** A deviation in the metric's own `unitOf`; NaN where it was not judged. */
  add(row: number, deviation: number): void {
    const size = Math.min(MOST, deviation)
    const first = this.#first[row] ?? Number.NaN
    if (size > first) this.#second[row] = first
    else if (size > (this.#second[row] ?? 0) && !Number.isNaN(first)) this.#second[row] = size
    if (Number.isFinite(size) && !(size <= first)) this.#first[row] = size
  }

  /** NaN where no metric was judged. */
  score(row: number): number {
    return (this.#first[row] ?? Number.NaN) + (this.#second[row] ?? 0)
  }

  scores(): Float64Array {
    return this.#first.map((first, row) => first + (this.#second[row] ?? 0))
  }
}
