import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { prophetLibrary } from '../../../src/cli/prophet-library.ts'
import { type ProphetLibrary, prophetEngine } from '../../../src/detection/engines/index.ts'
import { EngineLost, type ProphetEngine, type ProphetInput } from '../../../src/detection/engines.ts'
import { size } from '../../fakes/size.ts'
import { numbers } from '../../fakes/windows.ts'

const START = Date.UTC(2026, 0, 5) / 1000
const DAY = 86_400

/** A day's swing of 5 about 10, sampled every half hour, with uniform noise of +-0.5. */
function days(seed: number, count: number, ahead = 1): ProphetInput & { readonly truth: readonly number[] } {
  const next = numbers(seed)
  const swing = (at: number) => 10 + 5 * Math.sin((2 * Math.PI * at) / DAY)
  const seconds = Array.from({ length: count * 48 }, (_, row) => START + row * 1800)
  const at = Array.from({ length: ahead * 48 }, (_, row) => START + (count * 48 + row) * 1800)
  return {
    seconds,
    values: seconds.map((one) => swing(one) + next() - 0.5),
    daily: 4,
    weekly: 0,
    at,
    truth: at.map(swing),
  }
}

let library: ProphetLibrary
let engine: ProphetEngine

beforeAll(async () => {
  library = await prophetLibrary()
  engine = prophetEngine(library)
})

describe('the engine of Prophet', () => {
  it('forecasts the swing of a day', () => {
    const input = days(1, 5)
    const mean = engine(input)?.mean ?? new Float64Array(48)
    const errors = input.truth.map((value, row) => Math.abs(value - (mean[row] ?? 0)))
    expect(errors.reduce((sum, error) => sum + error, 0) / 48).toBeLessThan(0.3)
  })

  it.each([1e-6, 1e9])('does so at a scale of %d and a level far above it', (scale) => {
    const input = days(1, 5)
    const lifted = engine({ ...input, values: input.values.map((value) => scale * (value + 1e4)) })?.mean
    for (const [row, value] of (engine(input)?.mean ?? []).entries()) {
      expect((lifted?.[row] ?? 0) / scale - 1e4).toBeCloseTo(value, 1)
    }
  })

  it.each([
    ['days', days(8, 5)],
    ['a fortnight', days(9, 14)],
    [
      'days that break off',
      { ...days(10, 6), values: days(10, 6).values.map((one, row) => (row > 150 ? one + 4 : one)) },
    ],
  ])('solves what the optimizer of the library searches: %s', (_, input) => {
    const searched = prophetEngine({
      ...library,
      initSync: () => undefined,
      modelOf: ({ optimizer: _, ...options }) => library.modelOf(options),
    })
    const wide = { ...input, at: [...input.seconds, ...input.at] }
    const range = Math.max(...input.values) - Math.min(...input.values)
    const found = searched(wide)?.mean ?? new Float64Array(0)
    const far = (engine(wide)?.mean ?? []).map((one, row) => Math.abs(one - (found[row] ?? Number.NaN)))
    expect(Math.max(...far) / range).toBeLessThan(0.03)
  })

  it('says the same again', () => {
    expect(engine(days(2, 3))).toEqual(engine(days(2, 3)))
  })

  it('gives an interval when it is asked for one, and it holds most of what comes', () => {
    const input = days(3, 5, 2)
    const { low, high } = engine({ ...input, interval: 0.95 }) ?? {}
    const next = numbers(77)
    const within = input.truth.filter((value, row) => {
      const seen = value + next() - 0.5
      return seen >= (low?.[row] ?? 0) && seen <= (high?.[row] ?? 0)
    })
    expect(within.length / input.truth.length).toBeGreaterThan(0.9)
  })

  it('leaves out what is no number', () => {
    const input = days(4, 4)
    const holed = input.values.map((value, row) =>
      row % 9 === 0 ? ([Number.NaN, Number.POSITIVE_INFINITY][row % 2] ?? value) : value,
    )
    expect(engine({ ...input, values: holed })?.mean.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['nothing', []],
    ['two points', [1, 2]],
    ['only holes', new Array<number>(50).fill(Number.NaN)],
  ])('says nothing of %s', (_, values) => {
    const seconds = values.map((_, row) => START + row * 600)
    expect(engine({ seconds, values, daily: 0, weekly: 0, at: [START] })).toBeUndefined()
  })

  it('comes to an end on short noise, time and again', () => {
    const next = numbers(5)
    for (let round = 0; round < size(60, 600); round += 1) {
      const seconds = Array.from({ length: 13 + (round % 30) }, (_, row) => START + row * 600)
      const values = seconds.map(() => 2 * next() - 1)
      expect(engine({ seconds, values, daily: 0, weekly: 0, at: [START + 86_400] })).toBeDefined()
    }
  })

  it('holds its memory over fit upon fit', { timeout: 120_000 }, () => {
    const input = days(6, 3)
    for (let round = 0; round < 20; round += 1) engine(input)
    const before = process.memoryUsage().rss
    for (let round = 0; round < size(40, 300); round += 1) engine(input)
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(60)
  })

  it('is lost once the library throws what is no end of an optimizer', () => {
    const broken: ProphetLibrary = {
      ...library,
      initSync: () => undefined,
      modelOf: () => ({
        fit: () => {
          throw new Error('Exception thrown')
        },
        predict: () => ({ yhat: { point: [], intervals: undefined } }),
        free: () => undefined,
      }),
    }
    const lost = prophetEngine(broken)
    expect(() => lost(days(7, 2))).toThrow(EngineLost)
    expect(() => lost(days(7, 2))).toThrow(EngineLost)
  })

  it('writes nothing on stdout', () => {
    const root = resolve(import.meta.dirname, '../../..')
    const script = `
      const { Prophet, initSync } = await import('@bsull/augurs/prophet')
      const { optimizer } = await import('@bsull/augurs-prophet-wasmstan')
      const { readFileSync } = await import('node:fs')
      const { createRequire } = await import('node:module')
      const entry = createRequire(${JSON.stringify(`${root}/package.json`)}).resolve('@bsull/augurs/prophet')
      initSync({ module: readFileSync(entry.replace('prophet.js', 'prophet_bg.wasm')) })
      const model = new Prophet({ optimizer })
      try { model.fit({ ds: [1, 2], y: [1, 2] }); console.error('fitted') } catch { console.error('no end') }`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stderr).toContain('no end')
    expect(stdout).toBe('')
  })
})
