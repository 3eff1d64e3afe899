import { describe, expect, it } from 'vitest'
import { emptyMemory, reconcile } from '../../src/controller/index.ts'
import { sha256 } from '../../src/domain/index.ts'
import { Walk, type WalkOptions } from '../fakes/walk.ts'
import { deedsOf, heldIn } from './told.ts'
import { shopOf } from './worlds.ts'

const FULL = ['full', 'all'].includes(process.env['KINTSUGI_N'] ?? '')
const ALL = ['cart', 'catalog', 'checkout', 'frontend', 'payments', 'recommendation']

function refsOf(walk: Walk): readonly (readonly [string, string])[] {
  return [...walk.repository.refs].sort()
}

/** Every ref, every deed and every reason to hold: two stories with one print are the same. */
async function print(options: WalkOptions, minutes: number, each: (walk: Walk) => void, from = 0) {
  const walk = await Walk.begin(options)
  await walk.minutes(from, false)
  for (let minute = from; minute < minutes; minute += 1) {
    each(walk)
    await walk.minute()
  }
  return { deeds: deedsOf(walk.reports), held: heldIn(walk.reports), refs: refsOf(walk) }
}

describe('a controller that forgets everything before each tick', () => {
  const forget = (walk: Walk): void => {
    walk.memory = emptyMemory()
  }

  it('does the same as one that never stopped, from the failure to the verdict and the next one', {
    timeout: 120_000,
  }, async () => {
    const world = shopOf({ only: ['catalog', 'checkout'] })
    const straight = await print(world, 50, () => {})
    expect(straight.deeds).toContain('checkout reverted')
    expect(await print(world, 50, forget)).toEqual(straight)
  })

  it('finds with the models what one that never stopped finds', { timeout: 300_000 }, async () => {
    const world = shopOf({ only: FULL ? ALL : ['recommendation'] }, { pastDays: 14 })
    const [from, minutes] = FULL ? [0, 60] : [16, 24]
    const straight = await print(world, minutes, () => {}, from)
    expect(straight.deeds).toContain('recommendation noted notify-only')
    expect(await print(world, minutes, forget, from)).toEqual(straight)
  })
})

describe('a dry run', () => {
  it('says what it would do and touches no ref', async () => {
    const walk = await Walk.begin({ ...shopOf({ only: ['cart', 'catalog'] }), commits: [], writes: 'observe' })
    const before = refsOf(walk)
    await walk.minutes(8)
    expect(deedsOf(walk.reports)).toContain('cart would propose adjust-resources for OOMKilled')
    expect(refsOf(walk)).toEqual(before)
  })
})

describe('a plan', () => {
  /** Bytes are compared by their digest; a rendered chart or a forge has no place in a plan's own words. */
  function wordsOf(report: Awaited<ReturnType<typeof reconcile>>): string {
    return JSON.stringify(report, (key, value: unknown) => {
      if (key === 'forge') return undefined
      if (typeof value === 'bigint') return `${value}n`
      return value instanceof Uint8Array ? sha256(value) : value
    })
  }

  it('of one moment is the same to the byte, whoever makes it', async () => {
    const walk = await Walk.begin({ ...shopOf({ only: ['cart', 'catalog'] }), writes: 'observe' })
    await walk.minutes(5)
    const again = () => reconcile(walk.deps, emptyMemory(), walk.clock.now())
    const [first, second, warm] = [await again(), await again(), walk.reports.at(-1)]
    expect(first.lanes.some(({ prepared }) => prepared.ready === 'proposal')).toBe(true)
    expect(wordsOf(second)).toBe(wordsOf(first))
    expect(warm && wordsOf(warm)).toBe(wordsOf(first))
  })
})
