import { beforeAll, describe, expect, it } from 'vitest'
import { type ControllerDeps, emptyMemory, loop, type Memory, type Wake, waker } from '../../src/controller/index.ts'
import { KintsugiError } from '../../src/domain/index.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

const MINUTE = 60_000
let deps: ControllerDeps

beforeAll(async () => {
  deps = (await Walk.begin(shopOf({ only: ['cart'] }))).deps
})

type Change = { readonly epoch?: NonNullable<ControllerDeps['epoch']>; readonly memory?: Memory }

/** A loop over a world that answers nothing, with the clock in the hand of the test. `answer` is called at each read of metrics. */
function started(
  startMs: number,
  answer: (read: number, abort: AbortController) => void = () => {},
  wake?: Wake,
  change: Change = {},
) {
  const clock = manualClock(startMs)
  const abort = new AbortController()
  const told: string[] = []
  let reads = 0
  const silent: ControllerDeps = {
    ...deps,
    ...(change.epoch && { epoch: change.epoch }),
    site: {
      ...deps.site,
      metrics: {
        cluster: 'demo',
        read: async (ids) => {
          reads += 1
          answer(reads, abort)
          return ids.map((signal) => ({ signal, status: 'empty', series: [], asked: '' }))
        },
      },
    },
  }
  const events = {
    ticked: ({ atMs }: { readonly atMs: number }) => void told.push(`ticked ${atMs / MINUTE}`),
    failed: (error: unknown, atMs: number) => void told.push(`failed ${atMs / MINUTE} ${(error as Error).message}`),
  }
  const ended = loop(silent, change.memory ?? emptyMemory(), clock, events, abort.signal, wake)
  const until = async (count: number) => {
    while (told.length < count) await new Promise((resolve) => setImmediate(resolve))
    // The loop goes to sleep in the turns after it has told.
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, abort, told, ended, until }
}

describe('loop', () => {
  it('ticks for the multiples of its step, wherever in a step it was started', async () => {
    const { clock, abort, told, ended, until } = started(90_000)
    await until(1)
    clock.advance(30_000)
    await until(2)
    clock.advance(MINUTE)
    await until(3)
    abort.abort()
    await ended
    expect(told).toEqual(['ticked 1', 'ticked 2', 'ticked 3'])
  })

  it('leaves out the ticks that a slow one has run over, rather than to hurry after them', async () => {
    const { clock, abort, told, ended, until } = started(MINUTE)
    await until(1)
    clock.advance(3.5 * MINUTE)
    await until(2)
    clock.advance(MINUTE)
    await until(3)
    abort.abort()
    await ended
    expect(told).toEqual(['ticked 1', 'ticked 4', 'ticked 5'])
  })

  it('goes on with the next tick after one that the world cut short', async () => {
    const { clock, abort, told, ended, until } = started(MINUTE, (read) => {
      if (read === 1) throw new Error('down')
    })
    await until(1)
    clock.advance(MINUTE)
    await until(2)
    abort.abort()
    await ended
    expect(told).toEqual(['failed 1 down', 'ticked 2'])
  })

  it('ends at once when it is stopped in its sleep', async () => {
    const { abort, told, ended, until } = started(MINUTE)
    await until(1)
    abort.abort()
    await ended
    expect(told).toEqual(['ticked 1'])
  })

  it('finishes the running tick when it is stopped in it', async () => {
    const { told, ended } = started(MINUTE, (_read, abort) => abort.abort())
    await ended
    expect(told).toEqual(['ticked 1'])
  })

  it('is woken out of its sleep, once for all that was said, and rests before', async () => {
    const bell = waker()
    const { clock, abort, told, ended, until } = started(MINUTE, () => {}, bell)
    await until(1)
    bell.wake()
    bell.wake()
    clock.advance(1000)
    await until(1)
    expect(told).toEqual(['ticked 1'])
    clock.advance(1000)
    await until(2)
    clock.advance(2000)
    await until(2)
    expect(told).toEqual(['ticked 1', 'ticked 1'])
    clock.set(2 * MINUTE)
    await until(3)
    abort.abort()
    await ended
    expect(told).toEqual(['ticked 1', 'ticked 1', 'ticked 2'])
  })

  it('looks again where that was said in the middle of a tick', async () => {
    const bell = waker()
    const { clock, abort, told, ended, until } = started(
      MINUTE,
      (read) => {
        if (read === 1) bell.wake()
      },
      bell,
    )
    await until(1)
    clock.advance(2000)
    await until(2)
    abort.abort()
    await ended
    expect(told).toEqual(['ticked 1', 'ticked 1'])
  })

  describe('and what forges were asked to merge', () => {
    /** A memory of two pull requests that the forge merges once it may. */
    function armed(disarm: (pull: number) => Promise<void>): Memory {
      const [repository] = deps.repositories
      if (repository === undefined) throw new Error('no repository')
      const forge = { ...repository.forge, disarm }
      const memory = emptyMemory()
      for (const pull of [3, 4]) memory.armed.set(`x#${pull}`, { forge, pull, how: 'auto-merge' })
      return memory
    }

    it('is taken back at the end, whatever one of them says', async () => {
      const disarmed: number[] = []
      const memory = armed(async (pull) => {
        if (pull === 3) throw new KintsugiError('KIN-4003', 'down')
        disarmed.push(pull)
      })
      const { abort, told, ended, until } = started(MINUTE, () => {}, undefined, { memory })
      await until(1)
      abort.abort()
      await ended
      expect([disarmed, told]).toEqual([[4], ['ticked 1', 'failed 1 down']])
    })

    it('is taken back as soon as another copy leads, which then looks and not we', async () => {
      const disarmed: number[] = []
      const memory = armed(async (pull) => void disarmed.push(pull))
      let epoch: number | undefined
      const { clock, abort, told, ended, until } = started(MINUTE, () => {}, undefined, {
        memory,
        epoch: async () => epoch,
      })
      await until(0)
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      expect([disarmed, told]).toEqual([[3, 4], []])
      epoch = 2
      clock.advance(MINUTE)
      await until(1)
      abort.abort()
      await ended
      expect(told).toEqual(['ticked 2'])
    })
  })
})
