import { median } from 'simple-statistics'
import type { Offset } from '../local-time.ts'
import { at, type Curve } from './curve.ts'
import type { History } from './history.ts'

const DAY_MS = 86_400_000
/** What came at the same time of so many days, or weeks, is learned. */
const LEAST_TIMES = 3
/** It must have been beyond so many spreads each time, but for one in five. */
const BEYOND = 1.5
const ODD_SHARE = 0.2
/** Scales a median absolute value to a standard deviation where the data are normal. */
const MAD_SCALE = 1.4826

/**
 * A curve with the peaks that are too narrow for it: a nightly job, the rush of a Monday. A block of the day, then of the week, in which
 * nearly every day or week left as much over on the same side is as usual from then on.
 */
export function withPeaks(curve: Curve, history: History, offset: Offset): Curve {
  const daily = withPeaksOf(DAY_MS, curve, history, offset)
  return withPeaksOf(7 * DAY_MS, daily, history, offset)
}

function withPeaksOf(periodMs: number, curve: Curve, history: History, offset: Offset): Curve {
  const { blockMs, startMs } = curve
  if (history.spanMs < (LEAST_TIMES - 1) * periodMs || periodMs % blockMs !== 0) return curve
  const count = periodMs / blockMs
  const slotOf = (atMs: number) => Math.floor((atMs + offset(atMs)) / blockMs) % count
  const left = history.values.map((value, row) => value - at(curve, history.moments[row] ?? Number.NaN))
  const bySlot: number[][] = Array.from({ length: count }, () => [])
  for (const [row, value] of left.entries()) bySlot[slotOf(history.moments[row] ?? 0)]?.push(value)
  const least = BEYOND * MAD_SCALE * median(left.map(Math.abs))
  const peaks = bySlot.map((seen) => peakOf(seen, least))
  if (peaks.every((peak) => peak === 0)) return curve
  return { ...curve, mean: curve.mean.map((value, block) => value + (peaks[slotOf(startMs + block * blockMs)] ?? 0)) }
}

/** The middle of what one time of day or week left over; 0 where it did not leave that much nearly every time. */
function peakOf(seen: number[], least: number): number {
  if (seen.length < LEAST_TIMES) return 0
  seen.sort((a, b) => a - b)
  const odd = Math.floor(ODD_SHARE * seen.length)
  const low = seen[odd] ?? 0
  const high = seen[seen.length - 1 - odd] ?? 0
  return low > least || high < -least ? median(seen) : 0
}
