import { describe, expect, it } from 'vitest'
import type { Detector } from '../../../src/detection/detectors/detector.ts'
import { type LstmModel, lstm } from '../../../src/detection/detectors/lstm.ts'
import { NO_ENGINES, tailOf, tailProbability, type Window } from '../../../src/detection/index.ts'
import { numbers, PER_DAY, windowWith } from '../../fakes/windows.ts'

const RARE = 0.003

/** Tail of each row from `upTo` on, by a model of those before it. */
function tailsOf<Model>(detector: Detector<Model>, window: Window, upTo: number, seed = 7): Float64Array {
  const input = { window, upTo, seed, engines: NO_ENGINES }
  const fit = detector.fit(input)
  if (!fit.fitted) throw new Error(`not fitted: ${fit.why}`)
  const tail = tailOf(detector.heldOut(input))
  return detector.score(fit.model, window, upTo, window.length).map((score) => tailProbability(tail, score))
}

function share(tails: Float64Array): number {
  return tails.filter((tail) => tail < RARE).length / tails.length
}

const rows = 6 * PER_DAY
const upTo = 5 * PER_DAY

/** One metric that is a function of the row, with noise of a twentieth of its range. */
function metric(seed: number, of: (row: number) => number): Window {
  const next = numbers(seed)
  return windowWith({
    'cpu-usage': Float64Array.from({ length: rows }, (_, row) => of(row) + 0.1 * (next() + next() - 1)),
  })
}

const FAULT = { from: upTo + 100, to: upTo + 160 }
const faulty = (row: number) => row >= FAULT.from && row < FAULT.to

describe('the LSTM autoencoder', () => {
  const wave = (row: number) => Math.sin((2 * Math.PI * row) / 17)

  it('learns a sine and flags one whose period changes', { timeout: 60_000 }, () => {
    const broken = (row: number) => Math.sin((2 * Math.PI * row) / 11)
    const tails = tailsOf(
      lstm,
      metric(1, (row) => (faulty(row) ? broken(row) : wave(row))),
      upTo,
    )
    expect(share(tails.subarray(0, 100))).toBeLessThan(0.03)
    expect(share(tails.subarray(100, 160))).toBeGreaterThan(0.5)
    expect(share(tails.subarray(190))).toBeLessThan(0.03)
  })

  it('catches a sawtooth that runs backwards', { timeout: 60_000 }, () => {
    const tooth = (row: number) => (row % 13) / 6
    const window = metric(3, (row) => (faulty(row) ? tooth(-row + 13 * rows) : tooth(row)))
    expect(share(tailsOf(lstm, window, upTo).subarray(100, 160))).toBeGreaterThan(0.5)
  })

  it('does not learn what is strange in its history', { timeout: 60_000 }, () => {
    const strange = (row: number) => row % 400 > 388
    const window = metric(4, (row) => (strange(row) || faulty(row) ? 3 : wave(row)))
    const scores = lstm.score(fitted(window), window, upTo, rows)
    const usual = scores.slice(0, 100).sort()
    expect(Math.min(...scores.subarray(100, 103))).toBeGreaterThan(5 * (usual[50] ?? 0))
  })
})

const sine = metric(5, (row) => Math.sin(row / 5))
function fitted(window: Window, until = upTo, seed = 7): LstmModel {
  const fit = lstm.fit({ window, upTo: until, seed, engines: NO_ENGINES })
  if (!fit.fitted) throw new Error(`not fitted: ${fit.why}`)
  return fit.model
}

describe('the model of the LSTM', () => {
  it('has the same bits for the same seed', { timeout: 60_000 }, () => {
    expect(fitted(sine, 400)).toEqual(fitted(sine, 400))
  })

  it('is a few kilobytes, whatever the history was', { timeout: 60_000 }, () => {
    const { network, frame, usual } = fitted(sine, 400)
    const numbersHeld = [network.weights, frame.centre, frame.spread, usual.newest, usual.all]
    const bytes = numbersHeld.reduce((sum, list) => sum + list.byteLength, 0)
    console.log(`LSTM: ${bytes} bytes for one metric`)
    expect(bytes).toBeLessThan(16_384)
  })

  it('reads at most sixteen metrics', { timeout: 60_000 }, () => {
    const next = numbers(6)
    const columns = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`m${at}`, Float64Array.from({ length: 200 }, next)]),
    )
    expect(fitted(windowWith(columns), 200).frame.signals).toHaveLength(16)
  })
})

describe('the LSTM on hostile numbers', () => {
  const next = numbers(8)
  const wild: Readonly<Record<string, (row: number) => number>> = {
    'the largest numbers there are': (row) => (row % 2 === 0 ? 1 : -1) * Number.MAX_VALUE * next(),
    'the smallest numbers there are': () => Number.MIN_VALUE * Math.floor(9 * next()),
    'infinities among others': (row) => (row % 9 === 0 ? Number.POSITIVE_INFINITY : next()),
    'a single spike in zeros': (row) => (row === 100 ? 1e12 : 0),
    'gaps everywhere': (row) => (row % 3 === 0 ? Number.NaN : next()),
    'a step of twelve orders': (row) => (row < 80 ? 1e-6 : 1e6) * (1 + next()),
  }
  it.each(Object.keys(wild))('says something finite or nothing of %s', { timeout: 60_000 }, (name) => {
    const window = windowWith({ 'cpu-usage': Float64Array.from({ length: 220 }, (_, row) => wild[name]?.(row) ?? 0) })
    const input = { window, upTo: 160, seed: 1, engines: NO_ENGINES }
    const fit = lstm.fit(input)
    const held = lstm.heldOut(input)
    const scores = fit.fitted ? lstm.score(fit.model, window, 160, 220) : new Float64Array(0)
    for (const score of [...held, ...scores])
      expect(Number.isNaN(score) || (Number.isFinite(score) && score >= 0)).toBe(true)
  })
})
