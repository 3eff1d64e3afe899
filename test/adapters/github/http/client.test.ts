import { afterEach, describe, expect, it } from 'vitest'
import { AmbiguousWrite, type GitHubApi } from '../../../../src/adapters/github/api.ts'
import { githubAccount, graphqlUrl, pemSigner } from '../../../../src/adapters/github/http/index.ts'
import { json, KEY, loopback, type Script } from './loopback.ts'

type Loopback = Awaited<ReturnType<typeof loopback>>
const opened: Loopback[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function at(
  script: Script,
  options: Parameters<typeof loopback>[1] = {},
): Promise<{ readonly server: Loopback; readonly api: GitHubApi }> {
  const server = await loopback(script, options)
  opened.push(server)
  return { server, api: await server.api() }
}

const REF = '/git/ref/'
const COMMENTS = '/issues/1/comments'

describe('safe reads', () => {
  it.each([
    ['502', (_: unknown, response: Parameters<Script>[1]) => json(response, 502, '<html>')],
    ['a reset', (_: unknown, response: Parameters<Script>[1]) => Boolean(response.socket?.destroy())],
  ])('are tried three times after %s, with growing pauses', async (_, break_) => {
    let asked = 0
    const { server, api } = await at((request, response) => {
      if (!request.path.includes(REF)) return undefined
      asked += 1
      if (asked < 3) return break_(request, response)
      return json(response, 200, { object: { sha: 'a'.repeat(40) } })
    })
    expect(await api.branch('main')).toBe('a'.repeat(40))
    expect([asked, server.slept]).toEqual([3, [400, 800]])
  })

  it('give up after the third with KIN-4003', async () => {
    const { server, api } = await at((request, response) =>
      request.path.includes(REF) ? json(response, 503, {}) : undefined,
    )
    await expect(api.branch('main')).rejects.toMatchObject({ code: 'KIN-4003', retryable: true })
    expect(server.of(REF)).toHaveLength(3)
  })

  it('ask for what they know with its tag, and take a 304 for an answer', async () => {
    const { server, api } = await at((request, response) => {
      if (!request.path.includes(REF)) return undefined
      if (request.headers['if-none-match'] === '"1"') return json(response, 304, '')
      return json(response, 200, { object: { sha: 'b'.repeat(40) } }, { etag: '"1"' })
    })
    expect([await api.branch('main'), await api.branch('main')]).toEqual(['b'.repeat(40), 'b'.repeat(40)])
    expect(server.requests.filter(({ what }) => what.includes('git/ref')).map(({ status }) => status)).toEqual([
      200, 304,
    ])
  })

  it('refuse an answer that is larger than asked for, or nests too deep', async () => {
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`
    const answers = [deep, 'not json']
    const { api } = await at((request, response) =>
      request.path.includes(REF) ? json(response, 200, answers.shift() ?? '') : undefined,
    )
    await expect(api.branch('main')).rejects.toMatchObject({ code: 'KIN-4008' })
    await expect(api.branch('main')).rejects.toMatchObject({ code: 'KIN-4008' })
    const large = await at((request, response) =>
      request.path.includes('/git/blobs/') ? json(response, 200, 'x'.repeat(9_000_000)) : undefined,
    )
    await expect(large.api.blob('a'.repeat(40))).rejects.toMatchObject({
      code: 'KIN-4008',
      message: expect.stringContaining('larger'),
    })
  })

  it('follow a rename on the same host and nothing to another one', async () => {
    const { server, api } = await at((request, response) => {
      if (request.path.includes(REF))
        return json(response, 301, {}, { location: `http://${request.headers.host}/repositories/9/x` })
      if (request.path === '/repositories/9/x') return json(response, 200, { object: { sha: 'c'.repeat(40) } })
      return undefined
    })
    expect(await api.branch('main')).toBe('c'.repeat(40))
    const other = await at((request, response) =>
      request.path.includes(REF)
        ? json(response, 302, {}, { location: `${server.baseUrl}/repositories/9/x` })
        : undefined,
    )
    const before = server.seen.length
    await expect(other.api.branch('main')).rejects.toMatchObject({ code: 'KIN-4003' })
    expect(server.seen).toHaveLength(before)
  })

  it('stream an archive from where GitHub keeps it, without the token', async () => {
    const { server, api } = await at((request, response) => {
      if (request.path.includes('/tarball/'))
        return json(response, 302, '', { location: `http://${request.headers.host}/codeload?token=once` })
      if (request.path.startsWith('/codeload')) return json(response, 200, 'packed')
      return undefined
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of await api.archive('main')) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString('utf8')).toBe('packed')
    expect(server.of('/codeload')[0]?.headers['authorization']).toBeUndefined()
    expect(server.of('/tarball/')[0]?.headers['authorization']).toMatch(/^token ghs_/)
  })
})

describe('writes', () => {
  it.each([
    ['502', (response: Parameters<Script>[1]) => json(response, 502, '<html>Bad gateway</html>')],
    ['a reset', (response: Parameters<Script>[1]) => Boolean(response.socket?.destroy())],
    [
      'an answer that breaks off',
      (response: Parameters<Script>[1]) => {
        response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' })
        response.write('{"id"')
        setTimeout(() => response.socket?.destroy(), 20)
        return true
      },
    ],
    ['an answer that is none', (response: Parameters<Script>[1]) => json(response, 201, 'created')],
  ])('are sent once, and are ambiguous after %s', async (_, break_) => {
    const { server, api } = await at((request, response) =>
      request.path.includes(COMMENTS) ? break_(response) : undefined,
    )
    await expect(api.createComment(1, 'words')).rejects.toBeInstanceOf(AmbiguousWrite)
    expect(server.of(COMMENTS)).toHaveLength(1)
  })

  it.each([
    [
      'the words of GitHub for it',
      {
        data: null,
        errors: [{ message: 'Something went wrong while executing your query. Please include 1 when reporting.' }],
      },
    ],
    ['no JSON', '<html>502 Bad Gateway</html>'],
  ])('of GraphQL are ambiguous after a 200 with %s', async (_, body) => {
    const { server, api } = await at((request, response) =>
      request.path === '/graphql' ? json(response, 200, body) : undefined,
    )
    await expect(api.updateComment('IC_1', 'words')).rejects.toBeInstanceOf(AmbiguousWrite)
    expect(server.of('/graphql')).toHaveLength(1)
  })

  it('that were never sent are no ambiguous ones', async () => {
    const server = await loopback(() => undefined)
    const api = await server.api()
    await api.branch('main')
    const account = githubAccount({
      credentials: { kind: 'token', token: 'github_pat_0123456789012345678901' },
      baseUrl: server.baseUrl,
    })
    await server.close()
    const refused = await api.createComment(1, 'words').catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'KIN-4003', retryable: true })
    await account.close()
  })

  it('are told apart, part by part, by the path of each error', async () => {
    const { api } = await at((request, response) => {
      if (request.path !== '/graphql') return undefined
      if (request.body.includes('RepositoryId')) return json(response, 200, { data: { repository: { id: 'R_1' } } })
      const errors = [
        {
          type: 'UNPROCESSABLE',
          path: ['branch'],
          message: 'A ref named "refs/heads/a" already exists in the repository.',
        },
        { type: 'STALE_DATA', path: ['commit'], message: 'Expected branch to point to "x" but it did not.' },
        { type: 'UNPROCESSABLE', path: ['pull'], message: 'A pull request already exists for acme:a.' },
      ]
      return json(response, 200, { data: { branch: null, commit: null, pull: null }, errors })
    })
    const answer = await api.write({
      branch: { name: 'a', oid: 'a'.repeat(40) },
      commit: { branch: 'a', expectedHead: 'a'.repeat(40), message: 'm', files: [] },
      pull: { branch: 'a', base: 'main', title: 't', body: 'b', draft: false },
    })
    const kinds = [answer.branch, answer.commit, answer.pull].map((one) =>
      one?.ok === false ? one.refusal.kind : undefined,
    )
    expect(kinds).toEqual(['exists', 'stale', 'exists'])
  })
})

describe('limits', () => {
  it('are obeyed by all that follows, and said with their end', async () => {
    const { server, api } = await at((request, response) =>
      request.path.includes(COMMENTS)
        ? json(
            response,
            403,
            { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
            { 'retry-after': '120' },
          )
        : undefined,
    )
    const startMs = Date.now()
    const first = await api.createComment(1, 'words').catch((error: unknown) => error)
    expect(first).toMatchObject({ code: 'KIN-4006' })
    const before = server.seen.length
    await expect(api.createComment(1, 'words')).rejects.toMatchObject({ code: 'KIN-4006', untilMs: expect.any(Number) })
    await expect(api.branch('main')).rejects.toMatchObject({ code: 'KIN-4006' })
    expect(server.seen.length).toBe(before)
    expect((first as { untilMs: number }).untilMs - startMs).toBeGreaterThanOrEqual(120_000)
  })
})

describe('credentials', () => {
  it('are a token for each step, narrowed to the repository and to what the step needs, renewed once on 401', async () => {
    let refusedOnce = false
    const { server, api } = await at((request, response) => {
      if (request.path.includes(COMMENTS)) return json(response, 404, { message: 'Not Found' })
      if (!request.path.includes(REF)) return undefined
      if (refusedOnce) return json(response, 200, { object: { sha: 'a'.repeat(40) } })
      refusedOnce = true
      return json(response, 401, { message: 'Bad credentials' })
    })
    expect(await api.branch('main')).toBe('a'.repeat(40))
    await api.createComment(1, 'words')
    await api.merge(1, { sha: 'a'.repeat(40), method: 'squash' })
    const minted = server.of('/access_tokens').map(({ body }) => JSON.parse(body))
    expect(minted).toMatchObject([
      { repositories: ['shop'], permissions: { contents: 'read', checks: 'read' } },
      { repositories: ['shop'], permissions: { contents: 'read' } },
      { repositories: ['shop'], permissions: { contents: 'write', checks: 'write', issues: 'write' } },
      { repositories: ['shop'], permissions: { contents: 'write', pull_requests: 'write' } },
    ])
    expect(minted[3].permissions).not.toHaveProperty('checks')
    const used = server.of(REF).map(({ headers }) => headers['authorization'])
    expect(new Set(used).size).toBe(2)
    expect(server.of('/app/installations')[0]?.headers['authorization']).toMatch(/^Bearer eyJ/)
    for (const { headers } of server.seen)
      expect([headers['x-github-api-version'], headers['user-agent']?.startsWith('kintsugi')]).toEqual([
        '2022-11-28',
        true,
      ])
  })

  it("take GitHub's clock where this one is wrong, once, and say so", async () => {
    const notices: string[] = []
    const ahead = Date.now() + 15 * 60_000
    let tries = 0
    const { server, api } = await at(
      (request, response) => {
        if (request.path !== '/app') return undefined
        const [, claims = ''] = (request.headers['authorization'] ?? '').split(' ')[1]?.split('.') ?? []
        const { iat } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))
        tries += 1
        if (Math.abs(iat * 1000 - ahead) < 120_000) return undefined
        const message =
          "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
        return json(response, 401, { message }, { date: new Date(ahead).toUTCString() })
      },
      { notice: (text) => notices.push(text) },
    )
    expect(api.self).toEqual({ login: 'kintsugi', appId: 7 })
    expect([tries, notices.length]).toEqual([2, 1])
    expect(notices[0]).toMatch(/differs from GitHub's by (?:899|900|901) s/)
    expect(server.of('/app')).toHaveLength(2)
  })

  it('say which App GitHub does not know', async () => {
    const server = await loopback((request, response) =>
      request.path.endsWith('/app') ? json(response, 404, { message: 'Integration not found' }) : undefined,
    )
    opened.push(server)
    await expect(server.api()).rejects.toMatchObject({
      code: 'KIN-4007',
      message: 'GitHub knows no App with the id 7 (404): Integration not found',
    })
  })

  it('say what to do where the App is not installed', async () => {
    const server = await loopback((request, response) =>
      request.path.endsWith('/installation') ? json(response, 404, { message: 'Not Found' }) : undefined,
    )
    opened.push(server)
    const api = await server.api()
    await expect(api.branch('main')).rejects.toMatchObject({
      code: 'KIN-4007',
      message: expect.stringContaining('not installed for acme/shop'),
    })
    expect(await api.inTeam('acme', 'platform', 'ann').catch((error: unknown) => error)).toBe('unknown')
  })

  it('never show in what is reported or thrown', async () => {
    const { server, api } = await at((request, response) => {
      if (request.path.includes(REF)) return json(response, 400, { message: `odd ${request.headers['authorization']}` })
      if (request.path === '/graphql')
        return json(response, 200, { data: null, errors: [{ message: `no ${request.headers['authorization']}` }] })
      return undefined
    })
    const errors = await Promise.all([
      api.branch('main').catch((error: unknown) => error),
      api.pull(1).catch((error: unknown) => error),
    ])
    const said = server.account.scrub.clean(errors.map(String).join('\n')) + JSON.stringify(server.requests)
    expect(errors.map(String).join('\n')).not.toMatch(/ghs_\d/)
    expect(said).not.toMatch(/ghs_\d|eyJ|BEGIN/)
  })

  it.each(['/app', '/access_tokens'])('are taken out of what refuses %s before that is cut', async (part) => {
    let sent = ''
    const server = await loopback((request, response) => {
      if (!request.path.endsWith(part)) return undefined
      sent = String(request.headers['authorization']).slice('Bearer '.length)
      // Cut behind its 30th sign, it would have no shape to be known by.
      return json(response, 422, { message: `${'x'.repeat(470)}${sent}` })
    })
    opened.push(server)
    const error = await server
      .api()
      .then((api) => api.branch('main'))
      .catch((refused: unknown) => refused)
    expect(sent.length).toBeGreaterThan(100)
    expect(error).toMatchObject({ code: 'KIN-4007' })
    expect(String(error)).not.toContain(sent.slice(0, 12))
  })

  it('are an RSA key or nothing, and the key is not in the error', async () => {
    const bad = pemSigner(`${KEY.slice(0, 60)}garbage`)
    const refused = await bad.sign(Buffer.from('x')).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'KIN-4007' })
    expect(refused instanceof Error && refused.cause).toBeUndefined()
  })
})

describe('addresses', () => {
  it.each([
    ['https://api.github.com', 'https://api.github.com/graphql'],
    ['https://ghe.example/api/v3', 'https://ghe.example/api/graphql'],
    ['https://ghe.example/api/v3/', 'https://ghe.example/api/graphql'],
  ])('of GraphQL beside %s', (base, expected) => {
    expect(graphqlUrl(base)).toBe(expected)
  })
})
