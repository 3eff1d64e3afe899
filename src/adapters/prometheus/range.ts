import type { TimeRange } from '../../domain/index.ts'

function part(range: TimeRange, first: number, points: number): TimeRange {
  const startMs = range.startMs + first * range.stepMs
  return { startMs, endMs: startMs + (points - 1) * range.stepMs, stepMs: range.stepMs }
}

/** Points of the grid, both ends included. */
export function pointsOf(range: TimeRange): number {
  return (range.endMs - range.startMs) / range.stepMs + 1
}

/** Ranges of at most `maxPoints` points that follow each other without a gap and without a shared point. */
export function split(range: TimeRange, maxPoints: number): readonly TimeRange[] {
  const points = pointsOf(range)
  const parts: TimeRange[] = []
  for (let first = 0; first < points; first += maxPoints)
    parts.push(part(range, first, Math.min(maxPoints, points - first)))
  return parts
}

/** The range in two; as it is when it has one point only. */
export function halves(range: TimeRange): readonly TimeRange[] {
  return split(range, Math.ceil(pointsOf(range) / 2))
}

export function isGrid(range: TimeRange): boolean {
  const { startMs, endMs, stepMs } = range
  return (
    Number.isSafeInteger(startMs) &&
    Number.isSafeInteger(endMs) &&
    Number.isSafeInteger(stepMs) &&
    stepMs > 0 &&
    endMs >= startMs &&
    (endMs - startMs) % stepMs === 0
  )
}
