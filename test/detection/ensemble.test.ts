import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelConfidence } from '../../src/detection/calibration.ts'
import { jointTail, jointTails } from '../../src/detection/ensemble.ts'
import { SINGLE_MODEL_CEILING, VOTINGS, type Vote } from '../../src/domain/index.ts'

const yes = (tail = 0.001): Vote => ({ model: 'isolation-forest', anomaly: true, score: 0.7, tail })
const no = (tail = 0.5): Vote => ({ model: 'arima', anomaly: false, score: 0.4, tail })
const absent: Vote = { model: 'lstm', absent: 'too-little-data' }

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

  it("of fewer models than the quorum is nobody's", () => {
    expect(jointTail(Float64Array.of(1e-6), 1, 2)).toBeNaN()
    expect(jointTail(Float64Array.of(1e-6), 1, 1)).toBe(1e-6)
    expect(jointTail(new Float64Array(0), 0, 4, 'any')).toBeNaN()
  })

  it.each([
    ['a sure one against an unsure one', [1e-6, 0.5], true],
    ['a weak one against an unsure one', [0.002, 0.5], false],
  ])('weighs %s', (_, tails, carried) => {
    expect(jointTail(Float64Array.from(tails), 2, 2, 'weighted') < 0.003).toBe(carried)
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
  const RATE = 0.003
  const of = (votes: readonly Vote[], joint: number, configured: number) =>
    modelConfidence(votes, joint, RATE, configured)
  const tail = fc.double({ min: 1e-12, max: RATE, noNaN: true })

  it('never falls with a larger margin', () => {
    fc.assert(
      fc.property(tail, tail, (a, b) => {
        const [rarer, other] = a < b ? [a, b] : [b, a]
        return of([yes(), yes()], rarer, 4) >= of([yes(), yes()], other, 4)
      }),
    )
  })

  it('never falls with more votes', () => {
    expect(of([yes(), yes(), yes()], 0.001, 4)).toBeGreaterThan(of([yes(), yes()], 0.001, 4))
  })

  it('of a model that is alone is less than that of two, grows with the margin and has a ceiling', () => {
    for (const joint of [1e-3, 1e-6, 1e-12]) expect(of([yes()], joint, 1)).toBeLessThan(of([yes(), yes()], joint, 4))
    expect(of([yes()], 1e-4, 1)).toBeGreaterThan(of([yes()], 1e-3, 1))
    expect(of([yes()], 1e-12, 1)).toBe(SINGLE_MODEL_CEILING)
  })

  it('is a probability, whatever the tail', () => {
    for (const joint of [0, 1e-300, 1, Number.NaN]) {
      const confidence = of([yes()], joint, 4)
      expect(confidence > 0 && confidence < 1).toBe(true)
    }
  })

  it('of a row that only keeps an alarm going is less than that of one with votes, and not nothing', () => {
    const kept = of([no(), no()], 0.1, 4)
    expect(kept > 0 && kept < of([yes(), yes()], 0.001, 4)).toBe(true)
  })

  it('is nothing where nobody says yes', () => {
    expect(of([no(), absent], 0.5, 2)).toBe(0)
  })
})
