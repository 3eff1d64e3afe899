import type { ProphetEngine } from '../../engines.ts'
import type { Offset } from '../local-time.ts'
import type { History } from './history.ts'

/** What is expected over time: values on a grid, in between on straight lines. */
export type Curve = { readonly startMs: number; readonly blockMs: number; readonly mean: Float64Array }

export type Shape = { readonly daily: number; readonly weekly: number }

/** What Prophet expects over [fromMs, toMs], learned from a history. The seasons follow the clock that `offset` describes. */
export function curveOf(
  engine: ProphetEngine,
  { moments, values, blockMs, phaseMs }: History,
  shape: Shape,
  offset: Offset,
  range: { readonly fromMs: number; readonly toMs: number },
): Curve | undefined {
  const startMs = Math.floor((range.fromMs - phaseMs) / blockMs) * blockMs + phaseMs
  const count = Math.ceil((range.toMs - startMs) / blockMs) + 1
  const local = (atMs: number) => (atMs + offset(atMs)) / 1000
  const known = moments.map((atMs, row) => ({ at: Math.round(local(atMs)), value: values[row] ?? Number.NaN }))
  known.sort((a, b) => a.at - b.at)
  const asked = Array.from({ length: count }, (_, block) => Math.round(local(startMs + block * blockMs)))
  const at = [...new Set(asked)].sort((a, b) => a - b)
  const forecast = engine({
    seconds: known.map((one) => one.at),
    values: known.map((one) => one.value),
    ...shape,
    at,
  })
  if (forecast === undefined) return undefined
  const where = new Map(at.map((moment, index) => [moment, index]))
  const mean = Float64Array.from(asked, (moment) => forecast.mean[where.get(moment) ?? -1] ?? Number.NaN)
  return { startMs, blockMs, mean }
}

/** The curve at a moment; NaN outside of it. */
export function at({ startMs, blockMs, mean }: Curve, atMs: number): number {
  const place = (atMs - startMs) / blockMs
  const before = Math.floor(place)
  const share = place - before
  const left = mean[before] ?? Number.NaN
  return share === 0 ? left : left + share * ((mean[before + 1] ?? Number.NaN) - left)
}

/** The part of a curve that covers a range. */
export function cut(curve: Curve, fromMs: number, toMs: number): Curve {
  const first = Math.max(0, Math.floor((fromMs - curve.startMs) / curve.blockMs))
  const last = Math.ceil((toMs - curve.startMs) / curve.blockMs)
  return { ...curve, startMs: curve.startMs + first * curve.blockMs, mean: curve.mean.slice(first, last + 1) }
}
