import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alarmRate, alarmsOf, barOf, decidingOf } from '../../src/detection/alarms.ts'

const MINUTE = 60_000
const RATE = 0.003
const rare = RATE / 10
const odd = 10 * RATE
const usual = 0.5
const none = Number.NaN

const shown = (tails: readonly number[], stepMs: number) =>
  [...alarmsOf(Float64Array.from(tails), stepMs, { rate: RATE, keep: 50 * RATE })]
    .map((alarm) => (Number.isNaN(alarm) ? '?' : alarm))
    .join('')

describe('alarms from joint tails', () => {
  it.each([
    ['one rare row, where a step is long', [usual, rare, usual, usual], 60 * MINUTE, '0100'],
    ['one rare row, where rows come fast', [usual, rare, usual, usual], MINUTE, '0000'],
    ['rare rows that last, where rows come fast', [usual, rare, rare, rare, rare, usual], MINUTE, '001110'],
    ['an odd row after a rare one', [usual, rare, odd, odd, usual], 60 * MINUTE, '01110'],
    ['an odd row alone', [usual, odd, odd, usual], 60 * MINUTE, '0000'],
    ['a usual row within', [rare, usual, odd, usual, usual, odd], 60 * MINUTE, '101000'],
    ['an unknown row within', [rare, none, odd], 60 * MINUTE, '1?1'],
    ['an unknown row between rare ones, where rows come fast', [rare, none, rare, rare], MINUTE, '0?11'],
    ['rare rows too far apart, where rows come fast', [rare, usual, usual, usual, rare], MINUTE, '00000'],
    ['two unknown rows within', [rare, none, none, odd], 60 * MINUTE, '1??0'],
    ['nobody knows anything', [none, none], MINUTE, '??'],
  ] as const)('%s', (_, tails, stepMs, expected) => {
    expect(shown(tails, stepMs)).toBe(expected)
  })

  it('says of a row the same whatever follows', () => {
    const tail = fc.oneof(fc.constant(none), fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.constant(rare))
    fc.assert(
      fc.property(fc.array(tail, { maxLength: 60 }), fc.nat(60), (tails, cut) => {
        expect(shown(tails, MINUTE).slice(0, cut)).toBe(shown(tails.slice(0, cut), MINUTE))
      }),
    )
  })

  it.each([MINUTE, 60 * MINUTE])('gains no alarm from rows that are missing, at a step of %d ms', (stepMs) => {
    const row = fc.tuple(fc.constantFrom(rare, odd, usual), fc.boolean())
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const whole = shown(
          rows.map(([tail]) => tail),
          stepMs,
        )
        const gappy = shown(
          rows.map(([tail, missing]) => (missing ? none : tail)),
          stepMs,
        )
        for (const [at, alarm] of [...gappy].entries()) if (alarm === '1') expect(whole[at]).toBe('1')
      }),
    )
  })
})

describe('the alarm rate', () => {
  it.each([
    ['a minute, two of several', MINUTE, 2, 1, 0.7 / 1440],
    ['five minutes, two of several on several metrics', 5 * MINUTE, 2, 6, 2 / 288],
    ['five minutes, one alone on several metrics', 5 * MINUTE, 1, 6, 0.7 / 288],
    ['an hour', 60 * MINUTE, 2, 2, 0.01],
  ])('at a step of %s', (_, stepMs, deciding, metrics, rate) => {
    expect(alarmRate(stepMs, deciding, metrics)).toBeCloseTo(rate, 12)
  })

  it('is easier to meet with several metrics, and to stay in alarm is not', () => {
    const [one, several] = [barOf(5 * MINUTE, 2, 1), barOf(5 * MINUTE, 2, 12)]
    expect(several.rate).toBeGreaterThan(one.rate)
    expect(several.keep).toBe(one.keep)
    expect(one.keep).toBeCloseTo((50 * 0.7) / 288, 12)
  })

  it.each([
    [4, undefined, 2],
    [1, undefined, 1],
    [4, 'any', 1],
    [4, 'all', 2],
  ] as const)('of %d models by %s is that of %d', (configured, voting, deciding) => {
    expect(decidingOf(configured, voting)).toBe(deciding)
  })
})
