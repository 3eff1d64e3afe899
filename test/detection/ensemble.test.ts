import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelConfidence } from '../../src/detection/calibration.ts'
import { count, jointTail, jointTails } from '../../src/detection/ensemble.ts'
import { SINGLE_MODEL_CEILING, VOTINGS, type Vote } from '../../src/domain/index.ts'

const yes = (tail = 0.001): Vote => ({ model: 'isolation-forest', anomaly: true, score: 0.7, tail })
const no = (tail = 0.5): Vote => ({ model: 'arima', anomaly: false, score: 0.4, tail })
const absent: Vote = { model: 'lstm', absent: 'too-little-data' }

describe('the hard vote', () => {
  it.each([
    ['one of one', [yes()], 1, undefined, true],
    ['one where two are configured', [yes(), absent], 2, undefined, false],
    ['two of three', [yes(), yes(), no()], 3, undefined, true],
    ['one of three', [yes(), no(), no()], 3, undefined, false],
    ['nobody', [absent, absent], 2, undefined, false],
    ['one of three, any', [yes(), no(), no()], 3, 'any', true],
    ['one of two, majority', [yes(), no()], 2, 'majority', false],
    ['two of three, majority', [yes(), yes(), no()], 3, 'majority', true],
    ['all of those present', [yes(), yes(), absent], 3, 'all', true],
    ['not all', [yes(), no()], 2, 'all', false],
    ['a sure one against an unsure one, weighted', [yes(1e-6), no(0.5)], 2, 'weighted', true],
    ['a weak one against an unsure one, weighted', [yes(0.002), no(0.5)], 2, 'weighted', false],
  ] as const)('%s', (_, votes, configured, voting, anomaly) => {
    expect(count(votes, configured, voting).anomaly).toBe(anomaly)
  })

  it.each([undefined, ...VOTINGS])('finds nothing by %s where nobody says yes', (voting) => {
    expect(count([no(), no(0.01), absent], 3, voting).anomaly).toBe(false)
  })

  it('shares out among those present only', () => {
    expect(count([yes(), no(), absent], 3).share).toBe(0.5)
  })
})

describe('the joint tail', () => {
  const votings = [undefined, ...VOTINGS.filter((voting) => voting !== 'weighted')]

  it('is the rate above which the vote is carried', () => {
    const tails = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        tails,
        fc.constantFrom(...votings),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (list, voting, rate) => {
          const yeses = list.filter((tail) => tail < rate).length
          const quorum = { any: 1, majority: Math.floor(list.length / 2) + 1, all: list.length, weighted: 0 }
          const carried = yeses >= (voting === undefined ? 2 : quorum[voting])
          expect(jointTail(Float64Array.from(list), list.length, 4, voting) < rate).toBe(carried)
        },
      ),
    )
  })

  it('of several rows is that of each, of the models that judged it', () => {
    const track = (...tails: number[]) => ({
      model: 'arima' as const,
      from: 0,
      scores: Float64Array.from(tails),
      tails: Float64Array.from(tails),
      silent: [],
    })
    const none = Number.NaN
    const joint = jointTails([track(0.1, 0.2, none), track(0.4, none, none), track(0.3, 0.01, 0.5)], 3)
    expect([...joint]).toEqual([0.3, 0.2, none])
  })
})

describe('the confidence of models', () => {
  const tail = fc.double({ min: 1e-6, max: 0.003, noNaN: true })

  it('never falls with a larger margin', () => {
    fc.assert(
      fc.property(tail, tail, (a, b) => {
        const [rarer, other] = a < b ? [a, b] : [b, a]
        return modelConfidence([yes(rarer)], 1) >= modelConfidence([yes(other)], 1)
      }),
    )
  })

  it('never falls with more votes', () => {
    expect(modelConfidence([yes(), yes()], 2)).toBeGreaterThanOrEqual(modelConfidence([yes()], 2))
  })

  it('of a single configured model stays below its ceiling', () => {
    expect(modelConfidence([yes(1e-6)], 1)).toBeLessThanOrEqual(SINGLE_MODEL_CEILING)
  })

  it('is nothing where nobody says yes', () => {
    expect(modelConfidence([no(), absent], 2)).toBe(0)
  })
})
