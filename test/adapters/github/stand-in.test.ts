import { afterAll, expect, it } from 'vitest'
import { forgeContract } from '../../contracts/forge.ts'
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

if (size(1, 64) > 1) forgeContract('GitHub as the stand-in', () => hall.world())
