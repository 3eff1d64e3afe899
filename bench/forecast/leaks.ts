import { arrivalOf, leakOf } from '../../src/detection/index.ts'
import { randomFrom } from '../source/random.ts'

const STEP_MS = 300_000
const DAY_MS = 86_400_000
const PER_DAY = DAY_MS / STEP_MS
const COVERAGE = 0.9
const LIMIT = 1

/** What memory does apart from following the load. */
export const kinds = ['leak', 'steady', 'wander', 'cache', 'load', 'sawtooth'] as const
export type Kind = (typeof kinds)[number]

type Made = {
  readonly values: Float64Array
  readonly load: Float64Array
  readonly begins: readonly number[]
  readonly oom: number
}

/** Memory of a container in shares of its limit, a few lives of it, and the load that it serves. `oom`: the row at which the last life ends; -1 where it does not. */
function memorySeries(kind: Kind, seed: number): Made {
  const next = randomFrom(seed * 101 + kinds.indexOf(kind))
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const base = 0.2 + 0.2 * next()
  const warm = (20 + 200 * next()) / (STEP_MS / 60_000)
  const days = 10 ** (-0.8 + 1.7 * next())
  const perRow = kind === 'leak' ? (0.98 - base) / (days * PER_DAY) : 0
  const follows = kind === 'load' ? 0.25 : 0.03 * next()
  const noise = 0.004 + 0.012 * next()
  const length = Math.ceil(Math.max(4, 2.6 * days) * PER_DAY)
  const phase = next() * PER_DAY
  const begins = new Set([Math.floor(next() * 0.2 * length)])
  const [values, load] = [new Float64Array(length), new Float64Array(length)]
  let [life, held, oom] = [0, 0, -1]
  for (let row = 0; row < length; row += 1) {
    if (begins.has(row)) life = 0
    held = kind === 'wander' ? 0.995 * held + noise * 0.3 * normal() : 0.9 * held + noise * 0.44 * normal()
    load[row] = 100 * (1 + 0.6 * Math.sin((2 * Math.PI * (row + phase)) / PER_DAY) + 0.05 * normal())
    const cache = kind === 'cache' ? 0.35 * (1 - Math.exp(-life / (0.35 * PER_DAY))) : 0
    const teeth = kind === 'sawtooth' ? 0.25 * ((life % 40) / 40) : 0
    const start = 0.08 * (1 - Math.exp(-life / Math.max(1, warm / 3)))
    values[row] = base + start + perRow * life + follows * ((load[row] ?? 0) / 100 - 1) + cache + teeth + held
    life += 1
    if ((values[row] ?? 0) < LIMIT) continue
    oom = row
    begins.add(row + 1)
  }
  return { values, load, begins: [...begins].sort((a, b) => a - b), oom }
}

export type LeakOutcome = {
  readonly kind: Kind
  readonly said: boolean
  readonly within: boolean
  readonly off: number
  readonly line: number
  readonly plain: number
}

/** Each series asked at several moments: of a leak at shares of its last life, of all others anywhere. Distances in shares of the real time left. */
export function leakOutcomes(seeds: number): readonly LeakOutcome[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: seeds }, (_, seed) => memorySeries(kind, seed + 1)).flatMap((made) =>
      [0.4, 0.55, 0.7, 0.85].flatMap((share) => outcomeAt(kind, made, share) ?? []),
    ),
  )
}

function outcomeAt(kind: Kind, { values, load, begins, oom }: Made, share: number): LeakOutcome | undefined {
  const end = kind === 'leak' ? oom : values.length
  const from = kind === 'leak' ? (begins.filter((row) => row <= oom).at(-1) ?? 0) : 0
  if (end < 0) return undefined
  const now = Math.floor(from + share * (end - from))
  const memory = { startMs: 0, stepMs: STEP_MS, values: values.slice(0, now + 1) }
  const past = begins.filter((row) => row <= now)
  const found = leakOf({ memory, begins: past, load: load.slice(0, now + 1), limit: LIMIT, coverage: COVERAGE })
  const leftMs = (end - now) * STEP_MS
  const oomMs = end * STEP_MS
  const plain = arrivalOf(memory, LIMIT, COVERAGE)
  return {
    kind,
    said: found.rising,
    within: found.rising && oomMs >= found.earliestMs && oomMs <= found.latestMs,
    off: found.rising ? Math.abs(found.atMs - oomMs) / leftMs : Number.NaN,
    line: Math.abs(predictLinear(values, now) - leftMs) / leftMs,
    plain: plain.rising ? Math.abs(plain.atMs - oomMs) / leftMs : Number.NaN,
  }
}

/** As `predict_linear(...[6h])` would have it, which knows nothing of restarts. Time left, ms. */
function predictLinear(values: Float64Array, now: number): number {
  const rows = Math.min(now + 1, PER_DAY / 4)
  const seen = values.subarray(now + 1 - rows, now + 1)
  const mean = seen.reduce((sum, value) => sum + value, 0) / rows
  const centre = (rows - 1) / 2
  let [top, bottom] = [0, 0]
  for (const [at, value] of seen.entries()) {
    top += (at - centre) * (value - mean)
    bottom += (at - centre) ** 2
  }
  const slope = top / bottom
  return slope > 0 ? ((LIMIT - (values[now] ?? 0)) / slope) * STEP_MS : 100 * DAY_MS
}
