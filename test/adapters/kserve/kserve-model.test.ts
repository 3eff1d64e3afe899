import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { predictUrl } from '../../../src/adapters/kserve/index.ts'
import { kserveServer } from '../../../src/server/index.ts'
import { client, type MakeServer, outsideModelContract, type ServedAt } from '../../contracts/outside-model.ts'
import { kserveLike, type Reaction, rawServer } from '../../fakes/kserve-server.ts'
import { manualClock } from '../../fakes/manual-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'kintsugi-kserve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function withToken(token: string): string {
  const file = join(folder, 'token')
  writeFileSync(file, `${token}\n`)
  return file
}

const ours: MakeServer = (judge, token) =>
  kserveServer({
    host: '127.0.0.1',
    port: 0,
    ...(token !== undefined && { token: () => token }),
    models: [
      {
        name: 'anomaly-detector',
        features: ['cpu', 'memory'],
        unready: () => undefined,
        async predict(rows) {
          const predictions = judge(rows)
          return predictions === undefined
            ? { predicted: false, why: 'not-ready', problem: 'not yet' }
            : { predicted: true, predictions }
        },
      },
    ],
  })

outsideModelContract('a server as KServe has it', kserveLike, withToken)
outsideModelContract('our own server', ours, withToken)

describe('a server that is not as it should be', () => {
  const opened: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
  })
  async function against(react: Reaction, timeoutMs = 5000) {
    const server: ServedAt = await rawServer(react)
    const model = client({ url: server.url, timeoutMs })
    opened.push(model, server)
    return model
  }
  const answering = (text: string, status = 200): Reaction => {
    return (_request, _body, response) => {
      response.writeHead(status, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' })
      response.end(text)
    }
  }

  it.each([
    ['a label that is none', '{"predictions": [0]}', 'KIN-7004'],
    ['a label in a list', '{"predictions": [[1]]}', 'KIN-7004'],
    ['a label that is a text', '{"predictions": ["-1"]}', 'KIN-7004'],
    ['a label that is nearly one', '{"predictions": [-1.0000001]}', 'KIN-7004'],
    ['too few labels', '{"predictions": []}', 'KIN-7004'],
    ['too many labels', '{"predictions": [1, 1]}', 'KIN-7004'],
    ['no labels', '{"outputs": [1]}', 'KIN-7004'],
    ['labels by inheritance', '{"__proto__": {"predictions": [1]}}', 'KIN-7004'],
    ['a list alone', '[1]', 'KIN-7004'],
    ['no JSON', '<html>', 'KIN-7004'],
    ['nothing', '', 'KIN-7004'],
    ['what is nested without an end', '['.repeat(200_000), 'KIN-7004'],
    ['an endless answer', ' '.repeat(300_000), 'KIN-7004'],
  ])('has no vote with %s', async (_, text, code) => {
    const model = await against(answering(text))
    expect(await model.judge([[1, 2]])).toBeUndefined()
    expect(model.says()).toMatch(new RegExp(`^${code} the KServe model outside abstains: `))
  })

  it.each([
    [302, 'KIN-7004'],
    [401, 'KIN-7003'],
    [403, 'KIN-7003'],
    [404, 'KIN-7004'],
    [429, 'KIN-7003'],
    [500, 'KIN-7001'],
    [503, 'KIN-7001'],
  ])('has no vote with a status of %i, which nothing of its text is quoted for', async (status, code) => {
    const model = await against(answering('{"predictions": [1], "secret": "token-1234"}', status))
    expect(await model.judge([[1, 2]])).toBeUndefined()
    expect(model.says()).toMatch(new RegExp(`^${code} .*${status}$`))
  })

  it('has no vote when it is late, with the head or with the body', async () => {
    const silent = await against(() => undefined, 100)
    expect(await silent.judge([[1, 2]])).toBeUndefined()
    expect(silent.says()).toMatch(/^KIN-7002 .*100 ms/)
    const halting = await against((_request, _body, response) => {
      response.writeHead(200)
      response.write('{"predictions": [')
    }, 100)
    expect(await halting.judge([[1, 2]])).toBeUndefined()
    expect(halting.says()).toMatch(/^KIN-7002 .*100 ms/)
  })

  it('has no vote when it hangs up, or is not there', async () => {
    const model = await against((request) => request.socket.destroy())
    expect(await model.judge([[1, 2]])).toBeUndefined()
    expect(model.says()).toMatch(/^KIN-7001 /)
    const nobody = client({ url: 'http://127.0.0.1:1' })
    expect(await nobody.judge([[1, 2]])).toBeUndefined()
    expect(nobody.says()).toMatch(/^KIN-7001 /)
  })

  it('has no vote while the token cannot be read', async () => {
    const model = client({ url: 'http://127.0.0.1:1', tokenFile: join(folder, 'nowhere') })
    expect(await model.judge([[1, 2]])).toBeUndefined()
    expect(model.says()).toMatch(/^KIN-1002 /)
  })

  it('is sent the rows and nothing else', async () => {
    let seen: { body: string; headers: unknown } | undefined
    const model = await against((request, body, response) => {
      seen = { body, headers: request.headers }
      response.end('{"predictions": [1]}')
    })
    await model.judge([[1, 2.5]])
    expect(seen?.body).toBe('{"instances":[[1,2.5]]}')
    expect(seen?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'kintsugi' })
    expect(seen?.headers).not.toHaveProperty('authorization')
  })

  it('is asked about many workloads in few requests, one after the other, and each gets its own labels', async () => {
    const sizes: number[] = []
    let open = 0
    let most = 0
    const model = await against((_request, body, response) => {
      open += 1
      most = Math.max(most, open)
      // The cast: the client is ours.
      const { instances } = JSON.parse(body) as { instances: number[][] }
      sizes.push(instances.length)
      setTimeout(() => {
        open -= 1
        response.end(JSON.stringify({ predictions: instances.map(([first = 0]) => (first > 0 ? -1 : 1)) }))
      }, 5)
    })
    const workloads = Array.from({ length: 100 }, (_, at) =>
      Array.from({ length: 36 }, (_row, row) => [(at + row) % 2, 0]),
    )
    const labels = await Promise.all(workloads.map((rows) => model.judge(rows)))
    expect(labels).toEqual(workloads.map((rows) => rows.map(([first = 0]) => (first > 0 ? -1 : 1))))
    expect(sizes).toEqual([972, 972, 972, 684])
    expect(most).toBe(1)
    expect(await model.judge([[1, 0]])).toEqual([-1])
  })

  it('does not hold up a tick for longer than half a minute', async () => {
    const clock = manualClock()
    const server = await rawServer((_request, body, response) => {
      clock.advance(20_000)
      // The cast: the client is ours.
      const { instances } = JSON.parse(body) as { instances: number[][] }
      response.end(JSON.stringify({ predictions: instances.map(() => 1) }))
    })
    const model = client({ url: server.url, clock })
    opened.push(model, server)
    const ask = () => model.judge(Array.from({ length: 1000 }, () => [1, 2]))
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map((one) => one?.length)).toEqual([1000, 1000, undefined])
    expect(model.says()).toMatch(/^KIN-7002 .*all workloads within 30000 ms/)
    expect(await ask()).toHaveLength(1000)
  })

  it('is left alone for a minute after three failures in a row, and then asked once', async () => {
    let asked = 0
    let works = false
    const server = await rawServer((_request, _body, response) => {
      asked += 1
      response.writeHead(works ? 200 : 500)
      response.end('{"predictions": [1]}')
    })
    const clock = manualClock()
    const model = client({ url: server.url, clock })
    opened.push(model, server)
    const ask = () => model.judge([[1, 2]])
    for (let time = 0; time < 5; time += 1) expect(await ask()).toBeUndefined()
    expect(asked).toBe(3)
    clock.advance(59_999)
    expect(await ask()).toBeUndefined()
    expect(asked).toBe(3)
    clock.advance(1)
    await ask()
    await ask()
    expect(asked).toBe(4)
    clock.advance(60_000)
    works = true
    expect(await ask()).toEqual([1])
    expect(model.says()).toBeUndefined()
    works = false
    await ask()
    await ask()
    works = true
    expect(await ask()).toEqual([1])
  })
})

describe('TLS', () => {
  it('believes the authority of the CA file and no other', async () => {
    const TLS = join(import.meta.dirname, '../../fakes/tls')
    const pair = { key: readFileSync(join(TLS, 'server.key')), cert: readFileSync(join(TLS, 'server.pem')) }
    const server = createServer(pair, (_, response) => response.end('{"predictions": [-1]}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // The cast: a server that listens on TCP has an address with a port.
    const url = `https://localhost:${(server.address() as AddressInfo).port}`
    const known = client({ url, caFile: join(TLS, 'authority.pem') })
    const unknown = client({ url })
    const [knows, doubts] = [await known.judge([[1, 2]]), await unknown.judge([[1, 2]])]
    await Promise.all([known.close(), unknown.close()])
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(knows).toEqual([-1])
    expect(doubts).toBeUndefined()
    expect(unknown.says()).toMatch(/^KIN-7001 /)
  })
})

describe('the address of a model', () => {
  it('keeps a path prefix', () => {
    expect(predictUrl('https://models.example/eu/', 'anomaly-detector')).toBe(
      'https://models.example/eu/v1/models/anomaly-detector:predict',
    )
  })

  it.each([
    'ftp://models.example',
    'file:///etc/passwd',
    'models.example',
    'http://user:word@models.example',
    'http://models.example/?a=b',
    'http://169.254.169.254',
    'http://[fd00:ec2::254]',
  ])('is not %s', (url) => {
    expect(() => predictUrl(url, 'm')).toThrow(/^the URL of a KServe model /)
  })

  it.each(['', 'a/b', '../admin', 'a:predict', 'a b', 'x'.repeat(64)])('has no model %j', (model) => {
    expect(() => predictUrl('http://models.example', model)).toThrow(/no plain name/)
  })
})
