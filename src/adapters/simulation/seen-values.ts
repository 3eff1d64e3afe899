import { gridLength, type TimeRange } from '../../domain/index.ts'
import type { Gauge } from './signals.ts'

/** As many looks at one workload are remembered: every gauge on two grids, and some that differ. */
const MOST = 128

/** A look at a gauge on the moments of a range; the array is nobody else's. */
export type Look = (name: string, gauge: Gauge, range: TimeRange) => Float64Array

type Seen = { readonly startMs: number; readonly values: Float64Array }

/**
 * Remembers what gauges of one workload gave: a tick asks again for nearly all of the moments of the one before. `name` tells gauges apart, and a
 * gauge gives the same at the same moment always.
 */
export function seenValues(): Look {
  const known = new Map<string, Seen>()
  return (name, gauge, range) => {
    const key = `${name} ${range.stepMs}`
    const before = known.get(key)
    const values = lookedAt(gauge, range, before)
    // A short look into the past of a long one leaves the long one in its place.
    if (before !== undefined && before.values.length > values.length) return values
    known.delete(key)
    known.set(key, { startMs: range.startMs, values: values.slice() })
    for (const oldest of known.keys()) {
      if (known.size <= MOST) break
      known.delete(oldest)
    }
    return values
  }
}

function lookedAt(gauge: Gauge, { startMs, endMs, stepMs }: TimeRange, before: Seen | undefined): Float64Array {
  const values = new Float64Array(gridLength({ startMs, endMs, stepMs }))
  const shift = before === undefined ? Number.NaN : (startMs - before.startMs) / stepMs
  // Of another grid there is nothing to take over.
  const known = Number.isInteger(shift) ? before?.values : undefined
  for (let index = 0; index < values.length; index += 1)
    values[index] = known?.[index + shift] ?? gauge(startMs + index * stepMs)
  return values
}
