import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { arimaLibrary } from '../../../src/cli/arima-library.ts'
import { type ArimaLibrary, arimaEngine } from '../../../src/detection/engines/index.ts'
import { type ArimaEngine, EngineLost } from '../../../src/detection/engines.ts'
import { size } from '../../fakes/size.ts'
import { numbers } from '../../fakes/windows.ts'

const noise = (seed: number, length: number) => {
  const next = numbers(seed)
  return Float64Array.from({ length }, () => next() - 0.5)
}

/** x[t] = 0.7 x[t-1] + noise, about a level. */
function remembering(seed: number, length: number, level = 0): Float64Array {
  let last = 0
  return noise(seed, length).map((value) => {
    last = 0.7 * last + value
    return level + last
  })
}

let library: ArimaLibrary
let engine: ArimaEngine

beforeAll(async () => {
  library = await arimaLibrary()
  engine = arimaEngine(library)
})

describe('the engine of ARIMA', () => {
  it('forecasts a series with memory: back to its level, with a variance that grows to its own', () => {
    const values = remembering(1, 4000, 20)
    const forecast = engine(values, [1, 0, 0], 30)
    expect(forecast?.mean.at(-1)).toBeCloseTo(20, 0)
    expect(forecast?.variance[0]).toBeCloseTo(1 / 12, 2)
    expect(forecast?.variance.at(-1)).toBeCloseTo(1 / 12 / (1 - 0.7 ** 2), 1)
  })

  it('says what a sample adds to later forecasts', () => {
    const response = engine(remembering(1, 1000, 20), [1, 0, 0], 30)?.response
    const phi = response?.[0] ?? Number.NaN
    expect(phi).toBeGreaterThan(0.6)
    expect(phi).toBeLessThan(0.8)
    expect(response?.[4]).toBeCloseTo(phi ** 5, 6)
  })

  it.each([
    [1, 1, 1],
    [2, 1, 1],
    [1, 0, 0],
  ] as const)('responds as its own variance says, at (%i,%i,%i)', (p, d, q) => {
    const forecast = engine(remembering(4, 500), [p, d, q], 40)
    let sum = 1
    for (let step = 1; step < 40; step += 1) {
      sum += (forecast?.response[step - 1] ?? Number.NaN) ** 2
      expect((forecast?.variance[step] ?? Number.NaN) / (forecast?.variance[0] ?? Number.NaN)).toBeCloseTo(sum, 2)
    }
  })

  it('carries a forecast over a later value as if it had been trained with it', () => {
    const values = remembering(3, 600)
    const first = engine(values.subarray(0, 599), [2, 1, 1], 10)
    const next = engine(values, [2, 1, 1], 9)
    const error = (values[599] ?? 0) - (first?.mean[0] ?? 0)
    const carried = first?.mean.slice(1).map((mean, at) => mean + (first.response[at] ?? 0) * error)
    const near = 0.05 * Math.sqrt(first?.variance[0] ?? 0)
    for (const [at, mean] of (next?.mean ?? []).entries())
      expect(Math.abs(mean - (carried?.[at] ?? 9))).toBeLessThan(near)
    expect(next?.mean).toHaveLength(9)
  })

  it.each([1e-12, 1e12])('thinks alike of values %d times as large', (factor) => {
    const values = remembering(4, 300, 3)
    const scaled = engine(
      values.map((value) => value * factor),
      [1, 1, 1],
      5,
    )
    expect((scaled?.mean[4] ?? 0) / factor).toBeCloseTo(engine(values, [1, 1, 1], 5)?.mean[4] ?? 9, 6)
  })

  it('gives the same forecast for the same values', () => {
    expect(engine(remembering(5, 300), [2, 1, 1], 20)).toEqual(engine(remembering(5, 300), [2, 1, 1], 20))
  })

  it.each([
    ['are few', noise(1, 8)],
    ['never move', new Float64Array(300).fill(3)],
    ['have a hole', noise(1, 300).fill(Number.NaN, 100, 101)],
    ['end in one', noise(1, 300).fill(Number.NaN, 299)],
    ['are infinite', noise(1, 300).fill(Number.POSITIVE_INFINITY, 7, 8)],
    ['reach as far as numbers do', noise(1, 300).map((value) => value * 1.7e308 * 2)],
    ['explode', Float64Array.from({ length: 300 }, (_, at) => 1.08 ** at)],
  ])('has no forecast, or a sane one, for values that %s', (_, values) => {
    const forecast = engine(values, [2, 1, 1], 30)
    if (forecast === undefined) return
    expect(forecast.mean.every(Number.isFinite)).toBe(true)
    expect(forecast.variance.every((variance) => variance > 0 && Number.isFinite(variance))).toBe(true)
  })

  it('reads the newest values only, so that the library stays whole', () => {
    const long = remembering(6, 20_000)
    expect(engine(long, [1, 1, 1], 5)).toEqual(engine(long.slice(-4000), [1, 1, 1], 5))
    expect(engine(remembering(6, 300), [1, 1, 1], 5)).toBeDefined()
  })

  it('keeps no memory of its fits', { timeout: 60_000 }, () => {
    const fits = size(300, 2000)
    const values = remembering(7, 300)
    const once = () => engine(values, [1, 1, 1], 64)
    for (let warm = 0; warm < fits / 4; warm += 1) once()
    const before = process.memoryUsage().rss
    for (let count = 0; count < fits; count += 1) once()
    const grown = process.memoryUsage().rss - before
    console.log(`arima: ${fits} fits added ${(grown / 2 ** 20).toFixed(1)} MB`)
    expect(grown).toBeLessThan(32 * 2 ** 20)
  })
})

describe('a library that throws', () => {
  it('is lost for this and every later fit, in words', () => {
    let fits = 0
    const broken: ArimaLibrary = class extends library {
      override train(values: number[]) {
        fits += 1
        if (fits === 2) throw new RangeError('offset is out of bounds')
        return super.train(values)
      }
    }
    const once = arimaEngine(broken)
    const values = remembering(8, 200)
    expect(once(values, [1, 1, 1], 5)).toBeDefined()
    const said = 'the library behind arima is lost for this thread: offset is out of bounds'
    expect(() => once(values, [1, 1, 1], 5)).toThrow(new EngineLost('arima', new RangeError('offset is out of bounds')))
    expect(() => once(values, [1, 1, 1], 5)).toThrow(said)
    expect(fits).toBe(2)
  })
})

describe('stdout', () => {
  const built = resolve(import.meta.dirname, '../../../dist')
  const script = (quiet: boolean) => `
    import { arimaLibrary } from ${JSON.stringify(pathToFileURL(`${built}/cli/arima-library.js`).href)}
    const Arima = ${quiet ? 'await arimaLibrary()' : "(await import('arima')).default"}
    const model = new Arima({ p: 1, d: 0, q: 0, method: 1, verbose: true })
    model.train(Array.from({ length: 40 }, (_, row) => Math.sin(row * row)))
    model.predict(3)
    console.log('the only line')`
  const printed = (quiet: boolean) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script(quiet)], {
      encoding: 'utf8',
      cwd: built,
      timeout: 30_000,
    }).stdout

  it('is built', () => expect(existsSync(`${built}/cli/arima-library.js`)).toBe(true))

  it('belongs to the program, though the library prints there', () => {
    expect(printed(true)).toBe('the only line\n')
    expect(printed(false)).toContain('AIC criterion')
  })
})
