import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Io } from '../../../src/cli/io.ts'
import { type KubernetesServer, kubeconfigFor, kubernetesServer } from '../../fakes/kubernetes-server.ts'
import { kintsugi } from '../console.ts'
import { begin, opened, pressed, wholeFlow } from './flow.ts'

const PEM = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey
const WEBHOOK_SECRET = '8f1d9d0b7c5e4a3f2b1c0d9e8f7a6b5c4d3e2f1a'
const CLIENT_SECRET = 'a-client-secret-that-nobody-needs'

/** What GitHub does with a manifest: the page that takes it, and the exchange of the code. */
async function github() {
  const taken: { readonly path: string; readonly manifest: unknown }[] = []
  const codes = new Map<string, string>()
  let refuse: number | undefined
  let page = 'https://github.com/apps/kintsugi-example'
  const server = createServer(async (request, response) => {
    const parts: Uint8Array[] = []
    for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part)
    const url = new URL(request.url ?? '/', 'http://x')
    if (url.pathname.endsWith('/settings/apps/new')) {
      const manifest = JSON.parse(new URLSearchParams(Buffer.concat(parts).toString()).get('manifest') ?? 'null')
      taken.push({ path: url.pathname, manifest })
      codes.set('a-code', manifest.name)
      const back = `${manifest.redirect_url}?code=a-code&state=${url.searchParams.get('state')}`
      response.writeHead(302, { location: back }).end()
      return
    }
    const code = /^\/api\/v3\/app-manifests\/([^/]+)\/conversions$/.exec(url.pathname)?.[1] ?? ''
    const name = codes.get(code)
    codes.delete(code)
    response.writeHead(refuse ?? (name === undefined ? 404 : 201), { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 4711,
        slug: 'kintsugi-example',
        name,
        html_url: page,
        client_id: 'Iv1.abc',
        client_secret: CLIENT_SECRET,
        webhook_secret: WEBHOOK_SECRET,
        pem: PEM,
      }),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    refuse: (status: number | undefined) => {
      refuse = status
    },
    showsAppAt: (url: string) => {
      page = url
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

let hub: Awaited<ReturnType<typeof github>>
let cwd = ''
beforeAll(async () => {
  hub = await github()
})
afterAll(() => hub.close())
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kintsugi-init-'))
  hub.refuse(undefined)
  hub.taken.length = 0
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

const begun = (flags: readonly string[], env: Io['env'] = {}) => begin({ flags, env, cwd, host: hub.url })

describe('kintsugi init github', () => {
  it('asks GitHub for a private App with the permissions of app.yml, and webhooks off', async () => {
    const run = begun(['--organization', 'example', '--print'])
    const last = await wholeFlow(await run.url)
    expect(await run.ended).toBe(0)
    const [taken] = hub.taken
    const file = parse(await readFile(join(import.meta.dirname, '../../../app.yml'), 'utf8'))
    expect(taken).toMatchObject({
      path: '/organizations/example/settings/apps/new',
      manifest: {
        name: 'kintsugi-example',
        public: false,
        default_permissions: file.default_permissions,
        default_events: file.default_events,
        hook_attributes: { active: false },
      },
    })
    expect(JSON.stringify(taken)).not.toContain('kintsugi.invalid')
    expect(last).toContain('https://github.com/apps/kintsugi-example/installations/new')
    for (const secret of [PEM.split('\n')[3] ?? '', WEBHOOK_SECRET, CLIENT_SECRET]) expect(last).not.toContain(secret)
  })

  it('prints the Secret on stdout only where asked, and nothing secret on stderr', async () => {
    const run = begun(['--print', '--webhook-url', 'https://kintsugi.example.com/webhooks'])
    await wholeFlow(await run.url)
    expect(await run.ended).toBe(0)
    expect(parse(run.printed.out)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'kintsugi-github',
        namespace: 'kintsugi',
        labels: { 'app.kubernetes.io/name': 'kintsugi' },
      },
      type: 'Opaque',
      stringData: {
        'app-id': '4711',
        'client-id': 'Iv1.abc',
        'private-key.pem': PEM,
        'webhook-secret': WEBHOOK_SECRET,
      },
    })
    expect(hub.taken[0]).toMatchObject({
      path: '/settings/apps/new',
      manifest: { hook_attributes: { url: 'https://kintsugi.example.com/webhooks', active: true } },
    })
    for (const secret of [PEM.split('\n')[3] ?? '', WEBHOOK_SECRET, CLIENT_SECRET])
      expect(run.printed.err).not.toContain(secret)
    expect(run.printed.err).toContain('appId: 4711')
    expect(run.printed.err).toContain('kubectl apply -f FILE')
    expect(run.printed.err).toContain(
      `--set github.appId=4711 --set github.existingSecret=kintsugi-github --set github.url=`,
    )
  })

  it('writes files that only their owner can read, into a folder that is new', async () => {
    const run = begun(['--out', 'app'])
    await wholeFlow(await run.url)
    expect(await run.ended).toBe(0)
    const dir = join(cwd, 'app')
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
    expect(await readdir(dir)).toEqual(['app-id', 'client-id', 'private-key.pem', 'webhook-secret'])
    for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(dir, 'private-key.pem'), 'utf8')).toBe(PEM)
    expect(run.printed.out).toBe('')
    const again = await kintsugi(['init', 'github', '--out', 'app'], { cwd })
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('exists') })
    expect(run.printed.err).toContain('create secret generic kintsugi-github --from-file=app')
  })

  it('makes no App whose files could not be written', async () => {
    const asked = await kintsugi(['init', 'github', '--out', 'there/is/none'], { cwd })
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('cannot be made') })
    expect(hub.taken).toEqual([])
  })

  it('prints one document with --json', async () => {
    const run = begun(['--print', '--json'])
    await wholeFlow(await run.url)
    await run.ended
    expect(JSON.parse(run.printed.out)).toMatchObject({
      app: { id: 4711, install: 'https://github.com/apps/kintsugi-example/installations/new' },
      secret: { stringData: { 'app-id': '4711' } },
    })
  })
})

describe('whoever is not the browser that began', () => {
  it('gets nothing: no cookie, another state, another host, another path, a second browser, a posted form', async () => {
    const run = begun(['--print'])
    const url = await run.url
    const form = await opened(url)
    const back = new URL(await pressed(form))
    const { origin } = back
    const wrong = new URL(back)
    wrong.searchParams.set('state', '0'.repeat(64))
    const without = new URL(back)
    without.searchParams.delete('code')
    const cookie = { cookie: form.cookie }
    const rebound = await new Promise<number>((done) => {
      import('node:http').then(({ get }) =>
        get(url, { headers: { host: 'evil.example:80' } }, ({ statusCode }) => done(statusCode ?? 0)),
      )
    })
    const statuses = [
      (await fetch(back)).status,
      (await fetch(back, { headers: { cookie: form.cookie.replace(/=.*/, '=0') } })).status,
      (await fetch(wrong, { headers: cookie })).status,
      (await fetch(without, { headers: cookie })).status,
      (await fetch(`${origin}/`, { headers: cookie })).status,
      (await fetch(url)).status,
      (await fetch(url, { method: 'POST', headers: cookie })).status,
      rebound,
    ]
    expect(statuses).toEqual([403, 403, 403, 400, 404, 403, 405, 421])
    // All of that did not disturb the one that began.
    expect((await fetch(back, { headers: cookie })).status).toBe(200)
    expect(await run.ended).toBe(0)
  })

  it('cannot put markup into the page', async () => {
    const run = begun(['--print', '--name', `<script>"'&`])
    const form = await opened(await run.url)
    expect(form.html).not.toContain('<script>')
    expect(JSON.parse(form.manifest)).toMatchObject({ name: `<script>"'&` })
    await fetch(await pressed(form), { headers: { cookie: form.cookie } })
    await run.ended
  })

  it('is kept out by the headers of the page', async () => {
    const run = begun(['--print'])
    const page = await fetch(await run.url)
    const csp = page.headers.get('content-security-policy') ?? ''
    expect(csp).toContain("default-src 'none'")
    expect(csp).toContain(`form-action ${hub.url}`)
    expect(page.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const html = await page.text()
    const action = /action="([^"]+)"/.exec(html)?.[1] ?? ''
    const manifest = (/name="manifest" value="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&quot;', '"')
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
    const back = await pressed({ action, manifest, cookie, html })
    await fetch(back, { headers: { cookie } })
    expect(await run.ended).toBe(0)
  })
})

describe('GitHub that refuses', () => {
  it.each([404, 500, 422])('%i ends the command, on the page and in the terminal', async (status) => {
    hub.refuse(status)
    const run = begun(['--print'])
    const last = await wholeFlow(await run.url)
    expect(await run.ended).toBe(6)
    expect(last).toContain('Not done')
    expect(run.printed.err).toContain('KIN-4003')
    expect(run.printed.out).toBe('')
  })
})

it('makes no link of what is no address', async () => {
  hub.showsAppAt('javascript:alert(1)')
  const run = begun(['--print'])
  expect(await wholeFlow(await run.url)).not.toContain('javascript:')
  expect(await run.ended).toBe(6)
  hub.showsAppAt('https://github.com/apps/kintsugi-example')
})

describe('--apply', () => {
  let cluster: KubernetesServer
  let env: Io['env'] = {}
  beforeEach(async () => {
    cluster = await kubernetesServer()
    cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kintsugi' } })
    const file = join(cwd, 'kubeconfig')
    await writeFile(file, kubeconfigFor(cluster.url, 'here'))
    env = { KUBECONFIG: file }
  })
  afterEach(() => cluster.close())
  const existing = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kintsugi-github', namespace: 'kintsugi' },
    data: {},
  }

  it('creates the Secret with the rights of the kubeconfig', async () => {
    const run = begun(['--apply', '--context', 'here'], env)
    await wholeFlow(await run.url)
    expect(await run.ended).toBe(0)
    expect(cluster.asked.at(-1)).toBe('POST /api/v1/namespaces/kintsugi/secrets')
    expect(cluster.written.at(-1)).toMatchObject({ kind: 'Secret', stringData: { 'private-key.pem': PEM } })
    expect(run.printed.out).toBe('')
  })

  it.each([
    ['a Secret that exists', () => cluster.put(existing), 'exists'],
    ['a namespace that does not', () => cluster.remove('Namespace', undefined, 'kintsugi'), 'no namespace'],
    ['rights that are missing', () => cluster.forbid('GET /api/v1/namespaces/kintsugi/secrets'), 'answered 403'],
  ])('refuses before anything is made: %s', async (_, prepare, says) => {
    prepare()
    const run = begun(['--apply'], env)
    expect(await run.ended).not.toBe(0)
    expect(run.printed.err).toContain(says)
    expect(hub.taken).toEqual([])
  })

  it('replaces a Secret only where told', async () => {
    cluster.put(existing)
    const run = begun(['--apply', '--replace'], env)
    await wholeFlow(await run.url)
    expect(await run.ended).toBe(0)
    expect(cluster.asked.at(-1)).toBe('PUT /api/v1/namespaces/kintsugi/secrets/kintsugi-github')
  })

  it('keeps the credentials in files where the cluster changes its mind, rather than to lose them', async () => {
    const run = begun(['--apply'], env)
    const url = await run.url
    cluster.forbid('POST /api/v1/namespaces/kintsugi/secrets')
    await wholeFlow(url)
    expect(await run.ended).toBe(1)
    expect(await readFile(join(cwd, 'kintsugi-app-4711/private-key.pem'), 'utf8')).toBe(PEM)
    expect(run.printed.err).toContain('kept instead')
    expect(run.printed.err).not.toContain(WEBHOOK_SECRET)
  })

  it.each([
    [['--context', 'elsewhere'], 'no context elsewhere'],
    [[], 'cannot be used'],
  ])('says what is wrong with the kubeconfig: %j', async (flags, says) => {
    const over = flags.length === 0 ? { KUBECONFIG: join(cwd, 'none') } : env
    const { code, err } = await kintsugi(['init', 'github', '--apply', ...flags], { cwd, env: over })
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining(says) })
  })
})

describe('what is asked wrongly', () => {
  it.each([
    [[], 'where the credentials go'],
    [['--print', '--replace'], '--apply'],
    [['--print', '--organization', 'a/b'], '--organization'],
    [['--print', '--host', 'http://github.example.com'], '--host'],
    [['--print', '--host', 'github.example.com/x'], '--host'],
    [['--print', '--host', 'u:p@github.example.com'], '--host'],
    [['--print', '--webhook-url', 'http://kintsugi.example.com'], '--webhook-url'],
    [['--print', '--name', 'x'.repeat(35)], '--name'],
    [['--print', '--namespace', 'A_B'], '--namespace'],
  ])('%j', async (flags, says) => {
    const { code, err, out } = await kintsugi(['init', 'github', ...flags], { cwd })
    expect({ code, err, out }).toMatchObject({ code: 2, err: expect.stringContaining(says), out: '' })
  })
})
