import { quantileSorted } from 'simple-statistics'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const HOURS = 24
/** From so many days on, hours of the day have a spread of their own. */
const LEAST_DAYS = 3
/** An hour's own spread counts as much as the whole day's when it was seen on so many days. */
const PRIOR_DAYS = 3
/** Where nearly all values are equal the middle says nothing: then the rare ones do, to this share. */
const RARE_SHARE = 0.1
/** Quantiles of the absolute value, and where a normal distribution of spread 1 has them. */
const QUANTILES = [
  { share: 0.5, normal: 0.6745 },
  { share: 0.9, normal: 1.6449 },
] as const

/** Spread of residuals by hour of the day, 24 values, in their unit. All 0 where nothing was left over. */
export type Spread = Float64Array

/**
 * Robust spread of residuals on a grid; `hourAt` gives the hour of each on the metric's clock. Nights are quieter than noons: with some days
 * of history each hour has its own, drawn towards the whole day's.
 */
export function spreadOf(residuals: Float64Array, hourAt: (row: number) => number, stepMs: number): Spread {
  const whole = spreadOfOne(Array.from(residuals))
  const spread = new Float64Array(HOURS).fill(whole)
  if (residuals.length * stepMs < LEAST_DAYS * DAY_MS) return spread
  const byHour: number[][] = Array.from({ length: HOURS }, () => [])
  for (const [row, value] of residuals.entries()) if (Number.isFinite(value)) byHour[hourAt(row)]?.push(value)
  const prior = (PRIOR_DAYS * HOUR_MS) / stepMs
  return spread.map((_, hour) => {
    const near = [-1, 0, 1].flatMap((away) => byHour[(hour + away + HOURS) % HOURS] ?? [])
    const weight = 3 * prior
    return Math.sqrt((near.length * spreadOfOne(near) ** 2 + weight * whole ** 2) / (near.length + weight))
  })
}

function spreadOfOne(values: readonly number[]): number {
  const sizes = Float64Array.from(values).filter(Number.isFinite).map(Math.abs).sort()
  if (sizes.length === 0) return 0
  const list = Array.from(sizes)
  const robust = QUANTILES.map(({ share, normal }) => quantileSorted(list, share) / normal)
  const rare = Math.sqrt(sizes.reduce((sum, size) => sum + size * size, 0) / sizes.length)
  return Math.max(...robust, RARE_SHARE * rare)
}
