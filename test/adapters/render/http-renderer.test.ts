import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { cachingRenderer, exposures, helmRenderer, httpRenderer } from '../../../src/adapters/render/index.ts'
import { rendererContract } from '../../contracts/renderer.ts'
import { chart, helms, input, SETTINGS, showing } from './given.ts'
import { startService } from './service-process.ts'

async function started(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const service = await startService(args, env)
  if (!('url' in service)) throw new Error(`not started: ${service.err}`)
  return service
}

const plain = { 'chart/templates/a.yaml': showing('a') }

describe.each(helms)('%s', (name, path) => {
  rendererContract(`${name} in a child`, async () => ({ renderer: helmRenderer({ path }) }))
  rendererContract(`${name} behind HTTP`, async () => {
    const service = await started(['--helm', path, '--allow-root'])
    const renderer = httpRenderer({ url: service.url })
    return {
      renderer,
      close: async () => {
        await renderer.close()
        await service.stop()
      },
    }
  })
})

const [first] = helms
describe.skipIf(first === undefined)('a renderer of its own', () => {
  const helm = first?.[1] ?? ''

  it('is isolated once it has said so, and ends at SIGTERM without a word about what it rendered', async () => {
    const service = await started(['--helm', helm, '--allow-root'])
    const renderer = httpRenderer({ url: service.url })
    expect(renderer.isolation).toBe('process')
    expect(await renderer.about()).toMatchObject({ isolation: 'isolated', exposed: [] })
    expect(renderer.isolation).toBe('isolated')
    await renderer.render(
      input(chart({ 'chart/templates/a.yaml': '{{ fail "canary-91" }}' }), { releaseName: 'canary-92' }),
    )
    await renderer.close()
    const { code, out, err } = await service.stop()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^listening on \S+, isolation isolated\n$/)
  })

  it.each([
    ['AWS_SECRET_ACCESS_KEY', { AWS_SECRET_ACCESS_KEY: 'canary-1' }],
    ['GITHUB_TOKEN', { GITHUB_TOKEN: 'canary-1' }],
    ['KINTSUGI_APP_PRIVATE_KEY', { KINTSUGI_APP_PRIVATE_KEY: 'canary-1' }],
  ])('does not start with %s in its environment, and does not repeat it', async (name, env) => {
    const ran = await startService(['--helm', helm, '--allow-root'], env)
    expect(ran).toMatchObject({ code: 5 })
    const said = JSON.stringify(ran)
    expect(said).toContain(name)
    expect(said).not.toContain('canary')
  })

  it('says with --tolerate that it is not isolated, and is not taken for it', async () => {
    const service = await started(['--helm', helm, '--allow-root', '--tolerate'], { GITHUB_TOKEN: 'canary-1' })
    const renderer = httpRenderer({ url: service.url })
    expect(await renderer.about()).toMatchObject({
      isolation: 'process',
      exposed: ['the environment variable GITHUB_TOKEN'],
    })
    expect(await renderer.render(input(chart(plain)))).toMatchObject({ rendered: true })
    expect(renderer.isolation).toBe('process')
    await renderer.close()
    await service.stop()
  })

  it('does not start where the network lets it out', async () => {
    const server = createServer((_, response) => response.end())
    const port = await listen(server)
    const ran = await startService(['--helm', helm, '--allow-root', '--egress-target', `127.0.0.1:${port}`])
    expect(ran).toMatchObject({ code: 5, err: expect.stringContaining(`the network: 127.0.0.1:${port} answers`) })
    server.close()
  })

  it('does not understand words that it does not know', async () => {
    expect(await startService(['--listen', 'nowhere'])).toMatchObject({ code: 2 })
    expect(await startService(['--debug'])).toMatchObject({ code: 2 })
  })

  it('refuses what is no request, and stays', async () => {
    const service = await started(['--helm', helm, '--allow-root'])
    const type = 'application/vnd.kintsugi.render'
    const ask = (path: string, init: RequestInit) => fetch(`${service.url}${path}`, init).then((one) => one.status)
    const post = (body: Uint8Array<ArrayBuffer> | string) =>
      ask('/render', { method: 'POST', body, headers: { 'content-type': type } })
    const framed = (header: string, rest = '') => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(Buffer.byteLength(header))
      return new Uint8Array(Buffer.concat([Buffer.from('KINREN1\n'), size, Buffer.from(header + rest)]))
    }
    const whole = {
      releaseName: 'a',
      namespace: 'b',
      validateSchema: true,
      helm: { parameters: [] },
      files: [],
      valueFiles: [],
    }
    expect(await post(framed(JSON.stringify(whole)))).toBe(200)
    expect(await post('text')).toBe(400)
    expect(await post(framed('{"a":'))).toBe(400)
    expect(await post(framed('[]'))).toBe(400)
    expect(await post(framed(JSON.stringify({ ...whole, files: [['a', 5]] }), 'four'))).toBe(400)
    expect(await post(framed(JSON.stringify({ ...whole, files: [['a', -1]] })))).toBe(400)
    expect(await post(framed(JSON.stringify({ ...whole, helm: { parameters: [1] } })))).toBe(400)
    expect(await post(framed(JSON.stringify(whole), 'more'))).toBe(400)
    expect(await post(framed(JSON.stringify({ ...whole, files: [['../../x', 1]] }), 'a'))).toBe(200)
    expect(await ask('/render', { method: 'POST', body: 'a=b' })).toBe(415)
    expect(await ask('/render', { method: 'GET' })).toBe(404)
    expect(await ask('/../etc/passwd', {})).toBe(404)
    expect(await ask('/healthz', {})).toBe(200)
    await service.stop()
  })

  it('reads no more than a request may have', async () => {
    const service = await started(['--helm', helm, '--allow-root'])
    const { port } = new URL(service.url)
    const status = await new Promise<string>((done) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('data', (data) => done(data.toString().slice(0, 12)))
      socket.on('error', () => undefined)
      socket.write(
        'POST /render HTTP/1.1\r\nhost: a\r\ncontent-type: application/vnd.kintsugi.render\r\ncontent-length: 999999999999\r\n\r\n',
      )
    })
    expect(status).toBe('HTTP/1.1 413')
    await service.stop()
  })

  it('lets its callers wait while it is busy, and keeps outcomes behind a cache', async () => {
    const service = await started(['--helm', helm, '--allow-root', '--concurrency', '1'])
    const direct = httpRenderer({ url: service.url, pausesMs: Array(200).fill(50) })
    const renderer = cachingRenderer(direct, { memoryBytes: 1e6 })
    const tree = chart({ 'chart/templates/a.yaml': showing('{{ .Release.Name }}') })
    const all = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f', 'a', 'b'].map((releaseName) => renderer.render(input(tree, { releaseName }))),
    )
    expect(all.every((one) => one.rendered)).toBe(true)
    await service.stop()
    expect(await renderer.render(input(tree, { releaseName: 'a' }))).toEqual(all[0])
    await direct.close()
  })
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

describe('a renderer that is none', () => {
  const servers: Server[] = []
  const renderers: ReturnType<typeof httpRenderer>[] = []
  const against = async (answer: RequestListener, timeoutMs = 5000) => {
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => answer(request, response))
    })
    servers.push(server)
    const renderer = httpRenderer({ url: `http://127.0.0.1:${await listen(server)}`, timeoutMs, pausesMs: [1, 1] })
    renderers.push(renderer)
    return renderer
  }
  afterEach(async () => {
    for (const one of servers.splice(0)) one.closeAllConnections()
    for (const one of renderers.splice(0)) await one.close().catch(() => undefined)
  })
  afterAll(() => Promise.all(servers.map((one) => one.close())))

  const TYPE = 'application/vnd.kintsugi.rendered'
  const frame = (header: unknown, content = '') => {
    const json = Buffer.from(JSON.stringify(header))
    const size = Buffer.alloc(4)
    size.writeUInt32BE(json.length)
    return Buffer.concat([Buffer.from('KINREN1\n'), size, json, Buffer.from(content)])
  }
  const answering = (body: Buffer | string, type = TYPE, status = 200): RequestListener => {
    return (_, response) => response.writeHead(status, { 'content-type': type }).end(body)
  }

  it.each<readonly [string, RequestListener]>([
    ['a page', answering('<html>', 'text/html')],
    ['a page by the right type', answering('<html>')],
    ['an error', answering('no', 'text/plain', 500)],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['an unknown reason', answering(frame({ rendered: false, reason: 'no-policy', message: 'a' }))],
    ['no message', answering(frame({ rendered: false, reason: 'render-failed' }))],
    ['a tool by an odd name', answering(frame({ rendered: true, tool: 'helm\u001b[31m' }, 'a: 1\n'))],
    ['a list', answering(frame([]))],
    ['a header longer than its answer', answering(frame({}).fill(0xff, 8, 12))],
    [
      'an answer without end',
      (_, response) => {
        response.writeHead(200, { 'content-type': TYPE })
        const chunk = Buffer.alloc(1 << 20)
        const more = (): void => {
          while (response.writable && response.write(chunk));
          response.once('drain', more)
        }
        response.on('error', () => undefined)
        more()
      },
    ],
    [
      'half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': TYPE, 'content-length': 1000 })
        response.write('KINREN1\n')
        setTimeout(() => response.destroy(), 10)
      },
    ],
    ['nothing', (request) => request.socket.destroy()],
    ['busy, for ever', answering('busy', 'text/plain', 503)],
  ])('is renderer-unreachable: %s', async (_, answer) => {
    const renderer = await against(answer)
    const outcome = await renderer.render(input(chart(plain)))
    expect(outcome).toMatchObject({ rendered: false, reason: 'renderer-unreachable' })
    expect(JSON.stringify(outcome).length).toBeLessThan(400)
    expect(await renderer.about()).toBeUndefined()
    expect(renderer.isolation).toBe('process')
  })

  it('is renderer-unreachable when it takes too long, or is not there', async () => {
    const silent = await against(() => undefined, 300)
    expect(await silent.render(input(chart(plain)))).toMatchObject({ reason: 'renderer-unreachable' })
    const nowhere = httpRenderer({ url: 'http://127.0.0.1:1', pausesMs: [] })
    expect(await nowhere.render(input(chart(plain)))).toMatchObject({ reason: 'renderer-unreachable' })
    expect(await nowhere.version()).toBeUndefined()
    await nowhere.close()
  })

  it.each([
    ['a bomb', `a: &a [1]\n${Array.from({ length: 200 }, () => 'b: *a\n').join('')}`, 'render-limit'],
    ['brackets without end', '['.repeat(100_000), 'render-limit'],
    ['no object', '- a\n', 'render-failed'],
  ])('prints what is read as the output of a child is: %s', async (_, text, reason) => {
    const renderer = await against(
      answering(frame({ rendered: true, tool: 'helm 3.18.0', isolation: 'isolated' }, text)),
    )
    expect(await renderer.render(input(chart(plain)))).toMatchObject({ rendered: false, reason })
  })

  it('says things that are shown as one plain line', async () => {
    const message = `a\n\u001b[31m${'b'.repeat(1000)}`
    const renderer = await against(answering(frame({ rendered: false, reason: 'render-failed', message })))
    const outcome = await renderer.render(input(chart(plain)))
    expect(outcome).toMatchObject({ reason: 'render-failed', message: expect.stringMatching(/^a \[31mb{290,300}/) })
  })

  it('is not asked for what is refused before', async () => {
    let asked = 0
    const renderer = await against((_, response) => {
      asked += 1
      response.end()
    })
    const helm = { ...SETTINGS }
    const refused = await renderer.render(input(chart(plain, { 'chart/values.yaml': 'symlink' }), { helm }))
    expect(refused).toMatchObject({ reason: 'unsafe-path' })
    expect(asked).toBe(0)
  })
})

describe('exposures', () => {
  const none = { env: {}, homes: ['/home/a'], uid: 1000, exists: () => false }

  it('finds nothing where there is nothing', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/a',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      NODE_VERSION: '20',
      GITHUB_TOKEN: '',
    }
    expect(exposures({ ...none, env })).toEqual([])
  })

  it.each([
    ['/var/run/secrets/kubernetes.io/serviceaccount/token'],
    ['/home/a/.aws/credentials'],
    ['/home/a/.kube/config'],
    ['/home/a/.config/gh/hosts.yml'],
  ])('finds %s', (path) => {
    expect(exposures({ ...none, exists: (one) => one === path })).toEqual([`the file ${path}`])
  })

  it('finds root, and secrets by their names', () => {
    const env = { DB_PASSWORD: 'x', SLACK_API_KEY: 'x', KUBECONFIG: '/x', AZURE_CLIENT_SECRET: 'x' }
    expect(exposures({ ...none, env, uid: 0 })).toEqual([
      ...Object.keys(env).map((name) => `the environment variable ${name}`),
      'the rights of root',
    ])
  })
})
