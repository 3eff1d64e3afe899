import { beforeAll, describe, expect, it } from 'vitest'
import { detectors, type Engines, judged } from '../../src/detection/index.ts'
import { realEngines } from '../fakes/engines.ts'
import { size } from '../fakes/size.ts'
import { numbers, windowWith } from '../fakes/windows.ts'

const COUNT = size(18, 10_000)
const ROWS = 260
const FROM = 160

type Kind = (row: number, next: () => number) => number

/** Healthy noise on a wave: what the others spoil. */
const wave: Kind = (row, next) => 100 + 20 * Math.sin(row / 9) + 4 * next()

const KINDS: Readonly<Record<string, Kind>> = {
  wave,
  'missing samples': (row, next) => (next() < 0.2 ? Number.NaN : wave(row, next)),
  'long gaps': (row, next) => (row % 70 < 25 ? Number.NaN : wave(row, next)),
  infinities: (row, next) => (next() < 0.05 ? Number.POSITIVE_INFINITY * (next() - 0.5) : wave(row, next)),
  constant: () => 7,
  'constant, then not': (row, next) => (row < FROM ? 7 : wave(row, next)),
  noughts: (_, next) => (next() < 0.02 ? 1 : 0),
  'a counter that begins anew': (row) => (row * 17) % 900,
  steps: (row, next) => Math.floor(row / 40) * 50 + next(),
  'two values': (_, next) => (next() < 0.5 ? 1 : 2),
  enormous: (row, next) => wave(row, next) * 1e300,
  tiny: (row, next) => wave(row, next) * 1e-300,
  negative: (row, next) => -wave(row, next),
  'no samples at all': () => Number.NaN,
  'one sample': (row) => (row === 30 ? 1 : Number.NaN),
  exponential: (row) => 1.05 ** row,
  spikes: (row, next) => (next() < 0.01 ? 1e9 : wave(row, next)),
}

const NAMES = Object.keys(KINDS)

function valuesOf(name: string, seed: number, rows: number): Float64Array {
  const next = numbers(seed)
  const kind = KINDS[name] ?? wave
  return Float64Array.from({ length: rows }, (_, row) => kind(row, next))
}

let engines: Engines
beforeAll(async () => {
  engines = await realEngines()
})

const judge = (values: Float64Array, seed: number, from = FROM) =>
  judged(detectors, { window: windowWith({ 'cpu-usage': values }), from, seed, engines })

describe(`${COUNT} series of ${NAMES.length} kinds`, () => {
  it('are judged or abstained from: no score is anything else, and nothing is thrown', { timeout: 3_600_000 }, () => {
    for (let seed = 0; seed < COUNT; seed += 1) {
      const name = NAMES[seed % NAMES.length] ?? ''
      const rows = seed % 5 === 0 ? 10 : ROWS
      const { tracks, joint, alarms } = judge(valuesOf(name, seed, rows), seed, rows === 10 ? 3 : FROM)
      const told = `${name}, seed ${seed}`
      for (const { tails } of tracks)
        for (const tail of tails)
          if (!(Number.isNaN(tail) || (tail >= 0 && tail <= 1))) throw new Error(`${told}: tail ${tail}`)
      for (const tail of joint)
        if (!(Number.isNaN(tail) || (tail >= 0 && tail <= 1))) throw new Error(`${told}: joint ${tail}`)
      if (rows === 10) expect([told, alarms.some((alarm) => alarm === 1)]).toEqual([told, false])
      if (name === 'constant' || name === 'no samples at all')
        expect([told, alarms.some((alarm) => alarm === 1)]).toEqual([told, false])
    }
  })

  it('are not in alarm because samples are missing', { timeout: 3_600_000 }, () => {
    const inAlarm = (alarms: Float64Array) => alarms.filter((alarm) => alarm === 1).length
    const series = Math.max(3, Math.ceil(COUNT / 100))
    let [whole, gappy] = [0, 0]
    for (let seed = 0; seed < series; seed += 1) {
      const values = valuesOf('wave', seed, ROWS)
      const next = numbers(seed + 1)
      const missing = values.map((value, row) => (row >= FROM && next() < 0.15 ? Number.NaN : value))
      whole += inAlarm(judge(values, seed).alarms)
      gappy += inAlarm(judge(missing, seed).alarms)
    }
    const told = `${series} healthy series: ${whole} rows in alarm, ${gappy} where 15 % of the samples are missing`
    console.log(told)
    expect(gappy, told).toBeLessThanOrEqual(whole)
  })
})
