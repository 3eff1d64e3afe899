import { describe, expect, it } from 'vitest'
import { json, matrix, timesOf } from '../../fakes/prometheus-server.ts'
import { cartMemory, flat, HOUR, healthy, MINUTE, reader, START, serve } from './reading.ts'

describe('a request', () => {
  it('is a form that is posted, with the path prefix of the URL kept', async () => {
    const server = await serve(healthy)
    await reader(`${server.url}/prometheus/`).read(['memory-working-set'], HOUR)
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/prometheus/api/v1/query_range' })
    expect(server.asked[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  it('asks 12,001 points in two requests that share none, and stitches them', async () => {
    const range = { startMs: START, endMs: START + 12_000 * 15_000, stepMs: 15_000 }
    const server = await serve(({ form }, response) => {
      const values = timesOf(form).map((at) => [at, String(at)] as const)
      json(response, matrix([{ metric: cartMemory, values }]))
    })
    const [answer] = await reader(server.url).read(['memory-working-set'], range)
    expect(server.asked.map(({ form }) => timesOf(form).length).sort()).toEqual([1001, 11_000])
    const values = answer?.series[0]?.values ?? new Float64Array()
    expect(values).toHaveLength(12_001)
    expect(values.findIndex((value, index) => value !== (START + index * 15_000) / 1000)).toBe(-1)
  })

  it('leaves a subject that one part lacks without samples there', async () => {
    const range = { startMs: START, endMs: START + 11_999 * 15_000, stepMs: 15_000 }
    const server = await serve(({ form }, response) =>
      json(response, matrix(timesOf(form).length === 11_000 ? [] : [flat(cartMemory, form)])),
    )
    const [answer] = await reader(server.url).read(['memory-working-set'], range)
    const values = answer?.series[0]?.values ?? new Float64Array()
    expect(values.subarray(0, 11_000).every(Number.isNaN)).toBe(true)
    expect(values.subarray(11_000).every((value) => value === 1)).toBe(true)
  })

  it.each([422, 503])('that is too heavy (%i) is asked once more in two halves', async (status) => {
    const server = await serve(({ form }, response) => {
      if (timesOf(form).length > 40) json(response, { status: 'error', error: 'too heavy' }, status)
      else json(response, matrix([flat(cartMemory, form, '5')]))
    })
    const [answer] = await reader(server.url).read(['memory-working-set'], HOUR)
    expect(answer?.series[0]?.values.every((value) => value === 5)).toBe(true)
    expect(server.asked.map(({ form }) => timesOf(form).length)).toEqual([61, 31, 30])
  })

  it('is not halved again and again', async () => {
    const server = await serve((_, response) => json(response, { error: 'too heavy' }, 422))
    const [answer] = await reader(server.url).read(['memory-working-set'], HOUR)
    expect(answer?.status).toBe('error')
    expect(server.asked).toHaveLength(3)
  })

  it('is shared by equal reads at the same time, and asked anew later', async () => {
    const server = await serve(healthy)
    const metrics = reader(server.url)
    await Promise.all([1, 2, 3].map(() => metrics.read(['memory-working-set'], HOUR)))
    expect(server.asked).toHaveLength(1)
    await metrics.read(['memory-working-set'], HOUR)
    expect(server.asked).toHaveLength(2)
  })

  it('waits while four others run', async () => {
    const server = await serve(({ form }, response) => {
      setTimeout(() => json(response, matrix([flat(cartMemory, form)])), 20)
    })
    const metrics = reader(server.url)
    const ranges = Array.from({ length: 12 }, (_, index) => ({ ...HOUR, endMs: START + index * MINUTE }))
    const answers = await Promise.all(ranges.map((range) => metrics.read(['memory-working-set'], range)))
    expect(answers.flat().map(({ status }) => status)).toEqual(Array(12).fill('ok'))
    expect(server.mostAtOnce()).toBe(4)
  })

  it('names the tenant and picks the cluster by its label', async () => {
    const server = await serve(healthy)
    await reader(server.url, { tenant: 'team-a', clusterLabel: 'cluster' }).read(['memory-working-set'], HOUR)
    expect(server.asked[0]?.headers['x-scope-orgid']).toBe('team-a')
    expect(server.asked[0]?.form.get('query')).toContain('container_memory_working_set_bytes{cluster="main",job=')
  })
})

describe('the clock of Prometheus', () => {
  it.each([0, 45_000, -400_000])('is known to differ by %i ms', async (skew) => {
    const server = await serve((_, response) =>
      json(response, { status: 'success', data: { resultType: 'scalar', result: [0, String((START + skew) / 1000)] } }),
    )
    expect(await reader(server.url).skewMs()).toBe(skew)
    expect(server.asked[0]).toMatchObject({ path: '/api/v1/query' })
  })

  it('is unknown when it does not tell', async () => {
    const server = await serve((_, response) => response.end('<!doctype html>'))
    expect(await reader(server.url).skewMs()).toBeUndefined()
  })
})

describe('the recording rule of the owners', () => {
  const vector = (found: boolean) => ({
    status: 'success',
    data: { resultType: 'vector', result: found ? [{ metric: {}, value: [0, '3'] }] : [] },
  })

  async function rangeQuery(known: (at: number) => boolean, owners?: 'recorded'): Promise<string> {
    const server = await serve(({ path, form }, response) => {
      if (path.endsWith('/query')) json(response, vector(known(Number(form.get('time')) * 1000)))
      else json(response, matrix([]))
    })
    await reader(server.url, owners === undefined ? {} : { owners }).read(['memory-working-set'], HOUR)
    return server.asked.find(({ path }) => path.endsWith('/query_range'))?.form.get('query') ?? ''
  }

  it('is used where it answers at both ends of the range', async () => {
    expect(await rangeQuery(() => true, 'recorded')).toContain('namespace_workload_pod:kube_pod_owner:relabel')
  })

  it('is not used where it answers at one end only', async () => {
    expect(await rangeQuery((at) => at > START, 'recorded')).not.toContain('relabel')
  })

  it('is not used unless it is wanted', async () => {
    expect(await rangeQuery(() => true)).not.toContain('relabel')
  })
})
