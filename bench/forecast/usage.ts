import { type ProphetEngine, usageAt } from '../../src/detection/index.ts'
import type { Bare } from './series.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** How far ahead it is asked. */
export const AHEAD_MS = [HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS] as const
export const COVERAGE = 0.9

/** A real value beside what was said of it. `low` and `high` only of ours. */
export type Outcome = {
  readonly peer: string
  readonly aheadMs: number
  readonly error: number
  readonly share: number
  readonly within?: boolean
  /** Width of the interval, in the real value. */
  readonly width?: number
}

type Peer = (series: Bare, now: number, ahead: number) => number

const PEERS: Readonly<Record<string, Peer>> = {
  'last value': ({ values }, now) => values[now] ?? Number.NaN,
  'same hour yesterday': ({ values, stepMs }, now, ahead) => seasonBefore(values, now, ahead, DAY_MS / stepMs),
  'same hour last week': ({ values, stepMs }, now, ahead) => seasonBefore(values, now, ahead, (7 * DAY_MS) / stepMs),
  'straight line': ({ values }, now, ahead) => lineAt(values.subarray(0, now + 1), now + ahead),
}

/** Ours and its peers at each of some moments of one series, at each distance. */
export function usageOutcomes(series: Bare, nows: readonly number[], engine: ProphetEngine): readonly Outcome[] {
  return nows.flatMap((now) => {
    const steps = AHEAD_MS.map((aheadMs) => Math.round(aheadMs / series.stepMs))
    const known = { startMs: series.startMs, stepMs: series.stepMs, values: series.values.slice(0, now + 1) }
    const moments = steps.map((ahead) => series.startMs + (now + ahead) * series.stepMs)
    const usage = usageAt({ series: known, moments, coverage: COVERAGE, engine })
    return steps.flatMap((ahead, at): Outcome[] => {
      const real = series.values[now + ahead] ?? Number.NaN
      if (!(Math.abs(real) > 1e-9)) return []
      const outcome = (peer: string, said: number) => {
        const error = Math.abs(said - real)
        return { peer, aheadMs: AHEAD_MS[at] ?? 0, error, share: error / Math.abs(real) }
      }
      const peers = Object.entries(PEERS).map(([name, peer]) => outcome(name, peer(series, now, ahead)))
      const said = usage.known ? usage.moments[at] : undefined
      if (said === undefined) return peers
      const within = real >= said.low && real <= said.high
      return [...peers, { ...outcome('ours', said.mean), within, width: (said.high - said.low) / Math.abs(real) }]
    })
  })
}

function seasonBefore(values: Float64Array, now: number, ahead: number, period: number): number {
  let row = now + ahead
  while (row > now) row -= period
  return values[row] ?? Number.NaN
}

function lineAt(values: Float64Array, row: number): number {
  let count = 0
  let x = 0
  let y = 0
  let xx = 0
  let xy = 0
  for (const [at, value] of values.entries()) {
    if (!Number.isFinite(value)) continue
    count += 1
    x += at
    y += value
    xx += at * at
    xy += at * value
  }
  const slope = (count * xy - x * y) / (count * xx - x * x)
  return y / count + slope * (row - x / count)
}
