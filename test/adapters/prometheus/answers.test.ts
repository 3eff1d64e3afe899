import { describe, expect, it } from 'vitest'
import type { SignalId } from '../../../src/domain/index.ts'
import { json, matrix, timesOf } from '../../fakes/prometheus-server.ts'
import { cart, cartMemory, flat, HOUR, healthy, MINUTE, reader, readOne, START, serve } from './reading.ts'

describe('an answer', () => {
  it('carries the series of each subject on the asked grid', async () => {
    const answer = await readOne(healthy)
    expect(answer.status).toBe('ok')
    expect(answer.series).toEqual([
      {
        signal: 'memory-working-set',
        subject: { cluster: 'main', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' },
        startMs: START,
        stepMs: MINUTE,
        values: new Float64Array(61).fill(42),
      },
    ])
  })

  it('is quoted with the query text that answers this signal', async () => {
    expect((await readOne(healthy)).asked).toContain('container_memory_working_set_bytes{job="kubelet"')
  })

  it('keeps a gap as a gap', async () => {
    const answer = await readOne(({ form }, response) => {
      const times = timesOf(form)
      json(
        response,
        matrix([
          {
            metric: cartMemory,
            values: [
              [times[0] ?? 0, '7'],
              [times[3] ?? 0, '9'],
            ],
          },
        ]),
      )
    })
    expect([...(answer.series[0]?.values.subarray(0, 5) ?? [])]).toEqual([7, Number.NaN, Number.NaN, 9, Number.NaN])
  })

  it.each(['NaN', '+Inf', '-Inf', '1e999'])('takes %s for no sample', async (value) => {
    const answer = await readOne(({ form }, response) => json(response, matrix([flat(cartMemory, form, value)])))
    expect(answer.status).toBe('ok')
    expect(answer.series[0]?.values.every(Number.isNaN)).toBe(true)
  })

  it('is empty when there is no such series', async () => {
    expect((await readOne((_, response) => json(response, matrix([])))).status).toBe('empty')
  })

  it('is partial when Prometheus warns, with what it said', async () => {
    const answer = await readOne(({ form }, response) =>
      json(response, matrix([flat(cartMemory, form)], { warnings: ['store 10.0.0.7 is away'] })),
    )
    expect(answer).toMatchObject({ status: 'partial', problem: 'store 10.0.0.7 is away' })
    expect(answer.series).toHaveLength(1)
  })

  it('is whole when Prometheus only notes something', async () => {
    const answer = await readOne(({ form }, response) =>
      json(response, matrix([flat(cartMemory, form)], { infos: ['metric might not be a counter'] })),
    )
    expect(answer.status).toBe('ok')
  })

  it('carries the labels that a signal declares and tells series by them', async () => {
    const server = await serve(({ form }, response) =>
      json(
        response,
        matrix(['shop/cart:1', 'shop/cart:2'].map((image) => flat({ ...cart, image, signal: 'running-image' }, form))),
      ),
    )
    const [answer] = await reader(server.url).read(['running-image'], HOUR)
    expect(answer?.series.map(({ labels }) => labels)).toEqual([{ image: 'shop/cart:1' }, { image: 'shop/cart:2' }])
  })

  it('comes for each asked signal in the asked order, also where one request answers several', async () => {
    const server = await serve(({ form }, response) =>
      json(response, matrix([flat({ ...cart, signal: 'cpu-limit' }, form, '2')])),
    )
    const ids: SignalId[] = ['cpu-limit', 'memory-limit', 'cpu-limit']
    const answers = await reader(server.url).read(ids, HOUR)
    expect(answers.map(({ signal, status }) => [signal, status])).toEqual([
      ['cpu-limit', 'ok'],
      ['memory-limit', 'empty'],
      ['cpu-limit', 'ok'],
    ])
    expect(server.asked).toHaveLength(1)
  })

  it('is empty and unasked for application signals that nothing is configured for', async () => {
    const server = await serve(healthy)
    const [answer] = await reader(server.url).read(['latency-p99'], HOUR)
    expect(answer).toEqual({ signal: 'latency-p99', status: 'empty', series: [], asked: '' })
    expect(server.asked).toHaveLength(0)
  })
})
