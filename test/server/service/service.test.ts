import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServiceServer, serviceServer } from '../../../src/server/index.ts'

describe('the addresses of a service', () => {
  let server: ServiceServer
  let why: string | undefined = 'the first tick is still to come'
  beforeAll(async () => {
    server = await serviceServer({
      host: '127.0.0.1',
      port: 0,
      unready: () => why,
      metrics: () => [
        { name: 'a_total', type: 'counter', help: 'Of a.', samples: [{ labels: { outcome: 'x"\n' }, value: 3 }] },
        { name: 'b', type: 'gauge', help: 'Of b.', samples: [{ value: 1.5 }] },
      ],
    })
  })
  afterAll(() => server.close())
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(`${server.url}${path}`)
    return [answer.status, await answer.text()]
  }

  it('say that it lives, and whether it is ready', async () => {
    expect(await get('/healthz')).toEqual([200, 'ok\n'])
    expect(await get('/readyz')).toEqual([503, 'the first tick is still to come\n'])
    why = undefined
    expect(await get('/readyz')).toEqual([200, 'ready\n'])
  })

  it('say its metrics in the text format of Prometheus', async () => {
    expect(await get('/metrics')).toEqual([
      200,
      '# HELP a_total Of a.\n# TYPE a_total counter\na_total{outcome="x__"} 3\n# HELP b Of b.\n# TYPE b gauge\nb 1.5\n',
    ])
  })

  it('say nothing else', async () => {
    expect((await get('/'))[0]).toBe(404)
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(404)
  })
})
