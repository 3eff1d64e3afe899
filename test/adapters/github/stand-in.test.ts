import { afterAll, expect, it } from 'vitest'
import { CART, CART_LANE, forgeContract, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { live, WHOLE_END } from '../../contracts/forge-story.ts'
import { size } from '../../fakes/size.ts'
import { openHall } from './stand-in-world.ts'

const hall = await openHall()

afterAll(async () => {
  // What GitHub would not have understood, and what the stand-in should not have said.
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

// Every verb once, through the real client and over real bare repositories; the whole contract takes more than a minute.
it('a life of one attempt ends on the stand-in as it does anywhere', async () => {
  const made = await hall.world()
  const whole = await live({ start: () => made.forge, leftOver: made.branches }, Number.POSITIVE_INFINITY)
  const pulls = WHOLE_END.pulls.map((pull) => (pull.number === 1 ? pull : { ...pull, number: 3 }))
  expect(whole.end).toMatchObject({ ...WHOLE_END, pulls })
}, 60_000)

it('opens in three requests when warm, and looks in one', async () => {
  const { forge } = await hall.world()
  const { calls } = hall.stand.standIn.world
  const main = (await forge.look('main', [CART_LANE])).base.revision
  expect(new TextDecoder().decode((await forge.tree(main)).bytes(CART))).toBe('memory: 32Mi\n')
  // Tokens are asked for once an hour.
  pullOf(await forge.open(proposalOn(main, { name: 'web', files: { [WEB]: 'memory: 128Mi\n' } })))
  const start = calls.length
  pullOf(await forge.open(proposalOn(main)))
  await forge.look('main', [CART_LANE])
  expect(
    calls.slice(start).map(({ kind, operation }) => `${kind} ${operation.split(' ').slice(0, 2).join(' ')}`),
  ).toEqual([
    'graphql query rateLimit',
    'graphql mutation createRef',
    'graphql mutation addLabelsToLabelable',
    'graphql query rateLimit',
  ])
})

if (size(1, 64) > 1) forgeContract('GitHub as the stand-in', () => hall.world())
