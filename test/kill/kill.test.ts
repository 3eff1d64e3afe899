import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolders } from '../adapters/local/repository.ts'
import { staleBuild } from './built.ts'
import { dice, seedOf } from './dice.ts'
import { doubles, type End } from './end.ts'
import { KillWorld } from './world.ts'

const FULL = process.env['KINTSUGI_N'] === 'full'
const KILLS = FULL ? 100 : 12
/** Between two ticks: the fewer, the more ticks there are to be killed in. */
const STEP = FULL ? 1 : 3
const MOST_MINUTES = 75
/** Share of a run from which on kills fall: before it, node is still loading modules. A few fall there all the same. */
const LOADED = 0.3
const LATEST = 1.05

afterAll(removeFolders)

/** A run that must come to its end. A ref's lock that a killed git has left holds it up for a minute, not for ever. */
async function complete(world: KillWorld): Promise<number> {
  const began = performance.now()
  const ended = await world.start().ended
  if (ended.code === 0) return performance.now() - began
  if (!world.ageLocks()) throw new Error(`the controller ended with ${ended.code}: ${ended.err}`)
  const again = await world.start().ended
  if (again.code !== 0) throw new Error(`the controller ended with ${again.code} after a left lock: ${again.err}`)
  return performance.now() - began
}

function isOver(end: End): boolean {
  return end.pulls.length >= 4 && !end.pulls.some((pull) => pull.endsWith(': none'))
}

/** The story until every pull request has its verdict, with whatever is done to the controller before each of its ticks. */
async function play(world: KillWorld, before: (minute: number) => Promise<void>): Promise<End> {
  for (let minute = STEP; minute <= MOST_MINUTES; minute += STEP) {
    await world.pass(STEP)
    await before(minute)
    await complete(world)
    const end = await world.end()
    if (isOver(end)) return end
  }
  return world.end()
}

describe('dist/cli.js', () => {
  it('is built from the sources that are here', () => {
    expect(staleBuild()).toBeUndefined()
  })
})

describe('a controller that is killed and started again', () => {
  let undisturbed: End

  beforeAll(async () => {
    const stale = staleBuild()
    if (stale !== undefined) throw new Error(stale)
    undisturbed = await play(await KillWorld.make(), async () => undefined)
  }, 240_000)

  it('has a story to be killed in: two fixes that help, and one that is taken back', () => {
    expect(undisturbed.pulls.map((pull) => pull.replace(/^.*?: /, ''))).toEqual([
      'fix(cart): raise memory limit 32Mi -> 128Mi: merged: resolved',
      'fix(catalog): roll back image to 1.8.2: merged: resolved',
      'fix(checkout): raise CPU limit 200m -> 400m: merged: harmful',
      'revert(checkout): raise CPU limit 200m -> 400m: merged: resolved',
    ])
  })

  it(`comes to the same end, with nothing doubled and nothing lost, through ${KILLS} kills`, async () => {
    const seed = seedOf(process.env)
    const roll = dice(seed)
    const world = await KillWorld.make()
    const wrong: string[] = []
    let [kills, survived, usualMs] = [0, 0, await complete(world)]
    const end = await play(world, async (minute) => {
      // Ticks come in a row of which no one knows which write: the kills are spread over all of them.
      const due = Math.ceil((KILLS * minute) / (FULL ? 46 : 45))
      for (let tries = 0; kills < Math.min(due, KILLS) && tries < 12; tries += 1) {
        const began = performance.now()
        const share = roll() < 0.1 ? roll() * LOADED : LOADED + roll() * (LATEST - LOADED)
        const group = roll() < 0.5
        if (await world.killAfter(share * usualMs, group)) kills += 1
        else {
          survived += 1
          usualMs = (usualMs + performance.now() - began) / 2
        }
        wrong.push(...doubles(await world.forge.pulls()).map((what) => `minute ${minute}, kill ${kills}: ${what}`))
      }
    })
    const told = `seed ${seed}: ${kills} kills, ${survived} came too late, a run takes about ${Math.round(usualMs)} ms`
    console.log(told)
    expect(wrong, told).toEqual([])
    expect(end, told).toEqual(undisturbed)
    expect(kills, told).toBe(KILLS)
  }, 400_000)

  it('is started twice at the same moments, and does everything once', async () => {
    const world = await KillWorld.make()
    const wrong: string[] = []
    const end = await play(world, async (minute) => {
      const both = await Promise.all([world.start().ended, world.start().ended])
      // Losing a race again and again is an answer; the next tick tries anew.
      const failed = both.filter(({ code, out }) => code !== 0 && !out.includes('KIN-4004'))
      wrong.push(...failed.map(({ code, err }) => `minute ${minute}: ended with ${code}: ${err}`))
      wrong.push(...doubles(await world.forge.pulls()).map((what) => `minute ${minute}: ${what}`))
    })
    expect(wrong).toEqual([])
    expect(end).toEqual(undisturbed)
  }, 400_000)
})
