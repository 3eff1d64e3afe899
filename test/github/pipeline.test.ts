import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leastPermissions } from './least-permissions.ts'
import { seedCommit } from './seed.ts'
import { type Started, started } from './started.ts'
import { createAccount, createApp, createOrganisation, createRepository, install } from './world/establish.ts'
import { resolveRef } from './world/git/refs.ts'
import { openPulls } from './world/pulls.ts'
import type { Repository } from './world/repositories.ts'

const BRANCH = 'kintsugi/cart-0a1b2c3d'
const MUTATION = `mutation Write($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!, $pull: CreatePullRequestInput!) {
  ref: createRef(input: $ref) { ref { id } }
  commit: createCommitOnBranch(input: $commit) { commit { oid } }
  pull: createPullRequest(input: $pull) { pullRequest { number } }
}`

let here: Started
let shop: Repository
let base: string
let token: string
let repositoryId: string

beforeEach(async () => {
  here = await started()
  const { world, tokens } = here.standIn
  createOrganisation(world, 'acme')
  createAccount(world, 'User', 'mona')
  shop = await createRepository(world, { owner: 'acme', name: 'shop', roles: { mona: 'write' } })
  base = await seedCommit(world, shop, 'mona', 'main', { 'values.yaml': 'memory: 32Mi\n' })
  const permissions = { contents: 'write', pull_requests: 'write' } as const
  const app = createApp(world, { name: 'kintsugi', owner: 'acme', permissions, events: [] })
  const { id: installationId } = install(world, app, 'acme', [shop.id])
  token = tokens.issue({ installationId, permissions, repositories: 'all' }).token
  const found = await graphql('query { repository(owner: "acme", name: "shop") { id } }')
  // The cast: what the query above asks for.
  repositoryId = (found.body as { data: { repository: { id: string } } }).data.repository.id
})

afterEach(async () => {
  expect(here.standIn.violations.all()).toEqual([])
  await here.close()
})

const graphql = (query: string, variables: object = {}) =>
  here.ask('POST', '/graphql', token, { query, variables }, { 'content-type': 'application/json' })

function write() {
  const contents = Buffer.from('memory: 64Mi\n').toString('base64')
  return graphql(MUTATION, {
    ref: { repositoryId, name: `refs/heads/${BRANCH}`, oid: base },
    commit: {
      branch: { repositoryNameWithOwner: 'acme/shop', branchName: BRANCH },
      expectedHeadOid: base,
      message: { headline: 'fix(cart): raise the memory limit' },
      fileChanges: { additions: [{ path: 'values.yaml', contents }] },
    },
    pull: { repositoryId, baseRefName: 'main', headRefName: BRANCH, title: 'raise the memory limit', body: 'text' },
  })
}

const written = async () => ({
  branch: (await resolveRef(shop.gitDir, `refs/heads/${BRANCH}`)) !== undefined,
  pulls: openPulls(shop).length,
})

describe('three writes in one document', () => {
  it('open a pull request, and are recorded with the least that they need', async () => {
    expect((await write()).body).toMatchObject({ data: { pull: { pullRequest: { number: 1 } } } })
    const { calls } = here.standIn.world
    expect(calls.at(-1)?.operation).toBe('mutation createRef createCommitOnBranch createPullRequest')
    expect(leastPermissions(calls)).toEqual({ contents: 'write', metadata: 'read', pull_requests: 'write' })
  })

  it.each([
    ['502-before', 502, false],
    ['502-after', 502, true],
    ['went-wrong', 200, true],
  ] as const)('meet %s', async (kind, status, effect) => {
    here.standIn.faults.set([{ kind, match: 'mutation createPullRequest', nth: [1] }])
    const answer = await write()
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).not.toContain('"number"')
    expect(await written()).toEqual({ branch: effect, pulls: effect ? 1 : 0 })
  })

  it.each([
    ['reset-before', false],
    ['reset-after', true],
  ] as const)('meet %s', async (kind, effect) => {
    here.standIn.faults.set([{ kind, match: 'mutation *' }])
    await expect(write()).rejects.toThrow('fetch failed')
    expect(await written()).toEqual({ branch: effect, pulls: effect ? 1 : 0 })
  })

  it.each([
    ['hang-before', false],
    ['hang-after', true],
  ] as const)('meet %s', async (kind, effect) => {
    here.standIn.faults.set([{ kind, match: 'mutation *' }])
    const answered = await Promise.race([write().catch(() => 'cut'), later(300)])
    expect(answered).toBe('nothing yet')
    // Nobody is told when what hangs has written.
    await vi.waitFor(async () => expect(await written()).toEqual({ branch: effect, pulls: effect ? 1 : 0 }), 5000)
  })

  it('stop in the middle: what came before stays, the rest is null with one error', async () => {
    here.standIn.faults.set([{ kind: 'partial', match: 'mutation createRef', fields: 2 }])
    const answer = await write()
    expect(answer).toMatchObject({ status: 200, body: { data: { pull: null }, errors: [{ path: ['pull'] }] } })
    expect(await written()).toEqual({ branch: true, pulls: 0 })
  })

  it('take the time that they are told to', async () => {
    here.standIn.faults.set([{ kind: 'latency', match: 'mutation *', ms: 120 }])
    const from = performance.now()
    await write()
    expect(performance.now() - from).toBeGreaterThan(115)
  })

  it('are refused for a body that is too large, in its field alone', async () => {
    const pull = { repositoryId, baseRefName: 'main', headRefName: BRANCH, title: 't'.repeat(257), body: '' }
    const query = 'mutation ($pull: CreatePullRequestInput!) { createPullRequest(input: $pull) { clientMutationId } }'
    expect((await graphql(query, { pull })).body).toMatchObject({
      errors: [{ type: 'UNPROCESSABLE', message: 'Title is too long (maximum is 256 characters)' }],
    })
  })
})

describe('a stale read', () => {
  const QUERY = `query { repository(owner: "acme", name: "shop") { ref(qualifiedName: "refs/heads/${BRANCH}") { name } } }`

  it('answers as before the write, once', async () => {
    await graphql(QUERY)
    await write()
    here.standIn.faults.set([{ kind: 'stale', match: 'query repository', nth: [1] }])
    expect((await graphql(QUERY)).body).toEqual({ data: { repository: { ref: null } } })
    expect((await graphql(QUERY)).body).toEqual({ data: { repository: { ref: { name: BRANCH } } } })
  })
})

describe('a read from a replica that lags', () => {
  it('shows refs where they stood and nothing that was made since, even where it is asked for the first time', async () => {
    const query = `query { repository(owner: "acme", name: "shop") {
      new: ref(qualifiedName: "refs/heads/${BRANCH}") { name }
      main: ref(qualifiedName: "refs/heads/main") { target { oid } }
      pullRequests(first: 10) { totalCount }
    } }`
    here.standIn.world.clock.advance(60_000)
    await write()
    await seedCommit(here.standIn.world, shop, 'mona', 'main', { 'other.yaml': 'x: 1\n' })
    here.standIn.faults.set([{ kind: 'stale', match: 'query repository', nth: [1], ms: 30_000 }])
    const main = { target: { oid: base } }
    expect((await graphql(query)).body).toEqual({
      data: { repository: { new: null, main, pullRequests: { totalCount: 0 } } },
    })
    expect((await graphql(query)).body).toMatchObject({
      data: { repository: { new: { name: BRANCH }, pullRequests: { totalCount: 1 } } },
    })
  })
})

describe('a client that goes away in the middle of its request', () => {
  it('is no violation, and nothing was done', async () => {
    const { port } = new URL(here.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\nuser-agent: x\r\ncontent-length: 1000\r\n\r\n{"query"')
    await later(50)
    socket.destroy()
    await later(50)
    expect(here.standIn.violations.all()).toEqual([])
    expect((await graphql('query { viewer { login } }')).status).toBe(200)
  })
})

describe('a document that GitHub would refuse', () => {
  it('fails the test: an unknown field, and one that the stand-in does not know', async () => {
    expect((await graphql('query { repository(owner: "acme", name: "shop") { nonsense } }')).status).toBe(501)
    expect((await graphql('query { repository(owner: "acme", name: "shop") { stargazerCount } }')).status).toBe(501)
    expect(here.standIn.violations.take()).toMatchObject([
      { kind: 'graphql', problems: [expect.stringContaining('nonsense')] },
      { kind: 'graphql', problems: [expect.stringContaining('stargazerCount')] },
    ])
  })

  it('needs somebody who asks', async () => {
    const answer = await here.ask('POST', '/graphql', undefined, { query: 'query { viewer { login } }' })
    expect(answer.status).toBe(401)
  })
})

const later = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve('nothing yet'), ms))
