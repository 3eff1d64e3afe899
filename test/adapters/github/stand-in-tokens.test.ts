import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STEP_PERMISSIONS } from '../../../src/adapters/github/permissions.ts'
import { CART_LANE, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { size } from '../../fakes/size.ts'
import { TOKEN_LIFE_MS } from '../../github/auth/tokens.ts'
import { dice, seedOf } from '../../kill/dice.ts'
import { type Hall, openHall } from './stand-in-world.ts'

const MINUTE = 60_000
const HOURS = size(4, 24)

let hall: Hall
beforeAll(async () => {
  hall = await openHall()
})
afterAll(async () => {
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

const stepOf = (given: object) =>
  Object.entries(STEP_PERMISSIONS).find(
    ([, wanted]) => JSON.stringify(Object.entries(wanted).sort()) === JSON.stringify(Object.entries(given).sort()),
  )?.[0]

describe('tokens of installations, as GitHub hands them out and sees them again', () => {
  it('are one for a repository and a step at a time, no wider than the step, and are never shown after their hour', async () => {
    const seed = seedOf(process.env)
    const roll = dice(seed)
    const { standIn } = hall.stand
    const { clock } = standIn.world
    const worlds = [await hall.world(), await hall.world()]
    const endMs = clock.now() + HOURS * 60 * MINUTE
    let asked = 0
    for (let round = 0; clock.now() < endMs; round += 1) {
      const { forge } = worlds[round % worlds.length] ?? worlds[0] ?? { forge: undefined }
      if (forge === undefined) throw new Error('there are two')
      const main = (await forge.look('main', [CART_LANE])).base.revision
      asked += 1
      if (roll() < 0.5) await forge.say({ lane: CART_LANE }, `Round ${round}.`)
      // One at least: the fewest rounds are four.
      if (round === 3 || (round > 3 && roll() < 0.3)) {
        const files = { [WEB]: `memory: ${100 + round}Mi\n` }
        const pull = pullOf(await forge.open(proposalOn(main, { name: 'web', files, inputs: {} })))
        expect(await forge.merge(pull.number, pull.headSha)).toMatchObject({ result: 'merged' })
      }
      // From moments to more than a life, and often right at its end.
      clock.advance(roll() < 0.3 ? 55 * MINUTE + (roll() - 0.5) * 11 * MINUTE : roll() * 20 * MINUTE)
    }
    const issued = standIn.tokens.issued()
    const told = `seed ${seed}: ${issued.length} tokens in ${asked} rounds`
    const uses = issued.map(({ token, permissions, repositories, expiresAt }) => {
      const bornMs = expiresAt - TOKEN_LIFE_MS
      const last = standIn.tokens.lastUse(token) ?? bornMs
      return { step: stepOf(permissions), repositories, bornMs, last }
    })
    for (const { step, repositories, bornMs, last } of uses) {
      expect(['read', 'write', 'merge'], told).toContain(step)
      expect(repositories, told).toHaveLength(1)
      expect(last - bornMs, told).toBeLessThan(TOKEN_LIFE_MS)
    }
    for (const step of ['read', 'write', 'merge']) {
      for (const { repositories, bornMs, last } of uses.filter((one) => one.step === step)) {
        const others = uses.filter(
          (one) => one.step === step && String(one.repositories) === String(repositories) && one.bornMs !== bornMs,
        )
        // Another one of the step is asked for only once this one is over.
        expect(others.filter((one) => one.bornMs > bornMs && one.bornMs < last)).toEqual([])
      }
    }
    expect(new Set(uses.map(({ step }) => step))).toEqual(new Set(['read', 'write', 'merge']))
    expect(uses.filter(({ step }) => step === 'read').length, told).toBeGreaterThan(HOURS)
    expect(asked, told).toBeGreaterThan(issued.length / 4)
  }, 120_000)
})
