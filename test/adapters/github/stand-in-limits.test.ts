import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CRAFTED_BOUNDS, CRAFTED_FILES, craftedPlans, ODD_FILES } from '../../contracts/crafted-plans.ts'
import { proposalOn, pullOf } from '../../contracts/forge.ts'
import { control } from '../../github/world/control-routes.ts'
import { type Hall, openHall } from './stand-in-world.ts'

let hall: Hall
beforeAll(async () => {
  hall = await openHall()
})
afterAll(async () => {
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

// The same plans as on the model, over a real tree with links, submodules and an executable in it.
it('a hundred crafted plans write nothing to a real repository', async () => {
  const { world } = hall.stand.standIn
  const made = await hall.world(CRAFTED_FILES, CRAFTED_BOUNDS)
  const { repo, forge } = made
  const odd = Object.entries(ODD_FILES)
  await control(world, 'push', {
    repo,
    branch: 'main',
    by: 'ann',
    files: Object.fromEntries(odd.map(([path, { content }]) => [path, content])),
    modes: Object.fromEntries(odd.flatMap(([path, { mode }]) => [[path, mode]])),
  })
  const main = (await forge.head('main')) ?? ''
  const before = [await made.state(), await control(world, 'state', { repo })]
  const plans = fc.sample(craftedPlans(main), 100)
  const taken: string[] = []
  for (const plan of plans) {
    const results = [await forge.open(plan), await forge.refresh(1, plan)].map(({ result }) => result)
    if (results.some((result) => result !== 'refused')) taken.push(plan.files.map(({ path }) => path).join(' '))
  }
  expect(taken).toEqual([])
  expect([await made.state(), await control(world, 'state', { repo })]).toEqual(before)
  expect(pullOf(await forge.open(proposalOn(main))).state).toBe('open')
}, 60_000)
