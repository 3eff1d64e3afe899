import { arrivalOf } from '../../src/detection/index.ts'
import { type Bare, fillSeries, steadySeries } from './series.ts'

const DAY_MS = 86_400_000
const COVERAGE = 0.9
const LIMIT = 1

/** What was said of when a volume is full, beside when it was. */
export type ArrivalOutcome = {
  readonly said: boolean
  readonly within: boolean
  readonly ours: number
  readonly line: number
}

/** A series that fills, asked at moments at which it is a third to two thirds full: distances in shares of the real time left. */
export function arrivalOutcomes(seeds: number, days: number): readonly ArrivalOutcome[] {
  return Array.from({ length: seeds }, (_, seed) => fillSeries(seed + 1, days)).flatMap((series) => {
    const full = series.values.findIndex((value) => value >= LIMIT)
    if (full < 0) return []
    return [0.4, 0.55, 0.7, 0.85].map((share) => outcomeAt(series, Math.floor(share * full), full))
  })
}

function outcomeAt({ startMs, stepMs, values }: Bare, now: number, full: number): ArrivalOutcome {
  const found = arrivalOf({ startMs, stepMs, values: values.slice(0, now + 1) }, LIMIT, COVERAGE)
  const leftMs = (full - now) * stepMs
  const line = Math.abs(predictLinear(values, now, stepMs) - leftMs) / leftMs
  if (!found.rising) return { said: false, within: false, ours: Number.NaN, line }
  const fullMs = startMs + full * stepMs
  const within = fullMs >= found.earliestMs && fullMs <= found.latestMs
  return { said: true, within, ours: Math.abs(found.atMs - fullMs) / leftMs, line }
}

/** As `predict_linear(...[6h])` would have it: least squares over six hours. Time left, ms. */
function predictLinear(values: Float64Array, now: number, stepMs: number): number {
  const rows = Math.round(DAY_MS / 4 / stepMs)
  const seen = values.subarray(now + 1 - rows, now + 1)
  const mean = seen.reduce((sum, value) => sum + value, 0) / rows
  const centre = (rows - 1) / 2
  let top = 0
  let bottom = 0
  for (const [at, value] of seen.entries()) {
    top += (at - centre) * (value - mean)
    bottom += (at - centre) ** 2
  }
  const slope = top / bottom
  return slope > 0 ? ((LIMIT - (values[now] ?? 0)) / slope) * stepMs : 100 * DAY_MS
}

/** Share of moments at which a steady series is said to rise to its limit. */
export function falseArrivals(seeds: number, days: number): number {
  let asked = 0
  let said = 0
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { values, startMs, stepMs } = steadySeries(seed, days)
    for (const share of [0.3, 0.5, 0.7, 0.9, 1]) {
      asked += 1
      if (
        arrivalOf({ startMs, stepMs, values: values.slice(0, Math.floor(share * values.length)) }, LIMIT, COVERAGE)
          .rising
      )
        said += 1
    }
  }
  return said / asked
}
