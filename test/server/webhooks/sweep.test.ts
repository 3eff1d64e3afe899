import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nudges } from '../../../src/server/webhooks/nudges.ts'
import { Seen } from '../../../src/server/webhooks/seen.ts'
import { redeliverFailed } from '../../../src/server/webhooks/sweep.ts'
import { APP_ID, type Service, service } from './deliver.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const attempt = (id: number, guid: string, hour: number, code: number) => ({
  id,
  guid,
  delivered_at: new Date(NOW - hour * 3_600_000).toISOString(),
  status_code: code,
})

/** An App's own API that knows these deliveries. */
function api(deliveries: readonly unknown[]) {
  const asked: string[] = []
  return {
    asked,
    request: async (route: string, parameters?: Readonly<Record<string, unknown>>) => {
      asked.push(`${route} ${JSON.stringify(parameters ?? {})}`)
      return deliveries
    },
  }
}

describe('the sweep of failed deliveries', () => {
  it('asks for what never arrived, oldest first, by its newest attempt', async () => {
    const app = api([
      attempt(5, 'late', 1, 502),
      attempt(4, 'early', 2, 0),
      attempt(3, 'early', 5, 500),
      attempt(2, 'arrived', 1, 202),
      attempt(1, 'arrived', 3, 500),
    ])
    expect(await redeliverFailed(app, NOW)).toEqual(['early', 'late'])
    expect(app.asked.slice(1)).toEqual(
      [4, 5].map((id) => `POST /app/hook/deliveries/{delivery_id}/attempts {"delivery_id":${id}}`),
    )
  })

  it('lets be what failed again and again, what is old, and what is no delivery', async () => {
    const again = [1, 2, 3, 4].map((id) => attempt(id, 'again', id, 500))
    const app = api([...again, attempt(9, 'old', 100, 500), null, 'x', { id: '1', guid: 2 }])
    expect(await redeliverFailed(app, NOW)).toEqual([])
    expect(app.asked).toHaveLength(1)
  })

  it('asks for a few at once', async () => {
    const many = Array.from({ length: 100 }, (_, id) => attempt(id, `lost-${id}`, 1, 500))
    expect(await redeliverFailed(api(many), NOW)).toHaveLength(20)
  })
})

describe('the sweep, as the App', () => {
  const asked: { readonly line: string; readonly authorization: string }[] = []
  const github = createServer((request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization ?? '' })
    response.writeHead(request.method === 'GET' ? 200 : 202, { 'content-type': 'application/json' })
    response.end(request.method === 'GET' ? JSON.stringify([attempt(4, 'lost', 1, 500)]) : '{}')
  })
  let one: Service
  beforeAll(async () => {
    await new Promise<void>((done) => github.listen(0, '127.0.0.1', done))
    // A server that listens on a port has an address of this form.
    const { port } = github.address() as AddressInfo
    one = await service({ baseUrl: `http://127.0.0.1:${port}` })
  })
  afterAll(async () => {
    await one.close()
    github.close()
  })

  it('speaks with a JWT of its own, without waits between its requests', async () => {
    const before = performance.now()
    expect(await one.server.redeliver(NOW)).toEqual(['lost'])
    expect(asked.map(({ line }) => line)).toEqual([
      'GET /app/hook/deliveries?per_page=100',
      'POST /app/hook/deliveries/4/attempts',
    ])
    const [, claims] = (asked[0]?.authorization.replace(/^bearer /i, '') ?? '').split('.')
    expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString())).toMatchObject({ iss: APP_ID })
    expect(performance.now() - before).toBeLessThan(900)
  })
})

describe('nudges', () => {
  it('are told after a moment, by hand of the clock', () => {
    const told: unknown[] = []
    let run = (): void => {}
    const gathered = nudges(
      (nudge) => told.push(nudge),
      (task) => {
        run = task
        return () => {}
      },
    )
    gathered.add({ repository: 'a/b', pull: 1, sha: 'x' })
    gathered.add({ repository: 'a/b', pull: 1, sha: 'y' })
    expect(told).toEqual([])
    run()
    expect(told).toEqual([{ repository: 'a/b', pull: 1 }])
  })

  it('are one for all where they would be more than a thousand', () => {
    const told: unknown[] = []
    let run = (): void => {}
    const gathered = nudges(
      (nudge) => told.push(nudge),
      (task) => {
        run = task
        return () => {}
      },
    )
    for (let turn = 0; turn < 50_000; turn += 1) gathered.add({ repository: `a/${turn}` })
    run()
    expect(told).toEqual([{}])
  })
})

describe('ids that were seen', () => {
  it('are bounded, the oldest forgotten first', () => {
    const seen = new Seen(3)
    for (const id of ['a', 'b', 'c', 'd']) expect(seen.add(id)).toBe(true)
    expect(['a', 'c', 'd'].map((id) => seen.add(id))).toEqual([true, false, false])
  })
})
