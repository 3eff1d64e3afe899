import type { Window } from '../../src/detection/index.ts'
import type { SignalId } from '../../src/domain/index.ts'
import { numbers, windowWith } from '../fakes/windows.ts'

/** A window as a hostile world might give it, the row from which it is judged, and in words what is the matter with it. */
export type HostileWindow = {
  readonly window: Window
  readonly from: number
  readonly told: string
}

type Dice = () => number
type Base = (row: number, next: Dice, from: number) => number
type Fault = (values: Float64Array, next: Dice) => void

const wave: Base = (row, next) => 100 + 20 * Math.sin(row / 9) + 4 * next()

/** What a column is by itself. */
const BASES: Readonly<Record<string, Base>> = {
  wave,
  noise: (_, next) => next(),
  constant: () => 7,
  'constant, then not': (row, next, from) => (row < from ? 7 : wave(row, next, from)),
  noughts: (_, next) => (next() < 0.02 ? 1 : 0),
  'a counter that begins anew': (row) => (row * 17) % 900,
  'a counter that only grows': (row, next) => 1e9 + 50 * row + next(),
  steps: (row, next) => Math.floor(row / 40) * 50 + next(),
  'two values': (_, next) => (next() < 0.5 ? 1 : 2),
  enormous: (row, next, from) => wave(row, next, from) * 1e300,
  tiny: (row, next, from) => wave(row, next, from) * 1e-300,
  'the smallest there are': (_, next) => Number.MIN_VALUE * Math.floor(9 * next()),
  'the largest, of both signs': (row, next) => (row % 2 === 0 ? 1 : -1) * Number.MAX_VALUE * next(),
  negative: (row, next, from) => -wave(row, next, from),
  'no samples at all': () => Number.NaN,
  'one sample': (row) => (row === 5 ? 1 : Number.NaN),
  exponential: (row) => 1.05 ** row,
  'rounding only': (row) => 0.3 + (row % 2) * 1e-12,
}

/** What happens to a column on top; several may. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'missing samples': (values, next) => spoil(values, () => next() < 0.2, Number.NaN),
  'long gaps': (values, next) => stretches(values, next, Number.NaN),
  'a late beginning': (values, next) => values.fill(Number.NaN, 0, Math.floor(next() * values.length)),
  'an early end': (values, next) => values.fill(Number.NaN, Math.floor(next() * values.length)),
  infinities: (values, next) => spoil(values, () => next() < 0.05, Number.POSITIVE_INFINITY),
  'infinities below': (values, next) => spoil(values, () => next() < 0.05, Number.NEGATIVE_INFINITY),
  duplicates: (values, next) => {
    for (let row = 1; row < values.length; row += 1) if (next() < 0.4) values[row] = values[row - 1] ?? 0
  },
  'stuck for a while': (values, next) => {
    const from = Math.floor(next() * values.length)
    values.fill(values[from] ?? 0, from, from + 30)
  },
  spikes: (values, next) => spoil(values, () => next() < 0.02, 1e9),
  'a reset': (values, next) => {
    const from = Math.floor(next() * values.length)
    const lost = values[from] ?? 0
    for (let row = from; row < values.length; row += 1) values[row] = (values[row] ?? 0) - lost
  },
  'another scale': (values, next) => {
    const from = Math.floor(next() * values.length)
    for (let row = from; row < values.length; row += 1) values[row] = (values[row] ?? 0) * 1e6
  },
}

function spoil(values: Float64Array, hit: () => boolean, by: number): void {
  for (let row = 0; row < values.length; row += 1) if (hit()) values[row] = by
}

function stretches(values: Float64Array, next: Dice, by: number): void {
  for (let row = Math.floor(40 * next()); row < values.length; row += 30 + Math.floor(60 * next()))
    values.fill(by, row, row + 5 + Math.floor(25 * next()))
}

const SIGNALS: readonly SignalId[] = [
  ...(['cpu-usage', 'cpu-limit', 'cpu-request', 'cpu-throttled', 'memory-working-set', 'memory-limit'] as const),
  ...([
    'memory-request',
    'request-rate',
    'error-ratio',
    'latency-p99',
    'restarts',
    'oom-killed',
    'crash-loop',
  ] as const),
  ...(['replicas-desired', 'replicas-available', 'unschedulable'] as const),
]
const STEPS_MS = [60_000, 300_000, 300_000, 900_000, 3_600_000]

const pick = <T>(list: readonly T[], next: Dice, otherwise: T): T => list[Math.floor(next() * list.length)] ?? otherwise

/**
 * Most are small, as fits cost: one of twelve has rows enough for an LSTM, one of twelve ten rows only; six of ten have one column, three two to four,
 * one five to sixteen. Half of the columns have one fault, a quarter two or three.
 */
export function hostileWindow(seed: number): HostileWindow {
  const next = numbers(seed + 1)
  // The first numbers of neighbouring seeds are alike.
  for (let at = 0; at < 5; at += 1) next()
  const long = next() < 1 / 12
  const ten = !long && next() < 1 / 11
  const [rows, from] = ten ? [10, 3] : sizes(next, long)
  const columns = Array.from({ length: long ? Math.min(3, columnsOf(next)) : columnsOf(next) }, () => {
    const name = pick(Object.keys(BASES), next, 'wave')
    const base = BASES[name] ?? wave
    const values = Float64Array.from({ length: rows }, (_, row) => base(row, next, from))
    const faults = faultsOf(next)
    for (const fault of faults) FAULTS[fault]?.(values, next)
    return { name, values, told: [name, ...faults].join(' with ') }
  })
  const stepMs = pick(STEPS_MS, next, 300_000)
  const window = windowWith(Object.fromEntries(columns.map(({ values }, at) => [SIGNALS[at], values])), { stepMs })
  const told = `seed ${seed}: ${rows} rows of ${stepMs / 1000} s from ${from}: ${columns.map((one) => one.told).join('; ')}`
  return { window, from, told }
}

/** Never more rows to judge than any model serves with one fit. */
function sizes(next: Dice, long: boolean): readonly [rows: number, from: number] {
  const from = long ? 150 + Math.floor(60 * next()) : 30 + Math.floor(80 * next())
  return [from + 8 + Math.floor(15 * next()), from]
}

function columnsOf(next: Dice): number {
  const roll = next()
  if (roll < 0.6) return 1
  return roll < 0.9 ? 2 + Math.floor(3 * next()) : 5 + Math.floor(12 * next())
}

function faultsOf(next: Dice): readonly string[] {
  const roll = next()
  const count = roll < 0.25 ? 0 : roll < 0.75 ? 1 : 2 + Math.floor(2 * next())
  return Array.from({ length: count }, () => pick(Object.keys(FAULTS), next, 'missing samples'))
}
