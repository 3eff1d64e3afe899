import type { Series, SignalAnswer } from '../../src/domain/index.ts'
import { seriesKey } from './metrics.ts'

/** How far a measured value may be from a true one. */
export type Allowance = {
  /** Share of the true value. */
  readonly relative: number
  readonly absolute: number
  /** Points of the truth on either side that a measured value may also be near to. */
  readonly around: number
  /** Where a comparison means something; everywhere if absent. */
  readonly where?: (series: Series, atMs: number) => boolean
}

export type Agreement = { readonly compared: number; readonly differences: readonly string[] }

function near(measured: number, truths: readonly number[], { relative, absolute }: Allowance): boolean {
  if (Number.isNaN(measured)) return truths.some(Number.isNaN)
  const known = truths.filter((value) => !Number.isNaN(value))
  const slack = absolute + relative * Math.max(0, ...known.map(Math.abs))
  return known.length > 0 && measured >= Math.min(...known) - slack && measured <= Math.max(...known) + slack
}

/** The points of a finer or equal grid around a moment; a missing series has no sample anywhere. */
function around(series: Series | undefined, atMs: number, points: number): readonly number[] {
  if (series === undefined) return [Number.NaN]
  const middle = (atMs - series.startMs) / series.stepMs
  const first = Math.max(0, middle - points)
  return [...series.values.subarray(first, middle + points + 1)]
}

/**
 * Compares what was measured with the truth, point by point of the measured grid. The truth's grid holds the measured
 * one, is as fine as the scrape interval, and reaches `around` points further at both ends.
 */
export function agreement(truth: SignalAnswer, measured: SignalAnswer, allowance: Allowance): Agreement {
  const differences: string[] = []
  let compared = 0
  const truths = new Map(truth.series.map((series) => [seriesKey(series), series]))
  const found = new Map(measured.series.map((series) => [seriesKey(series), series]))
  const grid = measured.series[0]
  for (const key of new Set([...truths.keys(), ...found.keys()])) {
    const known = truths.get(key)
    const seen = found.get(key)
    const series = seen ?? known
    if (grid === undefined || series === undefined) return { compared: 0, differences: ['nothing was measured'] }
    for (let index = 0; index < grid.values.length; index += 1) {
      const atMs = grid.startMs + index * grid.stepMs
      if (allowance.where?.(series, atMs) === false) continue
      compared += 1
      const value = seen?.values[index] ?? Number.NaN
      const near3 = around(known, atMs, allowance.around)
      if (!near(value, near3, allowance))
        differences.push(`${truth.signal} ${key} +${index}: measured ${value}, true ${near3.join(' ')}`)
    }
  }
  return { compared, differences }
}
