import { randomFrom } from '../source/random.ts'

const DAY_MS = 86_400_000
export const STEP_MS = 1_800_000
const PER_DAY = DAY_MS / STEP_MS
/** A Monday, midnight UTC. */
const START_MS = Date.UTC(2026, 0, 5)

/** A regular grid of values, in any unit. */
export type Bare = {
  readonly name: string
  readonly startMs: number
  readonly stepMs: number
  readonly values: Float64Array
}

function normals(seed: number): () => number {
  const next = randomFrom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** A healthy metric: days, weekends, a Monday's peak, noise with memory, and a slow drift of its level. */
export function usageSeries(seed: number, days: number): Bare {
  const normal = normals(seed)
  const scale = 10 ** (2 * normal())
  const swing = 0.2 + 0.4 * Math.abs(normal())
  const noise = 0.02 + 0.05 * Math.abs(normal())
  let held = 0
  let drift = 0
  const values = Float64Array.from({ length: days * PER_DAY }, (_, row) => {
    const hour = (row % PER_DAY) / 2
    const day = Math.floor(row / PER_DAY) % 7
    held = 0.9 * held + noise * 0.4 * normal()
    drift = 0.999 * drift + 0.003 * normal()
    const peak = day === 0 && hour >= 8 && hour < 10 ? 0.5 : 0
    const load = 1 + swing * Math.sin(((hour - 8) / 24) * 2 * Math.PI) + peak - (day >= 5 ? 0.2 : 0)
    return scale * Math.max(0.01, load + held + drift)
  })
  return { name: `usage-${seed}`, startMs: START_MS, stepMs: STEP_MS, values }
}

/** A level that rises to 1 at a rate which wanders a little, with a day's swing and noise; some are cleaned up once a week. */
export function fillSeries(seed: number, days: number): Bare {
  const normal = normals(seed)
  const next = randomFrom(seed + 7)
  const rate = (0.3 + next()) / days
  const swing = 0.01 * next()
  let level = 0.1 * next()
  let wander = 0
  const values = Float64Array.from({ length: 3 * days * PER_DAY }, (_, row) => {
    wander = 0.995 * wander + 0.03 * normal()
    level += (rate * (1 + wander)) / PER_DAY
    return level + swing * Math.sin((2 * Math.PI * row) / PER_DAY) + 0.002 * normal()
  })
  return { name: `fill-${seed}`, startMs: START_MS, stepMs: STEP_MS, values }
}

/** The same without a trend. */
export function steadySeries(seed: number, days: number): Bare {
  const normal = normals(seed)
  let held = 0
  const values = Float64Array.from({ length: days * PER_DAY }, (_, row) => {
    held = 0.97 * held + 0.005 * normal()
    return 0.6 + 0.05 * Math.sin((2 * Math.PI * row) / PER_DAY) + held
  })
  return { name: `steady-${seed}`, startMs: START_MS, stepMs: STEP_MS, values }
}
