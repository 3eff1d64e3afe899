/**
 * How a score ranks among those of healthy data that the model was not fitted on. Above `threshold` the excess follows a generalised
 * Pareto distribution, so that a short history has a far tail too; below, and where the excesses are too few, ranks decide.
 */
export type Tail = {
  /** Calibration scores, ascending. */
  readonly sorted: Float64Array
  /** Where only the highest are kept in full: of the `count` scores below them each `every`-th, ascending. */
  readonly lower?: { readonly sorted: Float64Array; readonly every: number; readonly count: number }
  readonly threshold: number
  readonly pareto?: Pareto
}

/** Above the threshold lies `share` of the scores. `reach` is the excess beyond which the fit expects less than one of them. */
type Pareto = { readonly scale: number; readonly shape: number; readonly share: number; readonly reach: number }

/** The largest scores that the tail is fitted to: this share, of a short history up to a quarter until there are this many. */
const TAIL_SHARE = 0.05
const WANTED_EXCESSES = 20
const MOST_SHARE = 0.25
/** Fewer have no shape; then ranks decide. */
const LEAST_EXCESSES = 8
/**
 * A tail that was fitted to few excesses is too sure of itself: the shape is widened by this over their number. Found by simulation: on 52
 * to 335 exponential, normal, log-normal and Student scores a rate of three in a thousand is then kept to about a factor of two, and to four without.
 */
const DOUBT = 2
/** Keeps probabilities above nothing. Those far below one in the number of scores are extrapolated: they rank, and promise no rate. */
const LEAST_TAIL = 1e-15

/** Learns the tail from calibration scores; NaN are left out. From none at all every score is an ordinary one. */
export function tailOf(scores: ArrayLike<number>): Tail {
  const sorted = Float64Array.from(scores).filter(Number.isFinite).sort()
  const wanted = Math.min(WANTED_EXCESSES, Math.floor(MOST_SHARE * sorted.length))
  const threshold = sorted[sorted.length - 1 - Math.max(wanted, Math.floor(TAIL_SHARE * sorted.length))] ?? 0
  const excesses = sorted.filter((score) => score > threshold).map((score) => score - threshold)
  if (excesses.length < LEAST_EXCESSES) return { sorted, threshold }
  const fit = paretoOf(excesses)
  if (fit === undefined) return { sorted, threshold }
  const count = excesses.length
  return { sorted, threshold, pareto: { ...fit, share: count / sorted.length, reach: reachOf(fit, count) } }
}

/** Generalised Pareto by probability-weighted moments (Hosking and Wallis 1987) of ascending excesses. */
function paretoOf(excesses: Float64Array): { readonly scale: number; readonly shape: number } | undefined {
  const count = excesses.length
  let mean = 0
  let weighted = 0
  for (const [at, excess] of excesses.entries()) {
    mean += excess / count
    weighted += (excess * (1 - (at + 0.65) / count)) / count
  }
  const spread = mean - 2 * weighted
  if (!(spread > 0)) return undefined
  const shape = 2 - mean / spread + DOUBT / count
  const scale = (2 * mean * weighted) / spread
  return scale > 0 && shape < 0.9 ? { scale, shape } : undefined
}

/** The excess that one of `count` + 1 has. */
function reachOf({ scale, shape }: { readonly scale: number; readonly shape: number }, count: number): number {
  return isExponential(shape) ? scale * Math.log(count + 1) : (scale / shape) * ((count + 1) ** shape - 1)
}

function isExponential(shape: number): boolean {
  return Math.abs(shape) < 1e-9
}

/** Probability of a score at least this high on healthy data. NaN for NaN. */
export function tailProbability(tail: Tail, score: number): number {
  if (!Number.isFinite(score)) return Number.NaN
  const { pareto, threshold } = tail
  if (pareto === undefined || score <= threshold) return rankProbability(tail, score)
  return Math.max(LEAST_TAIL, pareto.share * beyond(pareto, score - threshold))
}

/**
 * Share of the excesses that are at least this large. A fit with an end says of all scores past it that they can't be; they are there, and differ. So where no
 * excess is left to support it, it goes on as an exponential with the mean excess.
 */
function beyond({ scale, shape, reach }: Pareto, excess: number): number {
  if (shape < 0 && excess > reach)
    return beyondFitted(scale, shape, reach) * Math.exp(((reach - excess) * (1 - shape)) / scale)
  return beyondFitted(scale, shape, excess)
}

function beyondFitted(scale: number, shape: number, excess: number): number {
  if (isExponential(shape)) return Math.exp(-excess / scale)
  return Math.max(0, 1 + (shape * excess) / scale) ** (-1 / shape)
}

function rankProbability({ sorted, lower }: Tail, score: number): number {
  const below = lower?.count ?? 0
  const total = sorted.length + below
  const less = placeOf(sorted, score)
  const rank =
    less > 0 || lower === undefined ? less + below : Math.min(below, placeOf(lower.sorted, score) * lower.every)
  return (total - rank + 1) / (total + 1)
}

/** How many are less. */
function placeOf(sorted: Float64Array, score: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < score) low = middle + 1
    else high = middle
  }
  return low
}

/** Twice the most that any bar asks for: what is rarer than this stays exact. */
const EXACT = 0.4
/** Of the scores that are more ordinary one in so many tells enough. */
const EVERY = 16

/** The same tail in a third of the memory: ranks of ordinary scores are known to the nearest `EVERY`. */
export function thinned(tail: Tail): Tail {
  const { sorted, lower } = tail
  const count = sorted.length - Math.max(1, Math.ceil(EXACT * sorted.length))
  if (lower !== undefined || count < EVERY) return tail
  const ordinary = sorted.subarray(0, count).filter((_, at) => at % EVERY === 0)
  return { ...tail, sorted: sorted.slice(count), lower: { sorted: ordinary, every: EVERY, count } }
}
