import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KintsugiError } from '../../../src/domain/index.ts'
import { type ActionResult, modelOf, type ReviewServer, reviewServer } from '../../../src/server/index.ts'
import { NOW, open, pull } from './sample.ts'

type Answer = { readonly status: number; readonly body: string; readonly headers: IncomingHttpHeaders }
type Asked = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let server: ReviewServer
let done: string[]
let answer: ActionResult
let broken: Error | undefined

beforeEach(async () => {
  done = []
  answer = { done: true }
  broken = undefined
  server = await reviewServer({
    cluster: 'demo',
    repository: '/srv/gitops.git',
    simulated: true,
    clock: { now: () => NOW, sleep: async () => undefined },
    source: {
      overview: async () => {
        if (broken) throw broken
        return { cluster: 'demo', repository: 'gitops', changes: [modelOf(open)], leftAlone: [], applications: [] }
      },
      change: async (number) => (number === 2 ? modelOf(open) : undefined),
    },
    actions: {
      merge: async (number, sha) => {
        done.push(`merge ${number} ${sha}`)
        return answer
      },
      close: async (number) => {
        done.push(`close ${number}`)
        return answer
      },
    },
  })
})
afterEach(() => server.close())

function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(path, server.url), { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function tokenOf(): Promise<string> {
  return /name="token" value="([0-9a-f]{64})"/.exec((await ask('/changes/2')).body)?.[1] ?? ''
}

async function form(fields: Readonly<Record<string, string>> = {}): Promise<string> {
  return new URLSearchParams({ token: await tokenOf(), sha: pull.headSha, ...fields }).toString()
}

describe('reading', () => {
  it.each(['/', '/changes/2', '/?live=1'])('shows %s', async (path) => {
    expect((await ask(path)).status).toBe(200)
  })

  it.each(['/changes/9', '/changes/x', '/changes/2/', '/../etc/passwd', '/favicon.ico', '/changes/99999999999'])(
    'has no page %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404)
    },
  )

  it('gives HEAD the same answer without a body', async () => {
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('allows no script, no foreign source and no frame, and offers itself to no other origin', async () => {
    const { headers } = await ask('/', { headers: { origin: 'http://evil.example' } })
    const policy = headers['content-security-policy']
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; frame-ancestors 'none'/,
    )
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('says the code of an error of its source, and nothing of an error of ours', async () => {
    broken = new KintsugiError('KIN-4001', 'git failed')
    expect(await ask('/')).toMatchObject({ status: 502, body: expect.stringContaining('KIN-4001: git failed') })
    broken = new Error('secret')
    const ours = await ask('/')
    expect(ours.status).toBe(500)
    expect(ours.body).not.toContain('secret')
  })
})

describe('who may ask', () => {
  it('is not confused by a target that is no address', async () => {
    const { port } = new URL(server.url)
    const sent = httpRequest({ host: '127.0.0.1', port, path: 'http://[' })
    const status = await new Promise((resolve) => {
      sent.on('response', (response) => resolve(response.resume().statusCode))
      sent.end()
    })
    expect(status).toBe(400)
  })

  it.each(['evil.example', '127.0.0.1', 'localhost:1', '127.0.0.1.evil.example', '[::1]'])(
    'turns away the Host %s',
    async (host) => {
      expect((await ask('/', { headers: { host } })).status).toBe(421)
    },
  )

  it('answers to localhost with its port', async () => {
    const { port } = new URL(server.url)
    expect((await ask('/', { headers: { host: `localhost:${port}` } })).status).toBe(200)
  })

  it('listens on the loopback address', () => {
    expect(new URL(server.url).hostname).toBe('127.0.0.1')
  })
})

describe('the forms', () => {
  it('merges exactly the head that was seen, and goes back to the page', async () => {
    const { status, headers } = await ask('/changes/2/merge', { method: 'POST', headers: FORM, body: await form() })
    expect({ status, to: headers.location }).toEqual({ status: 303, to: '/changes/2?done=merge' })
    expect(done).toEqual([`merge 2 ${pull.headSha}`])
    expect((await ask('/changes/2?done=merge')).body).toContain('Merged.')
  })

  it('closes', async () => {
    await ask('/changes/2/close', { method: 'POST', headers: FORM, body: await form() })
    expect(done).toEqual(['close 2'])
  })

  it('says by name why a merge was refused', async () => {
    answer = { done: false, reason: 'head-not-ours' }
    const { headers } = await ask('/changes/2/merge', { method: 'POST', headers: FORM, body: await form() })
    expect(headers.location).toBe('/changes/2?refused=head-not-ours')
    expect((await ask(headers.location ?? '')).body).toContain('Not done: head-not-ours.')
  })

  it('shows nothing of an address that is not from its list', async () => {
    for (const query of ['refused=<script>', 'done=anything', 'refused=constructor'])
      expect((await ask(`/changes/2?${query}`)).body).not.toMatch(/role="status"/)
  })

  it('lets the browser say where its own forms come from', async () => {
    expect((await ask('/changes/2')).headers['referrer-policy']).toBe('same-origin')
    const headers = { ...FORM, origin: new URL(server.url).origin, 'sec-fetch-site': 'same-origin' }
    expect((await ask('/changes/2/close', { method: 'POST', headers, body: await form() })).status).toBe(303)
  })

  it('needs no script: both are plain forms with a submit button', async () => {
    const { body } = await ask('/changes/2')
    for (const verb of ['merge', 'close'])
      expect(body).toMatch(new RegExp(`<form method="post" action="/changes/2/${verb}">.*?<button [^>]*type="submit">`))
    expect(body).not.toMatch(/<script|\son\w+=/)
  })

  it.each([
    ['no token', async () => form({ token: '' }), {}, 403],
    ['a wrong token', async () => form({ token: '0'.repeat(64) }), {}, 403],
    ['another origin', () => form(), { origin: 'http://evil.example' }, 403],
    ['an opaque origin', () => form(), { origin: 'null' }, 403],
    ['another site', () => form(), { 'sec-fetch-site': 'cross-site' }, 403],
    ['another type', () => form(), { 'content-type': 'text/plain' }, 413],
    ['a large body', async () => `${await form()}&x=${'a'.repeat(10_000)}`, {}, 413],
    ['no commit', () => form({ sha: 'main' }), {}, 400],
  ] as const)('refuses %s and does nothing', async (_, body, headers, status) => {
    const sent = { method: 'POST', headers: { ...FORM, ...headers }, body: await body() }
    expect((await ask('/changes/2/merge', sent)).status).toBe(status)
    expect(done).toEqual([])
  })

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('changes nothing on %s', async (method) => {
    expect((await ask('/changes/2/merge', { method })).status).toBe(405)
    expect((await ask('/changes/2/close', { method })).status).toBe(405)
    expect(done).toEqual([])
  })

  it('has another token in each process', async () => {
    const mine = await tokenOf()
    await server.close()
    server = await reviewServer({
      cluster: 'demo',
      repository: 'r',
      simulated: false,
      clock: { now: () => NOW, sleep: async () => undefined },
      source: {
        overview: async () => ({ cluster: '', repository: '', changes: [], leftAlone: [], applications: [] }),
        change: async () => modelOf(open),
      },
      actions: { merge: async () => ({ done: true }), close: async () => ({ done: true }) },
    })
    expect(await tokenOf()).not.toBe(mine)
  })
})

describe('without actions', () => {
  it('shows no form and takes none', async () => {
    await server.close()
    server = await reviewServer({
      cluster: 'demo',
      repository: 'r',
      simulated: false,
      clock: { now: () => NOW, sleep: async () => undefined },
      source: {
        overview: async () => ({ cluster: '', repository: '', changes: [], leftAlone: [], applications: [] }),
        change: async () => modelOf(open),
      },
    })
    expect((await ask('/changes/2')).body).not.toContain('<form')
    expect((await ask('/changes/2/merge', { method: 'POST', headers: FORM, body: 'token=' })).status).toBe(403)
  })
})

describe('a broken client', () => {
  it('is answered and does not hurt the next', async () => {
    const { port } = new URL(server.url)
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`),
      )
      let text = ''
      socket.on('data', (part) => {
        text += part
      })
      socket.on('close', () => resolve(text))
      socket.on('error', () => undefined)
    })
    expect(said).toMatch(/^HTTP\/1\.1 4\d\d/)
    expect((await ask('/')).status).toBe(200)
  })
})
