import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolders } from '../adapters/local/repository.ts'
import { shopOf } from '../scenarios/worlds.ts'
import { doubles, type End, endOf } from './end.ts'
import { gitGround, memoryGround, Stage, sameRefs } from './stage.ts'

/** The verdict on the revert, the last thing that happens, falls in minute 46 or soon after. */
const MINUTES = 57
const ALL = ['cart', 'catalog', 'checkout']
const SIZES = {
  full: { minutes: 1, stride: 1, workloads: ALL },
  larger: { minutes: 1, stride: 3, workloads: ALL },
  small: { minutes: 3, stride: 4, workloads: ['checkout'] },
} as const
const { minutes, stride, workloads } = SIZES[sizeOf(process.env['KINTSUGI_N'])]
/**
 * `stride`: every so many-th write is a kill point. `minutes`: between two ticks. The local forge, whose every write takes a process, is cut at all of
 * them with KINTSUGI_N=full, at every third with a number, as CI has it, and in the small size has the one workload whose fix is taken back; the forge
 * in memory, with the same rules, is cut at all of them always.
 */
const GROUNDS = [
  ['a forge in memory', { ground: memoryGround, stride: 1, minutes, workloads: ALL }],
  ['the local forge', { ground: gitGround, stride, minutes, workloads }],
] as const
const PULLS = [
  'fix(cart): raise memory limit 32Mi -> 128Mi: merged: resolved',
  'fix(catalog): roll back image to 1.8.2: merged: resolved',
  'fix(checkout): raise CPU limit 200m -> 400m: merged: harmful',
  'revert(checkout): raise CPU limit 200m -> 400m: merged: resolved',
]
type Plan = (typeof GROUNDS)[number][1]

function sizeOf(asked: string | undefined): keyof typeof SIZES {
  if (asked === undefined) return 'small'
  return asked === 'full' ? 'full' : 'larger'
}

afterAll(removeFolders)

function begin({ ground, workloads }: Plan): Promise<Stage> {
  return Stage.begin(shopOf({ only: workloads }), ground)
}

async function stageEnd(stage: Stage): Promise<End> {
  const main = await stage.ground.syncs.head('main')
  return endOf(await stage.ground.forge.pulls(), await stage.ground.readTree(String(main)))
}

/** The story as it goes when nobody is killed. */
async function undisturbed(plan: Plan): Promise<End> {
  const stage = await begin(plan)
  for (let minute = 0; minute < MINUTES; minute += plan.minutes) {
    await stage.pass(plan.minutes)
    await stage.tick()
  }
  return stageEnd(stage)
}

describe.each(GROUNDS)('a controller on %s', (_, plan) => {
  const { stride, minutes, workloads } = plan
  /** A fix takes at least so many writes in all. */
  const least = 11 * workloads.length
  let end: End

  beforeAll(async () => {
    end = await undisturbed(plan)
  }, 60_000)

  it('has a story to be cut in, with a fix that is taken back', () => {
    const expected = PULLS.filter((pull) => workloads.some((name) => pull.includes(`(${name})`)))
    expect(end.pulls.map((pull) => pull.replace(/^.*?: /, ''))).toEqual(expected)
  })

  it('cut ahead of any one write and started again, leaves the same repository to the byte as one that was not', async () => {
    const stage = await begin(plan)
    const failed: string[] = []
    let [write, cuts] = [0, 0]
    for (let minute = minutes; minute <= MINUTES; minute += minutes) {
      await stage.pass(minutes)
      const before = await stage.ground.refs()
      const expected = await stage.settle()
      if (sameRefs(before, expected)) continue
      for (let cutAt = 1; ; cutAt += 1) {
        write += 1
        if (write % stride !== 0 && cutAt > 1) continue
        await stage.ground.restore(before)
        if (!(await stage.tick(cutAt)).cut) break
        cuts += 1
        const left = await stage.settle()
        const wrong = [...difference(left, expected), ...doubles(await stage.ground.forge.pulls())]
        failed.push(...wrong.map((what) => `minute ${minute}, write ${cutAt}: ${what}`))
      }
      await stage.ground.restore(expected)
    }
    expect(failed).toEqual([])
    expect(cuts).toBeGreaterThan(least / stride)
    console.log(`cut ahead of ${cuts} writes, one at a time`)
  }, 120_000)

  // On the local forge this takes minutes and tells nothing that the test above and the processes of kill.test.ts do not.
  it.runIf(stride === 1)(
    'cut again and again, one write further each time, comes to the same end',
    async () => {
      const stage = await begin(plan)
      const failed: string[] = []
      let cuts = 0
      for (let minute = minutes; minute <= MINUTES; minute += minutes) {
        await stage.pass(minutes)
        for (let cutAt = 1; (await stage.tick(cutAt)).cut; cutAt += 1) cuts += 1
        failed.push(...doubles(await stage.ground.forge.pulls()))
      }
      expect(failed).toEqual([])
      expect(cuts).toBeGreaterThan(least)
      expect(await stageEnd(stage)).toEqual(end)
    },
    120_000,
  )
})

function difference(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((ref) => a.get(ref) !== b.get(ref))
}
