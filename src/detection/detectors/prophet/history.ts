import { median } from 'simple-statistics'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The longest stretch of history that a fit reads: four Mondays. */
export const REACH_MS = 28 * DAY_MS

/** A stretch of time whose samples tell nothing of what is usual: [fromMs, toMs). */
export type Stretch = { readonly fromMs: number; readonly toMs: number }

/** Samples condensed to the median of each block of time. Moments are the middle of what was seen, epoch milliseconds, ascending. */
export type History = {
  readonly blockMs: number
  /** How long after a block's start the middle of its rows is. */
  readonly phaseMs: number
  readonly moments: readonly number[]
  readonly values: readonly number[]
  /** From the first moment to the last. */
  readonly spanMs: number
}

/** So long a block that a fit reads about a thousand of them: a minute's noise tells a fit nothing, and its time grows with their number. */
function blockOf(spanMs: number, stepMs: number): number {
  const minutes = spanMs <= 7 * DAY_MS ? 10 : spanMs <= 14 * DAY_MS ? 20 : 30
  return Math.max(stepMs, minutes * MINUTE_MS)
}

/** Rows [from, to) of a grid, in blocks that stand on the clock, so that another `from` gives the same blocks. */
export function historyOf(
  values: Float64Array,
  grid: { readonly startMs: number; readonly stepMs: number },
  from: number,
  to: number,
  excluded: readonly Stretch[],
): History {
  const { startMs, stepMs } = grid
  const first = Math.max(from, to - Math.floor(REACH_MS / stepMs), 0)
  const blockMs = blockOf((to - first) * stepMs, stepMs)
  const moments: number[] = []
  const medians: number[] = []
  let row = first
  while (row < to) {
    const block = Math.floor((startMs + row * stepMs) / blockMs)
    const seen: number[] = []
    let sum = 0
    for (; row < to && Math.floor((startMs + row * stepMs) / blockMs) === block; row += 1) {
      const value = values[row] ?? Number.NaN
      const atMs = startMs + row * stepMs
      if (!Number.isFinite(value) || excluded.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)) continue
      seen.push(value)
      sum += atMs
    }
    if (seen.length === 0) continue
    moments.push(Math.round(sum / seen.length))
    medians.push(median(seen))
  }
  const spanMs = moments.length === 0 ? 0 : (moments.at(-1) ?? 0) - (moments[0] ?? 0)
  return { blockMs, phaseMs: (blockMs - stepMs) / 2, moments, values: medians, spanMs }
}
