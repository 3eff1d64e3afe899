import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from './limits.ts'
import { type Reply, type Started, started } from './started.ts'
import type { App, Installation } from './world/accounts.ts'
import { createApp, createOrganisation, createRepository, install } from './world/establish.ts'
import type { Repository } from './world/repositories.ts'

let here: Started
let app: App
let installation: Installation
let shop: Repository
let stall: Repository

beforeAll(async () => {
  here = await started()
  const { world } = here.standIn
  createOrganisation(world, 'acme')
  shop = await createRepository(world, { owner: 'acme', name: 'shop' })
  stall = await createRepository(world, { owner: 'acme', name: 'stall' })
  app = createApp(world, {
    name: 'kintsugi',
    owner: 'acme',
    permissions: { contents: 'write', issues: 'read' },
    events: [],
  })
  installation = install(world, app, 'acme', [shop.id])
})

afterAll(async () => {
  await here.close()
})

const jwt = () => here.jwt(app)
const ask: Started['ask'] = (...asked) => here.ask(...asked)

/** A text of an answer. */
function text(reply: Reply, name: string): string {
  const { body } = reply
  return typeof body === 'object' && body !== null ? String(Reflect.get(body, name)) : ''
}

const tokens = () => `/app/installations/${installation.id}/access_tokens`

describe('an App', () => {
  it('is known by its JWT, with its client id as the issuer', async () => {
    expect(await ask('GET', '/app', jwt())).toMatchObject({ status: 200, body: { slug: 'kintsugi', id: app.id } })
    expect(await ask('GET', '/app')).toMatchObject({
      status: 401,
      body: { message: 'A JSON web token could not be decoded' },
    })
    expect(await ask('GET', '/app', 'nonsense')).toMatchObject({ status: 401, body: { message: 'Bad credentials' } })
  })

  it('finds its installations, and the one of a repository', async () => {
    expect(await ask('GET', '/app/installations', jwt())).toMatchObject({
      status: 200,
      body: [{ id: installation.id }],
    })
    const found = await ask('GET', '/repos/acme/shop/installation', jwt())
    expect(found).toMatchObject({ status: 200, body: { id: installation.id, repository_selection: 'selected' } })
    expect((await ask('GET', '/repos/acme/stall/installation', jwt())).status).toBe(404)
    expect((await ask('GET', '/orgs/acme/installation', jwt())).status).toBe(200)
  })

  it('gets a token for an hour with what the installation was granted', async () => {
    const made = await ask('POST', tokens(), jwt())
    const permissions = { contents: 'write', issues: 'read', metadata: 'read' }
    expect(made).toMatchObject({ status: 201, body: { permissions, repository_selection: 'selected' } })
    const life = Date.parse(text(made, 'expires_at')) - here.standIn.world.clock.now()
    expect(life).toBeGreaterThan(3_590_000)
    expect(life).toBeLessThanOrEqual(3_600_000)
  })

  it('gets a token for less, and is refused one for more', async () => {
    const body = { repositories: ['shop'], permissions: { contents: 'read' } }
    expect(await ask('POST', tokens(), jwt(), body)).toMatchObject({
      status: 201,
      body: { permissions: { contents: 'read', metadata: 'read' } },
    })
    expect(await ask('POST', tokens(), jwt(), { permissions: { issues: 'write' } })).toMatchObject({
      status: 422,
      body: { message: 'The permissions requested are not granted to this installation.' },
    })
    expect((await ask('POST', tokens(), jwt(), { repository_ids: [stall.id] })).status).toBe(422)
    expect((await ask('POST', tokens(), jwt(), { repositories: ['nowhere'] })).status).toBe(422)
  })

  it('loses a token by revocation, by time, and while it is suspended', async () => {
    const token = async () => text(await ask('POST', tokens(), jwt()), 'token')
    const revoked = await token()
    expect((await ask('DELETE', '/installation/token', revoked)).status).toBe(204)
    expect((await ask('GET', '/rate_limit', revoked)).status).toBe(401)
    const kept = await token()
    expect((await ask('GET', '/rate_limit', kept)).status).toBe(200)
    await ask('PUT', `/app/installations/${installation.id}/suspended`, jwt())
    expect(await ask('GET', '/rate_limit', kept)).toMatchObject({
      status: 403,
      body: { message: 'This installation has been suspended' },
    })
    expect((await ask('POST', tokens(), jwt())).status).toBe(403)
    await ask('DELETE', `/app/installations/${installation.id}/suspended`, jwt())
    expect((await ask('GET', '/rate_limit', kept)).status).toBe(200)
    here.standIn.world.clock.advance(3_600_001)
    expect((await ask('GET', '/rate_limit', kept)).status).toBe(401)
  })

  it('needs a user agent and a version of the API that exists', async () => {
    const headers = { 'x-github-api-version': '1999-01-01' }
    expect((await ask('GET', '/app', jwt(), undefined, headers)).status).toBe(400)
    const good = await ask('GET', '/app', jwt(), undefined, { 'x-github-api-version': '2022-11-28' })
    expect(good.headers.get('x-github-api-version-selected')).toBe('2022-11-28')
    expect(good.headers.get('x-github-request-id')).toMatch(/^[0-9A-F]{4}:/)
  })
})

describe('a token of an installation', () => {
  const ref = { ref: 'refs/heads/x', sha: '0'.repeat(40) }
  const narrowed = async (body: object) => text(await ask('POST', tokens(), jwt(), body), 'token')

  it('is told which permission was missing', async () => {
    const reads = await narrowed({ permissions: { contents: 'read' } })
    const refused = await ask('POST', '/repos/acme/shop/git/refs', reads, ref)
    expect(refused).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
    expect(refused.headers.get('x-accepted-github-permissions')).toContain('contents=write')
  })

  it('sees no repository that it was not given', async () => {
    const all = await narrowed({})
    expect(await ask('GET', '/repos/acme/shop', all)).toMatchObject({ status: 200, body: { private: true } })
    expect(await ask('GET', '/repos/acme/stall', all)).toMatchObject({ status: 404, body: { message: 'Not Found' } })
    expect((await ask('GET', '/repos/acme/shop')).status).toBe(404)
    expect((await ask('POST', '/repos/acme/stall/git/refs', all, ref)).status).toBe(404)
  })

  it('loses what the installation loses, at once', async () => {
    const all = await narrowed({})
    installation.repositories = new Set([stall.id])
    expect((await ask('GET', '/repos/acme/shop', all)).status).toBe(404)
    installation.repositories = new Set([shop.id])
  })

  it('is limited as GitHub limits: content by the minute, requests by the hour, in its own words', async () => {
    const all = await narrowed({})
    here.standIn.limits.set({ secondary: true, contentPerMinute: 0, retryAfter: 7 })
    const content = await ask('POST', '/repos/acme/shop/git/refs', all, ref)
    expect([content.status, content.headers.get('retry-after')]).toEqual([403, '7'])
    expect(text(content, 'message')).toContain('temporarily blocked from content creation')
    here.standIn.limits.set({ secondary: false, primary: true, perHour: 1 })
    expect((await ask('GET', '/repos/acme/shop', all)).headers.get('x-ratelimit-remaining')).toBe('0')
    const over = await ask('GET', '/repos/acme/shop', all)
    expect([over.status, over.headers.get('x-ratelimit-remaining')]).toEqual([403, '0'])
    expect(text(over, 'message')).toContain('API rate limit exceeded for installation ID')
    here.standIn.limits.set({ ...LIMITS })
  })
})

describe('the manifest flow', () => {
  const manifest = {
    name: 'kintsugi-two',
    url: 'https://example.com',
    redirect_url: 'http://127.0.0.1:1/done',
    public: false,
    hook_attributes: { url: 'https://example.com/hook', active: false },
    default_permissions: { contents: 'write' },
    default_events: ['push'],
  }

  async function post(path: string, value: object) {
    const body = new URLSearchParams({ manifest: JSON.stringify(value) })
    return fetch(`${here.url}${path}`, { method: 'POST', body, redirect: 'manual' })
  }

  it('sends the browser back with state and a code that holds once', async () => {
    const answer = await post('/organizations/acme/settings/apps/new?state=s1', manifest)
    const back = new URL(answer.headers.get('location') ?? '')
    expect([answer.status, back.searchParams.get('state'), back.pathname]).toEqual([302, 's1', '/done'])
    const path = `/app-manifests/${back.searchParams.get('code')}/conversions`
    const made = await ask('POST', path)
    expect(made).toMatchObject({ status: 201, body: { slug: 'kintsugi-two', owner: { login: 'acme' } } })
    expect(text(made, 'pem')).toContain('PRIVATE KEY')
    expect((await ask('POST', path)).status).toBe(404)
  })

  it('shows why a manifest is refused, and knows no other organisation', async () => {
    const taken = await post('/settings/apps/new', { ...manifest, name: 'KINTSUGI' })
    expect(await taken.text()).toContain('already been taken')
    const long = await post('/settings/apps/new', { ...manifest, name: 'k'.repeat(35) })
    expect(await long.text()).toContain('maximum is 34 characters')
    expect((await post('/organizations/nobody/settings/apps/new', manifest)).status).toBe(404)
  })
})

describe('a request that GitHub would not know', () => {
  it('is answered loudly and recorded, and so fails the test', async () => {
    here.standIn.violations.take()
    expect((await ask('GET', '/repos/acme/shop/nonsense', jwt())).status).toBe(501)
    expect((await ask('POST', tokens(), jwt(), { permision: {} })).status).toBe(501)
    const taken = await ask('DELETE', '/_stand-in/violations')
    expect(taken.body).toMatchObject([{ kind: 'unknown-route' }, { kind: 'request' }])
    expect((await ask('GET', '/_stand-in/violations')).body).toEqual([])
  })
})

describe('a read that nothing changed', () => {
  it('is 304 for its ETag and does not count', async () => {
    const first = await ask('GET', '/app', jwt())
    const etag = first.headers.get('etag') ?? ''
    const second = await ask('GET', '/app', jwt(), undefined, { 'if-none-match': etag })
    expect([second.status, second.body]).toEqual([304, ''])
    expect(second.headers.get('x-ratelimit-used')).toBe(first.headers.get('x-ratelimit-used'))
  })
})
