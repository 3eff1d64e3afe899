import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { githubAccount } from '../../../src/adapters/github/index.ts'
import { outboundFetch, proxiesOf } from '../../../src/adapters/outbound/index.ts'
import { prometheusMetrics } from '../../../src/adapters/prometheus/index.ts'
import { type ConnectProxy, connectProxy } from '../../fakes/connect-proxy.ts'

describe('the proxies of the environment', () => {
  it('are none where none is named', () => {
    expect(proxiesOf({})).toBeUndefined()
    expect(proxiesOf({ HTTPS_PROXY: ' ', NO_PROXY: 'a' })).toBeUndefined()
  })

  it('are read in both spellings, of which the small one wins, with or without a scheme', () => {
    expect(proxiesOf({ HTTPS_PROXY: 'http://a:1', https_proxy: 'b:2', no_proxy: 'x.example.com' })).toEqual({
      http: undefined,
      https: 'http://b:2',
      except: expect.stringMatching(/^localhost,127\.0\.0\.1,.*svc,.*,x\.example\.com$/),
    })
    expect(proxiesOf({ HTTP_PROXY: 'http://a:1', NO_PROXY: '*' })).toEqual({
      http: 'http://a:1',
      https: undefined,
      except: '*',
    })
  })

  it.each(['socks5://canary:1', 'http://canary:x', '://canary', 'file:///canary'])(
    'are refused by name, and never quoted: %s',
    (text) => {
      const reading = () => proxiesOf({ HTTPS_PROXY: text })
      expect(reading).toThrow(
        expect.objectContaining({ code: 'KIN-2001', message: expect.stringMatching(/^HTTPS_PROXY /) }),
      )
      expect(reading).not.toThrow('canary')
    },
  )
})

describe('what goes through a proxy', () => {
  let proxy: ConnectProxy
  let server: Server
  let port = 0
  let heard: string[] = []
  beforeEach(async () => {
    heard = []
    server = createServer((request, response) => {
      heard.push(`${request.method} ${request.headers.host}${request.url}`)
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [0, '0'] }, login: 'robin', id: 1 }),
      )
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    // A server that listens on a port has an address of this form.
    port = (server.address() as AddressInfo).port
    proxy = await connectProxy(200, { port })
  })
  afterEach(async () => {
    await proxy.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })

  const through = (more: Readonly<Record<string, string>> = {}) => {
    const proxies = proxiesOf({ HTTP_PROXY: proxy.url, ...more })
    if (proxies === undefined) throw new Error('no proxies')
    return proxies
  }

  it('is GitHub, in a tunnel, so that the proxy sees no path', async () => {
    const account = githubAccount({
      credentials: { kind: 'token', token: 'x' },
      baseUrl: 'http://github.corp.example/api/v3',
      proxies: through(),
    })
    await account.self()
    await account.close()
    expect(proxy.asked).toEqual(['github.corp.example:80'])
    expect(heard).toEqual(['GET github.corp.example/api/v3/user'])
  })

  it('is Prometheus, whose name the proxy resolves', async () => {
    const metrics = prometheusMetrics({
      cluster: 'prod',
      url: 'http://prometheus.corp.example:9090',
      clock: { now: () => 0, sleep: async () => undefined },
      jobs: { cadvisor: ['kubelet'], kubeStateMetrics: ['kube-state-metrics'] },
      proxies: through(),
    })
    expect(await metrics.reach()).toMatchObject({ reached: true })
    await metrics.close()
    expect(proxy.asked).toEqual(['prometheus.corp.example:9090'])
  })

  it('is what init and the redelivery of webhooks ask, with the name and password of the proxy', async () => {
    const named = proxy.url.replace('://', '://robin:se%20cret@')
    const ask = outboundFetch(proxiesOf({ http_proxy: named }))
    expect((await ask('http://api.github.example/app-manifests/x/conversions', { method: 'POST' })).status).toBe(200)
    expect(proxy.asked).toEqual(['api.github.example:80'])
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('robin:se cret').toString('base64')}`])
  })

  it.each([
    ['this machine', '127.0.0.1', {}],
    ['a Service by its whole name', 'prometheus.monitoring.svc', {}],
    ['what NO_PROXY names', 'git.corp.example', { NO_PROXY: '.corp.example' }],
    ['everything, with a star', 'github.example', { NO_PROXY: '*' }],
  ])('is not %s', async (_, host, more) => {
    const ask = outboundFetch(through(more))
    // Only the first of them is there: the others are looked for without the proxy, and not found.
    await ask(`http://${host}:${port}/`).catch(() => undefined)
    expect(proxy.asked).toEqual([])
  })

  it('is a failure that is told as one where the proxy lets nobody through', async () => {
    const closed = await connectProxy(403)
    const account = githubAccount({
      credentials: { kind: 'token', token: 'canary-of-a-token' },
      baseUrl: 'http://github.corp.example/api/v3',
      pace: { nowMs: () => 0, sleep: async () => undefined, random: () => 0 },
      proxies: { http: closed.url, https: undefined, except: '' },
    })
    await expect(account.self()).rejects.toMatchObject({
      sent: false,
      message: expect.stringMatching(/the proxy answered 403/),
    })
    await account.close()
    await closed.close()
  })
})
