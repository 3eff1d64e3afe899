import { errorFunction, median, probit } from 'simple-statistics'

/** Points in time order; moments in epoch milliseconds, values finite. */
export type Points = { readonly moments: readonly number[]; readonly values: readonly number[] }

/** A straight line through points that a few odd ones do not bend. Slopes per millisecond. */
export type Trend = {
  readonly slope: number
  /** Interval of the slope at the asked confidence. */
  readonly low: number
  readonly high: number
  /** Value of the line at a moment is `level + slope * (atMs - aroundMs)`. */
  readonly level: number
  readonly aroundMs: number
  /** Two-sided probability of a rise or fall as steady as this one where there is no trend. */
  readonly chance: number
  /** The same by how far it rises beside how far the points lie from the line: ranks alone can't be surer than their number allows. */
  readonly chanceBySize: number
  /** Share of the variance that the line explains; below 0 where a level does better. */
  readonly explained: number
}

/** Below this a rank test says nothing at the usual levels. */
const LEAST_POINTS = 8
/** All pairs are looked at: so many points are 45,000 pairs. */
const MOST_POINTS = 300

/**
 * Theil and Sen's median slope, with Sen's interval (1968), and Mann and Kendall's test with its correction for ties. Neighbouring samples
 * resemble each other, so the variance of the test is widened by (1 + r) / (1 - r), r being the lag-one correlation of what the line leaves
 * (Yue and Wang 2004). Undefined below eight points. `confidence`: 0 to 1.
 */
export function trendOf(points: Points, confidence: number): Trend | undefined {
  const { moments, values } = thinned(points)
  const count = moments.length
  const firstMs = moments[0] ?? 0
  if (count < LEAST_POINTS || (moments.at(-1) ?? 0) === firstMs) return undefined
  const slopes = slopesOf(moments, values)
  const slope = middleOf(slopes)
  const aroundMs = moments[count >> 1] ?? firstMs
  const level = median(values.map((value, at) => value - slope * ((moments[at] ?? 0) - aroundMs)))
  const left = values.map((value, at) => value - level - slope * ((moments[at] ?? 0) - aroundMs))
  const memory = memoryFactor(left)
  const deviation = Math.sqrt(kendallVariance(values) * memory)
  const reach = probit((1 + confidence) / 2) * deviation
  return {
    slope,
    low: slopes[Math.max(0, Math.floor((slopes.length - reach) / 2))] ?? slope,
    high: slopes[Math.min(slopes.length - 1, Math.ceil((slopes.length + reach) / 2))] ?? slope,
    level,
    aroundMs,
    chance: chanceOf(kendallScore(values), deviation),
    chanceBySize: sizeChance(slope * ((moments.at(-1) ?? firstMs) - firstMs), left, memory),
    explained: explainedBy(values, left),
  }
}

/** Two-sided: the standard error of a least squares slope over points that resemble each other, s * sqrt(12 * memory / n) over the whole span. */
function sizeChance(rise: number, left: readonly number[], memory: number): number {
  const scatter = Math.sqrt(left.reduce((sum, value) => sum + value ** 2, 0) / left.length)
  if (scatter === 0) return rise === 0 ? 1 : 0
  const distance = Math.abs(rise) / (scatter * Math.sqrt((12 * memory) / left.length))
  return Math.max(0, 1 - errorFunction(distance / Math.SQRT2))
}

/** At most so many points, evenly chosen, the newest among them. */
function thinned({ moments, values }: Points): Points {
  const every = Math.ceil(moments.length / MOST_POINTS)
  if (every <= 1) return { moments, values }
  const last = moments.length - 1
  const kept = (_: number, at: number) => (last - at) % every === 0
  return { moments: moments.filter(kept), values: values.filter(kept) }
}

/** Slopes of all pairs of different moments, ascending. */
function slopesOf(moments: readonly number[], values: readonly number[]): Float64Array {
  const slopes: number[] = []
  for (let right = 1; right < moments.length; right += 1) {
    for (let left = 0; left < right; left += 1) {
      const time = (moments[right] ?? 0) - (moments[left] ?? 0)
      if (time > 0) slopes.push(((values[right] ?? 0) - (values[left] ?? 0)) / time)
    }
  }
  return Float64Array.from(slopes).sort()
}

function middleOf(sorted: Float64Array): number {
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : upper / 2 + (sorted[half - 1] ?? 0) / 2
}

/** Pairs that rise less pairs that fall. */
function kendallScore(values: readonly number[]): number {
  let score = 0
  for (let right = 1; right < values.length; right += 1) {
    for (let left = 0; left < right; left += 1) score += Math.sign((values[right] ?? 0) - (values[left] ?? 0))
  }
  return score
}

/** Variance of Kendall's score without a trend; groups of equal values take from it. */
function kendallVariance(values: readonly number[]): number {
  const groups = new Map<number, number>()
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1)
  const part = (count: number) => (count * (count - 1) * (2 * count + 5)) / 18
  let variance = part(values.length)
  for (const count of groups.values()) variance -= part(count)
  return Math.max(0, variance)
}

/** How much less so many samples tell than independent ones would. At least 1. */
function memoryFactor(left: readonly number[]): number {
  let product = 0
  let square = 0
  for (const [at, value] of left.entries()) {
    square += value * value
    product += at === 0 ? 0 : value * (left[at - 1] ?? 0)
  }
  if (square === 0) return 1
  const memory = Math.min(0.98, Math.max(0, product / square))
  return (1 + memory) / (1 - memory)
}

function chanceOf(score: number, deviation: number): number {
  if (score === 0 || deviation === 0) return 1
  const distance = (Math.abs(score) - 1) / deviation
  return Math.max(0, 1 - errorFunction(distance / Math.SQRT2))
}

function explainedBy(values: readonly number[], left: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const total = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return total === 0 ? 0 : 1 - left.reduce((sum, value) => sum + value ** 2, 0) / total
}
