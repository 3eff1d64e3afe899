import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ChartFetcherOptions, chartFetcher } from '../../../src/adapters/charts/index.ts'
import { type Answer, indexYaml, packedChart, sha, type WebServer, webServer } from './repository-server.ts'

const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-fetch-'))
afterAll(() => rmSync(OWN, { recursive: true, force: true }))

let web: WebServer
let other: WebServer
beforeEach(async () => {
  web = await webServer()
  other = await webServer()
})
afterEach(async () => {
  await Promise.all([web.close(), other.close()])
})

const fetcher = (options: Partial<ChartFetcherOptions> = {}) =>
  chartFetcher({ allow: [`${web.origin}/stable`], allowPrivate: [web.host, other.host], ...options })
const cart = packedChart('cart', '1.2.3', { 'values.yaml': 'a: 1\n' })
const older = packedChart('cart', '1.1.0')
const wanted = (targetRevision: string, chart = 'cart') => ({ repoURL: `${web.origin}/stable`, chart, targetRevision })

function serveIndex(): void {
  const entries = [
    { version: '1.2.3', url: 'cart-1.2.3.tgz', digest: sha(cart) },
    { version: '1.1.0', url: `${web.origin}/stable/cart-1.1.0.tgz`, digest: `sha256:${sha(older)}` },
    { version: '1.10', url: 'odd.tgz', digest: sha('') },
  ]
  web.on(
    '/stable/index.yaml',
    indexYaml({ basket: [{ version: '9.9.9', url: 'basket.tgz', digest: sha('') }], cart: entries, 'cart-x': [] }),
  )
  web.on('/stable/cart-1.2.3.tgz', Buffer.from(cart))
  web.on('/stable/cart-1.1.0.tgz', Buffer.from(older))
}

describe('chartFetcher, from a chart repository', () => {
  it('brings an exact version, by a relative or a whole URL, with the digest of the index', async () => {
    serveIndex()
    const one = fetcher()
    const found = await one.chart(wanted('1.2.3'))
    expect(found).toMatchObject({ found: true, version: '1.2.3', digest: sha(cart) })
    expect(found.found && [...found.files.keys()]).toEqual(['Chart.yaml', 'values.yaml'])
    expect(await one.chart(wanted('1.1.0'))).toMatchObject({ found: true, version: '1.1.0' })
    expect(web.asked.filter((asked) => asked.endsWith('index.yaml'))).toHaveLength(1)
    expect(web.headers.every((one) => one.authorization === undefined && one.cookie === undefined)).toBe(true)
    await one.close()
  })

  it.each([
    ['*', '1.2.3'],
    ['^1.0', '1.2.3'],
    ['~1.1', '1.1.0'],
  ])('says which version the range %s is', async (range, version) => {
    serveIndex()
    expect(await fetcher().chart(wanted(range))).toMatchObject({ found: true, version })
  })

  it('reads an index that is JSON', async () => {
    const entries = { cart: [{ version: '1.2.3', urls: ['a/b.tgz'], digest: sha(cart) }] }
    web.on('/stable/index.yaml', JSON.stringify({ apiVersion: 'v1', entries }))
    web.on('/stable/a/b.tgz', Buffer.from(cart))
    expect(await fetcher().chart(wanted('1.2.3'))).toMatchObject({ found: true })
  })

  it('asks for an equal chart once, and for its content no more when a folder has it', async () => {
    serveIndex()
    const cacheDir = join(mkdtempSync(join(OWN, 'cache-')), 'charts')
    const first = fetcher({ cacheDir })
    await Promise.all([first.chart(wanted('1.2.3')), first.chart(wanted('1.2.3'))])
    expect(web.asked).toEqual(['GET /stable/index.yaml', 'GET /stable/cart-1.2.3.tgz'])
    expect(await fetcher({ cacheDir }).chart(wanted('1.2.3'))).toMatchObject({ found: true })
    expect(web.asked).toHaveLength(3)
    expect(readdirSync(cacheDir)).toEqual([`${sha(cart)}.tgz`])
    expect(statSync(cacheDir).mode & 0o777).toBe(0o700)
    writeFileSync(join(cacheDir, `${sha(cart)}.tgz`), packedChart('evil', '1.2.3'))
    expect(await fetcher({ cacheDir }).chart(wanted('1.2.3'))).toMatchObject({ found: true, digest: sha(cart) })
    expect(web.asked).toHaveLength(5)
  })

  const redirect =
    (to: () => string): Answer =>
    (_, response) =>
      response.writeHead(302, { location: to() }).end()

  it('follows a redirect within its host, and to one that is allowed', async () => {
    serveIndex()
    web.on(
      '/stable/cart-1.2.3.tgz',
      redirect(() => '/moved.tgz'),
    )
    web.on(
      '/moved.tgz',
      redirect(() => `${other.origin}/charts/cart.tgz`),
    )
    other.on('/charts/cart.tgz', Buffer.from(cart))
    expect(await fetcher().chart(wanted('1.2.3'))).toMatchObject({ found: false, reason: 'chart-not-allowed' })
    expect(other.asked).toEqual([])
    const allow = [`${web.origin}/stable`, `${other.origin}/charts/`]
    expect(await fetcher({ allow }).chart(wanted('1.2.3'))).toMatchObject({ found: true })
  })

  it.each<readonly [string, string, () => void]>([
    ['an unknown version', 'chart-missing', serveIndex],
    ['no index', 'chart-missing', () => undefined],
    [
      'an error',
      'chart-unreachable',
      () => web.on('/stable/index.yaml', (_, response) => response.writeHead(500).end()),
    ],
    ['a page for an index', 'chart-missing', () => web.on('/stable/index.yaml', '<html><body>Log in</body></html>')],
    [
      'an index of another chart',
      'chart-missing',
      () => web.on('/stable/index.yaml', indexYaml({ 'cart-x': [{ version: '7.7.7', url: 'a', digest: sha('') }] })),
    ],
    ['other content than the digest', 'chart-rejected', () => serve('other.tgz', sha(cart), older)],
    ['no digest', 'chart-rejected', () => serve('cart.tgz', undefined, cart)],
    ['a digest that is none', 'chart-rejected', () => serve('cart.tgz', 'md5:aaaa', cart)],
    ['content that is no chart', 'chart-rejected', () => serve('cart.tgz', sha('text'), Buffer.from('text'))],
    ['a URL of the host itself', 'chart-not-allowed', () => serve('file:///etc/passwd', sha(cart), cart)],
    ['a URL of another host', 'chart-not-allowed', () => serve(`${other.origin}/a.tgz`, sha(cart), cart)],
    ['a URL with credentials', 'chart-not-allowed', () => serve(`http://a:b@${web.host}/a.tgz`, sha(cart), cart)],
    ['more than an index may have', 'chart-rejected', () => web.on('/stable/index.yaml', Buffer.alloc(2_000_000, 'a'))],
    ['more than a chart may have', 'chart-rejected', () => serve('cart.tgz', sha(cart), Buffer.alloc(2_000_000))],
    [
      'redirects without end',
      'chart-rejected',
      () =>
        web.on(
          '/stable/index.yaml',
          redirect(() => '/stable/index.yaml'),
        ),
    ],
    [
      'a redirect to a file',
      'chart-not-allowed',
      () =>
        web.on(
          '/stable/index.yaml',
          redirect(() => 'file:///etc/passwd'),
        ),
    ],
    [
      'an alias bomb',
      'chart-missing',
      () => web.on('/stable/index.yaml', 'entries:\n  cart:\n  - &a [x]\n  - &b [*a,*a,*a]\n  - [*b,*b,*b]\n'),
    ],
    [
      'brackets without end',
      'chart-missing',
      () => web.on('/stable/index.yaml', `entries:\n  cart:\n  - ${'['.repeat(100_000)}\n`),
    ],
    ['JSON without end', 'chart-missing', () => web.on('/stable/index.yaml', `{"entries":${'['.repeat(100_000)}`)],
    ['prototype names', 'chart-missing', () => web.on('/stable/index.yaml', '{"entries":{"__proto__":{"cart":[]}}}')],
  ])('refuses %s as %s', async (_, reason, given) => {
    given()
    const outcome = await fetcher({ limits: { indexBytes: 1_000_000, archiveBytes: 1_000_000 } }).chart(wanted('7.7.7'))
    expect(outcome).toMatchObject({ found: false, reason })
    expect(other.asked).toEqual([])
  })

  function serve(url: string, digest: string | undefined, content: Uint8Array): void {
    web.on(
      '/stable/index.yaml',
      indexYaml({ cart: [{ version: '7.7.7', url, ...(digest === undefined ? {} : { digest }) }] }),
    )
    web.on(`/stable/${url}`, Buffer.from(content))
  }

  it('gives up on who says nothing', async () => {
    web.on('/stable/index.yaml', () => undefined)
    const outcome = await fetcher({ limits: { timeoutMs: 200 } }).chart(wanted('1.2.3'))
    expect(outcome).toMatchObject({ found: false, reason: 'chart-unreachable' })
  })

  it.each([
    ['a private address', { allowPrivate: [] }],
    ['a name of one', { allow: ['http://localhost'], allowPrivate: [] }],
    ['every place of the internet', { allow: ['*'] }],
    ['another port', { allow: ['http://127.0.0.1/stable'] }],
    ['a path that only begins alike', { allow: ['http://127.0.0.1/sta'] }],
    ['nothing', { allow: [] }],
  ] as const)('does not ask where it is allowed %s', async (name, options) => {
    serveIndex()
    const repoURL = name === 'a name of one' ? `http://localhost:${web.port}/stable` : wanted('').repoURL
    const allow = name === 'a name of one' ? [`http://localhost:${web.port}`] : (options as { allow?: string[] }).allow
    const one = fetcher({ ...options, ...(allow === undefined ? {} : { allow: [...allow] }), allowPrivate: [] })
    const outcome = await one.chart({ ...wanted('1.2.3'), repoURL })
    expect(outcome).toMatchObject({
      found: false,
      reason: expect.stringMatching(/chart-not-allowed|chart-unreachable/),
    })
    expect(web.asked).toEqual([])
  })

  it.each(['http://169.254.169.254', 'http://[fe80::1]', 'http://[::ffff:169.254.169.254]'])(
    'never asks %s',
    async (origin) => {
      const one = chartFetcher({
        allow: [origin],
        allowPrivate: ['169.254.169.254', '[fe80::1]', '[::ffff:a9fe:a9fe]'],
      })
      expect(await one.chart({ repoURL: origin, chart: 'a', targetRevision: '1.0.0' })).toMatchObject({
        reason: 'chart-not-allowed',
      })
    },
  )

  it.each(['%2e%2e', '..', '%2e%2e%2fstable', 'stable%2f..%2fother'])(
    'is not led out of what is allowed by %s',
    async (path) => {
      const outcome = await fetcher().chart({ ...wanted('1.2.3'), repoURL: `${web.origin}/stable/${path}/other` })
      expect(outcome).toMatchObject({ reason: 'chart-not-allowed' })
      expect(web.asked).toEqual([])
    },
  )
})

describe('chartFetcher, from a registry', () => {
  const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
  const layer = (content: Uint8Array, digest = sha(content)) => ({
    mediaType: LAYER,
    digest: `sha256:${digest}`,
    size: content.length,
  })
  const manifest = (...layers: object[]) =>
    JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: `sha256:${sha('')}`, size: 0 },
      layers,
    })
  const one = (change: Partial<ChartFetcherOptions> = {}) =>
    chartFetcher({ allow: [`${web.origin}/org`], allowPrivate: [web.host, other.host], ...change })
  const ask = (targetRevision = '1.2.3', repoURL = `oci://${web.host}/org`) => ({
    repoURL,
    chart: 'cart',
    targetRevision,
  })

  function serve(content = manifest(layer(cart)), tag = '1.2.3'): void {
    web.on(`/v2/org/cart/manifests/${tag}`, content)
    web.on(`/v2/org/cart/blobs/sha256:${sha(cart)}`, Buffer.from(cart))
    web.on('/v2/org/cart/tags/list', (request, response) => {
      if (request.url?.includes('last=') === true) return response.end(JSON.stringify({ tags: ['1.2.3', 'latest'] }))
      response.setHeader('link', '</v2/org/cart/tags/list?n=1000&last=1.0.0>; rel="next"')
      return response.end(JSON.stringify({ tags: ['1.0.0', '1.1.0'] }))
    })
  }

  it('brings an exact version, and the newest of a range over all pages of tags', async () => {
    serve()
    expect(await one().chart(ask())).toMatchObject({ found: true, version: '1.2.3', digest: sha(cart) })
    expect(await one().chart(ask('1.x', `${web.host}/org`))).toMatchObject({ found: true, version: '1.2.3' })
  })

  it('asks for a version with a plus by an underscore', async () => {
    serve(manifest(layer(cart)), '1.2.3_a')
    expect(await one().chart(ask('1.2.3+a'))).toMatchObject({ found: true, version: '1.2.3+a' })
  })

  it('takes a token that anybody gets, and shows it to nobody else', async () => {
    serve()
    const closed = (path: string, inner: string | Uint8Array): void =>
      web.on(path, (request, response) => {
        if (request.headers.authorization === 'Bearer anybody') return response.end(inner)
        const header = `Bearer realm="${web.origin}/token",service="registry",scope="repository:other:pull,push"`
        return response.writeHead(401, { 'www-authenticate': header }).end()
      })
    closed('/v2/org/cart/manifests/1.2.3', manifest(layer(cart)))
    web.on(`/v2/org/cart/blobs/sha256:${sha(cart)}`, (_, response) =>
      response.writeHead(307, { location: `${other.origin}/blob` }).end(),
    )
    other.on('/blob', Buffer.from(cart))
    web.on('/token', (_, response) => response.end('{"token":"anybody"}'))
    const allow = [`${web.origin}/org`, `${other.origin}/blob`]
    expect(await one({ allow }).chart(ask())).toMatchObject({ found: true })
    expect(web.asked).toContain('GET /token?service=registry&scope=repository%3Aorg%2Fcart%3Apull')
    expect(other.headers.map((headers) => headers.authorization)).toEqual([undefined])
  })

  it.each<readonly [string, string, () => void]>([
    ['no such tag', 'chart-missing', () => undefined],
    ['a manifest that is none', 'chart-rejected', () => serve('<html>')],
    [
      'no chart in it',
      'chart-rejected',
      () => serve(manifest({ ...layer(cart), mediaType: 'application/octet-stream' })),
    ],
    ['two charts in it', 'chart-rejected', () => serve(manifest(layer(cart), layer(older)))],
    ['a digest that is a path', 'chart-rejected', () => serve(manifest(layer(cart, '../../../etc')))],
    ['a size beyond the cap', 'chart-rejected', () => serve(manifest({ ...layer(cart), size: 1e12 }))],
    [
      'content of another digest',
      'chart-rejected',
      () => {
        serve()
        web.on(`/v2/org/cart/blobs/sha256:${sha(cart)}`, Buffer.from(older))
      },
    ],
    [
      'a manifest of another digest',
      'chart-rejected',
      () =>
        web.on('/v2/org/cart/manifests/1.2.3', (_, response) =>
          response.setHeader('docker-content-digest', `sha256:${sha('')}`).end(manifest(layer(cart))),
        ),
    ],
    [
      'an account that is asked for',
      'chart-unreachable',
      () =>
        web.on('/v2/org/cart/manifests/1.2.3', (_, response) =>
          response.writeHead(401, { 'www-authenticate': 'Basic realm="a"' }).end(),
        ),
    ],
    [
      'a token of another host',
      'chart-not-allowed',
      () =>
        web.on('/v2/org/cart/manifests/1.2.3', (_, response) =>
          response.writeHead(401, { 'www-authenticate': `Bearer realm="${other.origin}/token"` }).end(),
        ),
    ],
    [
      'a token that would be a header',
      'chart-unreachable',
      () => {
        web.on('/v2/org/cart/manifests/1.2.3', (_, response) =>
          response.writeHead(401, { 'www-authenticate': `Bearer realm="${web.origin}/token"` }).end(),
        )
        web.on('/token', JSON.stringify({ token: 'a\r\nhost: evil' }))
      },
    ],
  ])('refuses %s as %s', async (_, reason, given) => {
    given()
    expect(await one().chart(ask())).toMatchObject({ found: false, reason })
    expect(other.asked).toEqual([])
  })

  it('asks no registry that is not allowed, by whatever name', async () => {
    for (const repoURL of [
      `oci://${web.host}/others`,
      `${web.host}/org/../others`,
      `oci://a@${web.host}/org`,
      'oci://',
      'git@host:a',
    ])
      expect(await one().chart(ask('1.2.3', repoURL))).toMatchObject({ found: false })
    expect(web.asked).toEqual([])
  })
})
