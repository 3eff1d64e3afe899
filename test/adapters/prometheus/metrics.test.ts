import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type PrometheusOptions, prometheusMetrics } from '../../../src/adapters/prometheus/index.ts'
import type { SignalAnswer, SignalId, TimeRange } from '../../../src/domain/index.ts'
import { manualClock } from '../../fakes/manual-clock.ts'
import {
  json,
  type MatrixSeries,
  matrix,
  type PrometheusServer,
  prometheusServer,
  type Reaction,
  timesOf,
} from '../../fakes/prometheus-server.ts'

const START = 1_767_225_600_000
const MINUTE = 60_000
const HOUR: TimeRange = { startMs: START, endMs: START + 60 * MINUTE, stepMs: MINUTE }

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(react: Reaction): Promise<PrometheusServer> {
  const server = await prometheusServer(react)
  closing.push(() => server.close())
  return server
}

function reader(url: string, options: Partial<PrometheusOptions> = {}) {
  const metrics = prometheusMetrics({
    cluster: 'main',
    url,
    jobs: { cadvisor: ['kubelet'], kubeStateMetrics: ['kube-state-metrics'] },
    clock: manualClock(START),
    timeoutMs: 2000,
    ...options,
  })
  closing.push(() => metrics.close())
  return metrics
}

async function readOne(react: Reaction, options: Partial<PrometheusOptions> = {}, range = HOUR): Promise<SignalAnswer> {
  const server = await serve(react)
  const [answer] = await reader(server.url, options).read(['memory-working-set'], range)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kintsugi-prometheus-'))
  closing.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const cart = { namespace: 'shop', workload_kind: 'Deployment', workload: 'cart', container: 'app' }
const cartMemory = { ...cart, signal: 'memory-working-set' }

function flat(metric: Readonly<Record<string, string>>, form: URLSearchParams, value = '1'): MatrixSeries {
  return { metric, values: timesOf(form).map((at) => [at, value]) }
}

const healthy: Reaction = ({ form }, response) => json(response, matrix([flat(cartMemory, form, '42')]))

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

const page = '<!doctype html><title>Log in</title>'
const reactions: Readonly<Record<string, { readonly react: Reaction; readonly problem: RegExp }>> = {
  silence: { react: () => undefined, problem: /^KIN-3002 no complete answer within 300 ms$/ },
  'an answer that never ends': {
    react: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"status":')
    },
    problem: /^KIN-3002 no complete answer within 300 ms$/,
  },
  'a connection that is reset': { react: (_, response) => response.destroy(), problem: /^KIN-3001 ./ },
  'a connection that is reset within the answer': {
    react: (_, response) => {
      response.writeHead(200, { 'content-length': '5000' })
      response.write('{"status":"success"', () => response.destroy())
    },
    problem: /^KIN-3001 ./,
  },
  'status 500': {
    react: (_, response) => json(response, { status: 'error', error: 'disk is gone' }, 500),
    problem: /^KIN-3001 HTTP 500 disk is gone$/,
  },
  'status 502 with a page': {
    react: (_, response) => response.writeHead(502).end(page),
    problem: /^KIN-3001 HTTP 502$/,
  },
  'status 400': {
    react: (_, response) => json(response, { status: 'error', errorType: 'bad_data', error: 'unknown function' }, 400),
    problem: /^KIN-3003 HTTP 400 unknown function$/,
  },
  'status 401': { react: (_, response) => response.writeHead(401).end(), problem: /^KIN-3003 HTTP 401$/ },
  'status 403': { react: (_, response) => response.writeHead(403).end(), problem: /^KIN-3003 HTTP 403$/ },
  'status 404': { react: (_, response) => response.writeHead(404).end(page), problem: /^KIN-3004 HTTP 404$/ },
  'status 204': { react: (_, response) => response.writeHead(204).end(), problem: /^KIN-3004 HTTP 204$/ },
  'status 422': {
    react: (_, response) => json(response, { status: 'error', error: 'too many samples' }, 422),
    problem: /^KIN-3002 HTTP 422 too many samples$/,
  },
  'a login page': {
    react: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    problem: /^KIN-3004 the answer is a web page$/,
  },
  'half a JSON text': {
    react: (_, response) => response.end('{"status":"success","data"'),
    problem: /^KIN-3004 the answer is not JSON$/,
  },
  'nothing at all': { react: (_, response) => response.end(), problem: /^KIN-3004 the answer is not JSON$/ },
  'a hundred thousand brackets': {
    react: (_, response) => response.end('['.repeat(100_000) + ']'.repeat(100_000)),
    problem: /^KIN-3004 ./,
  },
  'another API': {
    react: (_, response) => json(response, { ok: true }),
    problem: /^KIN-3004 the status is not success$/,
  },
  'fields of the prototype': {
    react: (_, response) => response.end('{"__proto__":{"status":"success","data":{}}}'),
    problem: /^KIN-3004 the status is not success$/,
  },
  'a vector': {
    react: (_, response) => json(response, { status: 'success', data: { resultType: 'vector', result: [] } }),
    problem: /^KIN-3004 the result is not a matrix$/,
  },
  'times beside the grid': {
    react: (_, response) => json(response, matrix([{ metric: cartMemory, values: [[START / 1000 + 1, '1']] }])),
    problem: /^KIN-3004 a sample is not at one of the asked times$/,
  },
  'times outside the range': {
    react: (_, response) => json(response, matrix([{ metric: cartMemory, values: [[START / 1000 + 7200, '1']] }])),
    problem: /^KIN-3004 a sample is not at one of the asked times$/,
  },
  'times out of order': {
    react: ({ form }, response) =>
      json(response, matrix([{ ...flat(cartMemory, form), values: flat(cartMemory, form).values.toReversed() }])),
    problem: /^KIN-3004 samples are not in the order of their times$/,
  },
  'a value that is no number': {
    react: ({ form }, response) => json(response, matrix([flat(cartMemory, form, '0x10')])),
    problem: /^KIN-3004 a sample value is not a number$/,
  },
  'an empty value': {
    react: ({ form }, response) => json(response, matrix([flat(cartMemory, form, '')])),
    problem: /^KIN-3004 a sample value is not a number$/,
  },
  'a series without a workload': {
    react: ({ form }, response) => json(response, matrix([flat({ signal: 'memory-working-set' }, form)])),
    problem: /^KIN-3004 a series does not name the signal and the workload/,
  },
  'a workload with a hostile name': {
    react: ({ form }, response) => json(response, matrix([flat({ ...cartMemory, workload: '../../etc' }, form)])),
    problem: /^KIN-3004 a series does not name the signal and the workload/,
  },
  'native histograms instead of values': {
    react: (_, response) =>
      json(response, {
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: cartMemory, histograms: [[START / 1000, { count: '1' }]] }] },
      }),
    problem: /^KIN-3004 what a series holds is not a list$/,
  },
  'two series for one subject': {
    react: ({ form }, response) =>
      json(response, matrix([flat(cartMemory, form), flat({ ...cartMemory, pod: 'cart-1' }, form)])),
    problem: /^KIN-3004 two series are about the same subject$/,
  },
  'a body above the cap': {
    react: (_, response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(64 * 1024, ' ')
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more)
      }
      more()
    },
    problem: /^KIN-3004 the answer is larger than 1000000 bytes$/,
  },
}

describe('an answer that is none', () => {
  it.each(Object.entries(reactions))('is an error that names the fault: %s', async (_, { react, problem }) => {
    const answer = await readOne(react, { timeoutMs: 300, maxBodyBytes: 1_000_000 })
    expect(answer.problem).toMatch(problem)
    expect(answer).toMatchObject({ status: 'error', series: [] })
  })

  it('is an error when nobody listens', async () => {
    const server = await serve(healthy)
    await server.close()
    closing.pop()
    const [answer] = await reader(server.url).read(['restarts'], HOUR)
    expect(answer).toMatchObject({ status: 'error', problem: expect.stringMatching(/^KIN-3001 .*ECONNREFUSED/) })
  })

  it('follows no redirect', async () => {
    const other = await serve(healthy)
    const answer = await readOne((_, response) =>
      response.writeHead(302, { location: `${other.url}/api/v1/query_range` }).end(),
    )
    expect(answer).toMatchObject({ status: 'error', problem: 'KIN-3004 HTTP 302 redirects are not followed' })
    expect(other.asked).toHaveLength(0)
  })

  it('is one line of bounded length whatever the server says', async () => {
    const answer = await readOne((_, response) => json(response, { error: 'no\n\u001b[31m'.repeat(1000) }, 400))
    expect(answer.problem?.length).toBeLessThan(330)
    expect(answer.problem).not.toMatch(/\p{Cc}/u)
  })

  it('is that of its own request only', async () => {
    const server = await serve((asked, response) =>
      asked.form.get('query')?.includes('cpu_usage') === true
        ? response.writeHead(500).end()
        : json(response, matrix([flat(cartMemory, asked.form)])),
    )
    const answers = await reader(server.url).read(['memory-working-set', 'cpu-usage'], HOUR)
    expect(answers.map(({ status }) => status)).toEqual(['ok', 'error'])
  })
})

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

describe('the token', () => {
  it('is read again when its file changes', async () => {
    const tokenFile = join(folder(), 'token')
    writeFileSync(tokenFile, 'first\n')
    const server = await serve(healthy)
    const metrics = reader(server.url, { tokenFile })
    await metrics.read(['memory-working-set'], HOUR)
    writeFileSync(tokenFile, 'the-second\n')
    await metrics.read(['memory-working-set'], HOUR)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer the-second'])
  })

  it('never comes back in a problem or a warning', async () => {
    const tokenFile = join(folder(), 'token')
    const token = randomBytes(12).toString('hex')
    writeFileSync(tokenFile, token)
    const refused = await readOne(
      ({ headers }, response) => json(response, { error: `no rights for ${headers.authorization}, ${token}` }, 403),
      { tokenFile },
    )
    const warned = await readOne(
      ({ form }, response) => json(response, matrix([flat(cartMemory, form)], { warnings: [`seen ${token}`] })),
      { tokenFile },
    )
    expect(refused.problem).toBe('KIN-3003 HTTP 403 no rights for Bearer [redacted], [redacted]')
    expect(warned.problem).toBe('seen [redacted]')
  })

  it.each([
    ['is missing', undefined, 'KIN-1002'],
    ['is empty', '', 'KIN-2001'],
    ['holds two lines', 'one\ntwo', 'KIN-2001'],
  ])('makes the read throw when its file %s', async (_, text, code) => {
    const tokenFile = join(folder(), 'token')
    if (text !== undefined) writeFileSync(tokenFile, text)
    const server = await serve(healthy)
    await expect(reader(server.url, { tokenFile }).read(['restarts'], HOUR)).rejects.toMatchObject({ code })
    expect(server.asked).toHaveLength(0)
  })
})

describe('settings that cannot work', () => {
  it.each([
    'prometheus:9090',
    'ftp://prometheus',
    'file:///etc/passwd',
    'http://user:secret@prometheus',
    'http://prometheus/?token=x',
    'http://prometheus/#x',
    'http://169.254.169.254',
    'http://2852039166',
    'http://0xa9fea9fe',
    'http://0251.0376.0251.0376',
    'http://[::ffff:169.254.169.254]',
    'http://[::ffff:a9fe:a9fe]',
    'http://[fe80::1]',
    'http://[64:ff9b::169.254.169.254]',
    'http://[::169.254.169.254]',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
  ])('refuses the URL %s', (url) => {
    expect(() => reader(url)).toThrow(expect.objectContaining({ code: 'KIN-2001' }))
  })

  it.each<[string, Partial<PrometheusOptions>]>([
    ['no job of kube-state-metrics', { jobs: { cadvisor: ['kubelet'], kubeStateMetrics: [] } }],
    ['a cluster label that is no label', { clusterLabel: 'a"b' }],
    ['a tenant that is no header', { tenant: 'a\r\nb: c' }],
    [
      'a metric that is no name',
      { application: { jobs: ['web'], requests: 'up) or (vector(1)', failed: { label: 'code', pattern: '5..' } } },
    ],
  ])('refuses %s', (_, options) => {
    expect(() => reader('http://127.0.0.1:9', options)).toThrow(expect.objectContaining({ code: 'KIN-2001' }))
  })

  it.each([
    ['is missing', undefined, 'KIN-1002'],
    ['holds no certificate', 'hello', 'KIN-2001'],
    ['holds a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'KIN-2001'],
  ])('makes the read throw when the CA file %s', async (_, text, code) => {
    const caFile = join(folder(), 'ca.pem')
    if (text !== undefined) writeFileSync(caFile, text)
    await expect(reader('https://127.0.0.1:9', { caFile }).read(['restarts'], HOUR)).rejects.toMatchObject({ code })
  })

  it('refuses a range that is no grid', async () => {
    const range = { startMs: START, endMs: START + 61_000, stepMs: MINUTE }
    await expect(reader('http://127.0.0.1:9').read(['restarts'], range)).rejects.toMatchObject({ code: 'KIN-9001' })
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
    const server = await serve((_, response) => response.end(page))
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
