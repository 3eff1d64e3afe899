import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../../src/adapters/prometheus/exchange.ts'
import { paced } from '../../../src/adapters/prometheus/paced.ts'
import { manualClock } from '../../fakes/manual-clock.ts'
import { json, matrix } from '../../fakes/prometheus-server.ts'
import { cartMemory, flat, HOUR, reader, serve } from './reading.ts'

const SECOND = 1000

describe('requests of a budget', () => {
  it('are no more than it has within any minute, in the order asked', async () => {
    const clock = manualClock(0)
    const asked: [string, number][] = []
    const http: Exchange = {
      post: async (path) => {
        asked.push([path, clock.now() / SECOND])
        return { answered: true, body: path }
      },
      quote: (text) => text,
      close: async () => undefined,
    }
    const door = paced(http, 3, clock)
    const later = async (path: string, second: number) => {
      await clock.sleep(second * SECOND)
      await door.post(path, {})
    }
    const all = Promise.all([...['a', 'b', 'c', 'd'].map((path) => later(path, 0)), later('e', 30), later('f', 200)])
    for (let second = 0; second <= 240; second += 1) {
      await setImmediate()
      clock.advance(SECOND)
    }
    await all
    expect(asked.map(([path]) => path).join('')).toBe('abcdef')
    expect(asked.map(([, second]) => second)).toEqual([0, 0, 0, 60, 60, 200])
  })

  it('are not held where there is none', async () => {
    const server = await serve(({ form }, response) => json(response, matrix([flat(cartMemory, form)])))
    const metrics = reader(server.url, { clock: manualClock(0) })
    for (let at = 0; at < 5; at += 1) await metrics.read(['memory-working-set'], HOUR)
    expect(server.asked).toHaveLength(5)
  })

  it('that wait do not keep it from closing', async () => {
    const server = await serve(({ form }, response) => json(response, matrix([flat(cartMemory, form)])))
    const metrics = reader(server.url, { clock: manualClock(0), requestsPerMinute: 1 })
    await metrics.read(['memory-working-set'], HOUR)
    const waiting = metrics.read(['cpu-usage'], HOUR)
    await setImmediate()
    await metrics.close()
    expect((await waiting)[0]?.status).toBe('error')
  })
})
