import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KserveServer, kserveServer, type ServedModel } from '../../../src/server/index.ts'

const SIXTEEN = Array.from({ length: 16 }, (_, at) => `metric_${at + 1}`)

const detector: ServedModel = {
  name: 'anomaly-detector',
  features: SIXTEEN,
  unready: () => undefined,
  predict: async (rows) => ({ predicted: true, predictions: rows.map((row) => ((row[0] ?? 0) > 50 ? -1 : 1)) }),
}
const analytics: ServedModel = {
  name: 'predictive-analytics',
  features: ['hour', 'day', 'cpu', 'memory'],
  unready: () => 'no history yet',
  predict: async (rows) =>
    rows[0]?.[0] === 23
      ? { predicted: false, why: 'not-ready', problem: 'no history yet' }
      : { predicted: true, predictions: rows.map(() => [0.5, 0.25]) },
}

let server: KserveServer
let guarded: KserveServer
beforeAll(async () => {
  const at = { host: '127.0.0.1', port: 0, models: [detector, analytics] }
  server = await kserveServer(at)
  guarded = await kserveServer({ ...at, token: () => 'a-token' })
})
afterAll(() => Promise.all([server.close(), guarded.close()]))

type Said = { readonly status: number; readonly body: Record<string, unknown> }

async function ask(path: string, init: RequestInit = {}, url = server.url): Promise<Said> {
  const response = await fetch(`${url}${path}`, init)
  // The cast: every answer of this server is an object, which is what the tests look into.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

function post(model: string, body: string, headers: Record<string, string> = {}): Promise<Said> {
  return ask(`/v1/models/${model}:predict`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

const row = (first: number, width = 16): number[] => [first, ...Array.from({ length: width - 1 }, () => 1)]
const sixteen = (...firsts: number[]): string => JSON.stringify({ instances: firsts.map((first) => row(first)) })

describe('the V1 protocol', () => {
  it('lists the models', async () => {
    expect(await ask('/v1/models')).toEqual({
      status: 200,
      body: { models: ['anomaly-detector', 'predictive-analytics'] },
    })
  })

  it('tells whether a model is ready, and what a row of it holds', async () => {
    expect(await ask('/v1/models/anomaly-detector')).toEqual({
      status: 200,
      body: { name: 'anomaly-detector', ready: true, features: SIXTEEN },
    })
    const { status, body } = await ask('/v1/models/predictive-analytics')
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { ready: false, code: 'MODEL_NOT_READY', error: 'no history yet' },
    })
    expect((await ask('/v1/models/model')).body).toMatchObject({ name: 'model', ready: false })
  })

  it('gives a prediction for each row', async () => {
    expect(await post('anomaly-detector', sixteen(1, 99, 2))).toEqual({
      status: 200,
      body: { predictions: [1, -1, 1] },
    })
  })

  it('knows under the name "model" which one takes rows of that width', async () => {
    expect((await post('model', sixteen(99))).body).toEqual({ predictions: [-1] })
    expect((await post('model', '{"instances": [[1, 2, 3, 4]]}')).body).toEqual({ predictions: [[0.5, 0.25]] })
    expect((await post('model', '{"instances": [[1, 2]]}')).body).toMatchObject({
      error: 'a row has 2 values; anomaly-detector takes 16, predictive-analytics takes 4',
    })
  })

  it('says that a model is not ready', async () => {
    expect(await post('predictive-analytics', '{"instances": [[23, 1, 2, 3]]}')).toMatchObject({
      status: 503,
      body: { status: 'error', code: 'MODEL_NOT_READY', success: false },
    })
  })
})

describe('the bodies of the seeds, without their comments', () => {
  it('is a value short in the first, and the one that is missing is named', async () => {
    const body = `{
    "instances": [[30.5, 65.2, 0.15, 0.12, 3, 0.5, 0, 45, 2, 42, 1, 0.25, 0, 150, 0.01]]
  }`
    const { status, body: said } = await post('anomaly-detector', body)
    expect(status).toBe(400)
    expect(said).toMatchObject({ status: 'error', code: 'INVALID_REQUEST', success: false })
    expect(said['error']).toMatch(/^a row has 15 values, and anomaly-detector takes 16; missing: metric_16, /)
    expect(said['details']).toContain('metric_1, metric_2')
  })

  it.each([
    ['predictive-analytics', '{\n    "instances": [[12, 3, 65.5, 72.8]]\n  }'],
    ['model', '{"instances":[[12,3,65.5,72.8]]}'],
    ['predictive-analytics', '{\n    "model": "predictive-analytics",\n    "instances": [[15, 3, 68.2, 74.5]]\n  }'],
  ])('is understood by %s', async (model, body) => {
    expect(await post(model, body)).toEqual({ status: 200, body: { predictions: [[0.5, 0.25]] } })
  })

  it.each([
    `{
    "model": "anomaly-detector",
    "instances": [
      [0.5, 1.2, 0.8, 0.9, 1.1],
      [5.0, 8.0, 9.5, 7.2, 6.8]
    ]
  }`,
    '{"model":"anomaly-detector","instances":[[5.0,8.0,9.5]]}',
  ])('is of another model in %s', async (body) => {
    expect(await post('anomaly-detector', body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  })

  it('is no JSON with its comments', async () => {
    const body = '{"instances": [[0.5, 1.2],  # Normal metrics\n]}'
    expect(await post('anomaly-detector', body)).toMatchObject({
      status: 400,
      body: { error: 'the body is not JSON' },
    })
  })
})

describe('a request that is not as it should be', () => {
  const with16 = (text: string): string => `{"instances": [[${text}, ${Array(15).fill('1').join(', ')}]]}`

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[[1]]'],
    ['no instances', '{}'],
    ['instances by inheritance', '{"__proto__": {"instances": [[1]]}}'],
    ['no rows', '{"instances": []}'],
    ['an empty row', '{"instances": [[]]}'],
    ['a row that is a number', '{"instances": [1]}'],
    ['a row that is an object', '{"instances": [{"0": 1, "length": 16}]}'],
    ['NaN', with16('NaN')],
    ['Infinity', with16('Infinity')],
    ['1e999', with16('1e999')],
    ['-1e999', with16('-1e999')],
    ['a text', with16('"1"')],
    ['null for a number', with16('null')],
    ['a list for a number', with16('[1]')],
    ['true', with16('true')],
    ['rows of two widths', `{"instances": [${JSON.stringify(row(1))}, [1]]}`],
    ['a row without an end', `{"instances": [[${Array(5000).fill('1').join(',')}]]}`],
    ['more rows than are taken', `{"instances": [${Array(2049).fill('[1,1,1,1]').join(',')}]}`],
    ['depth', `${'{"instances": '.repeat(20)}1${'}'.repeat(20)}`],
    ['depth without an end', '['.repeat(500_000)],
    ['two documents', `${sixteen(1)}${sixteen(1)}`],
  ])('is refused with %s', async (_, body) => {
    const said = await post('anomaly-detector', body)
    expect(said).toMatchObject({ status: 400, body: { status: 'error', code: 'INVALID_REQUEST', success: false } })
    expect(said.body['error']).not.toContain('__proto__')
  })

  it('takes brackets in texts for what they are', async () => {
    const body = sixteen(1).replace('{', `{"note": "${'['.repeat(100)}\\"", `)
    expect(await post('anomaly-detector', body)).toMatchObject({ status: 200 })
  })

  it('is refused by its length before it is read, and while it is read', async () => {
    const told = 'POST /v1/models/model:predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
    const large = await raw(`${told}Content-Length: 10000000\r\n\r\n{"instances": [[${'1'.repeat(100_000)}`)
    expect(large).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"TOO_LARGE"/)
    const text = await raw(
      [
        'POST /v1/models/anomaly-detector:predict HTTP/1.1',
        'Host: a',
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
        '',
        '',
      ].join('\r\n') + `${'20000\r\n'}${' '.repeat(0x20000)}\r\n`.repeat(10),
    )
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
  })

  it.each([
    ['GET', '/v1/models/anomaly-detector:predict', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/v1/models/anomaly-detector', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/v1/models', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/models/other', 404, 'MODEL_NOT_FOUND'],
    ['POST', '/v1/models/other:predict', 404, 'MODEL_NOT_FOUND'],
    ['GET', '/v1/models/constructor', 404, 'MODEL_NOT_FOUND'],
    ['POST', '/v1/models/anomaly-detector:explain', 404, 'NOT_FOUND'],
    ['GET', '/v1/models/%2e%2e', 404, 'NOT_FOUND'],
    ['GET', `/v1/models/${'x'.repeat(2000)}`, 404, 'NOT_FOUND'],
    ['GET', '/', 404, 'NOT_FOUND'],
    ['GET', '/metrics', 404, 'NOT_FOUND'],
  ])('%s %s is %i', async (method, path, status, code) => {
    expect(await ask(path, { method })).toMatchObject({ status, body: { code } })
  })

  it('is refused as anything else than JSON', async () => {
    expect(await post('anomaly-detector', sixteen(1), { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await post('anomaly-detector', sixteen(1), { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
  })

  it('does not take the answer of the one behind it along', async () => {
    const body = sixteen(99)
    const one = `POST /v1/models/anomaly-detector:predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const list = 'GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    const text = await raw(`${one}${one}${list}`)
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
    expect([...text.matchAll(/\{.*\}/g)].map(([found]) => found)).toEqual([
      '{"predictions":[-1]}',
      '{"predictions":[-1]}',
      '{"models":["anomaly-detector","predictive-analytics"]}',
    ])
  })

  it('ends the connection where it was refused, so that what follows is not read as a request', async () => {
    const smuggled = 'GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n'
    const text = await raw(
      `POST /v1/models/other:predict HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    )
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(text).toMatch(/connection: close/i)
  })

  it('leaves the server as it was, cut off in the middle', async () => {
    await new Promise<void>((done) => {
      const { port, hostname } = new URL(server.url)
      const socket = connect(Number(port), hostname, () => {
        const head = 'POST /v1/models/model:predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
        socket.write(`${head}Content-Length: 500\r\n\r\n{"inst`, () => socket.destroy())
      })
      socket.on('close', () => done())
    })
    expect(await post('anomaly-detector', sixteen(1))).toMatchObject({ status: 200 })
  })
})

/** Sends bytes, and gives what comes until the other side ends or is silent. */
function raw(bytes: string): Promise<string> {
  return new Promise((done) => {
    let text = ''
    const { port, hostname } = new URL(server.url)
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setTimeout(3000, () => socket.destroy())
    socket.on('data', (part) => {
      text += part.toString()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => done(text))
  })
}

describe('a token', () => {
  const authorization = async (value?: string) =>
    (await ask('/v1/models', value === undefined ? {} : { headers: { authorization: value } }, guarded.url)).status

  it('opens, and nothing else does', async () => {
    expect(await authorization('Bearer a-token')).toBe(200)
    for (const wrong of [undefined, 'Bearer a-toke', 'Bearer a-token2', 'Bearer ', 'Basic a-token', 'a-token'])
      expect(await authorization(wrong)).toBe(401)
  })

  it('is asked for before anything is told of what there is', async () => {
    for (const path of ['/v1/models/other', '/', '/v1/models/anomaly-detector'])
      expect(await ask(path, {}, guarded.url)).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } })
  })

  it('lets nobody in while it cannot be read', async () => {
    const shut = await kserveServer({
      host: '127.0.0.1',
      port: 0,
      models: [detector],
      token: () => {
        throw new Error('no file')
      },
    })
    const said = await ask('/v1/models', { headers: { authorization: 'Bearer a-token' } }, shut.url)
    await shut.close()
    expect(said).toMatchObject({ status: 401, body: { error: expect.not.stringContaining('no file') } })
  })
})

describe('a model that fails', () => {
  it('is said without what it threw', async () => {
    const broken = await kserveServer({
      host: '127.0.0.1',
      port: 0,
      models: [{ ...detector, predict: () => Promise.reject(new Error('/etc/secret')) }],
    })
    const init = { method: 'POST', body: sixteen(1), headers: { 'content-type': 'application/json' } }
    const said = await ask('/v1/models/anomaly-detector:predict', init, broken.url)
    await broken.close()
    expect(said).toMatchObject({ status: 500, body: { code: 'PREDICTION_FAILED' } })
    expect(JSON.stringify(said)).not.toContain('secret')
  })

  it('is not asked by more at once than it can bear', async () => {
    let open: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      open = resolve
    })
    const slow: ServedModel = {
      ...detector,
      predict: async (rows) => {
        await held
        return { predicted: true, predictions: rows.map(() => 1) }
      },
    }
    const busy = await kserveServer({ host: '127.0.0.1', port: 0, models: [slow] })
    const init = { method: 'POST', body: sixteen(1), headers: { 'content-type': 'application/json' } }
    const many = Array.from({ length: 12 }, () => ask('/v1/models/anomaly-detector:predict', init, busy.url))
    let refused = 0
    for (const one of many)
      one.then(({ status }) => {
        refused += status === 503 ? 1 : 0
        if (refused === 4) open()
      })
    const said = await Promise.all(many)
    await busy.close()
    expect(said.filter(({ status }) => status === 200)).toHaveLength(8)
    expect(said.filter(({ body }) => body['code'] === 'BUSY')).toHaveLength(4)
  })
})
