import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ghHere } from '../fakes/gh-here.ts'
import { seedCommit } from './seed.ts'
import { type Started, started } from './started.ts'
import type { App } from './world/accounts.ts'
import { branchRef, moveBranches } from './world/branches.ts'
import { createRun } from './world/check-runs.ts'
import { createAccount, createApp, createOrganisation, createRepository, install } from './world/establish.ts'
import { createIssue } from './world/issue-life.ts'
import { findPull } from './world/pulls.ts'
import type { Repository } from './world/repositories.ts'

const TLS = resolve(import.meta.dirname, '../fakes/tls')
const version = await ghHere("the stand-in asked by GitHub's own client")
const home = mkdtempSync(join(tmpdir(), 'kintsugi-gh-'))

let here: Started
let shop: Repository
let app: App
let token: string

type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** gh speaks to hosts other than github.com over TLS alone, and as to an Enterprise Server. */
function gh(...args: string[]): Promise<Ran> {
  const host = new URL(here.url).host
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    GH_CONFIG_DIR: home,
    GH_HOST: host,
    GH_ENTERPRISE_TOKEN: token,
    GH_PROMPT_DISABLED: '1',
    GH_NO_UPDATE_NOTIFIER: '1',
    NO_COLOR: '1',
    SSL_CERT_FILE: join(TLS, 'authority.pem'),
  }
  return new Promise((done) => {
    // Without it, gh looks for a clone that the folder is in.
    const repository = args[0] === 'api' ? [] : ['--repo', `${host}/acme/shop`]
    execFile('gh', [...args, ...repository], { cwd: home, env: environment, timeout: 15_000 }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

async function branch(name: string, file: string): Promise<string> {
  const { world } = here.standIn
  const account = createAccount(world, 'User', 'mona')
  const after = await seedCommit(world, shop, 'mona', 'main', { 'values.yaml': `${name}: 1\n` })
  const change = { ref: branchRef(name), before: undefined, after }
  await world.exclusive(() => moveBranches(world, shop, { account, workflows: true }, [change]))
  return seedCommit(world, shop, 'mona', name, { [file]: 'changed: true\n' })
}

beforeAll(async () => {
  if (version === undefined) return
  const tls = {
    key: readFileSync(join(TLS, 'server.key'), 'utf8'),
    cert: readFileSync(join(TLS, 'server.pem'), 'utf8'),
  }
  here = await started({ ghes: '3.19.0' }, tls)
  const { world } = here.standIn
  createOrganisation(world, 'acme')
  createAccount(world, 'User', 'mona')
  shop = await createRepository(world, { owner: 'acme', name: 'shop', roles: { mona: 'admin' } })
  token = 'ghp_mona'
  world.userTokens.set(token, { token, login: 'mona' })
  app = createApp(world, { name: 'builder', owner: 'acme', permissions: { checks: 'write' }, events: [] })
  install(world, app, 'acme', 'all')
})

afterAll(async () => {
  if (version !== undefined) await here.close()
  rmSync(home, { recursive: true, force: true })
})

describe.skipIf(version === undefined)("GitHub's own client", () => {
  it('opens, lists and shows a pull request', async () => {
    await branch('fix', 'a.yaml')
    const made = await gh('pr', 'create', '--head', 'fix', '--base', 'main', '--title', 'a fix', '--body', 'why')
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/\/acme\/shop\/pull\/1\n$/) })
    expect((await gh('pr', 'list')).out).toMatch(/^1\ta fix\tfix\tOPEN/)
    const shown = await gh('pr', 'view', '1', '--json', 'title,body,state,headRefName,author,files,mergeable')
    expect(JSON.parse(shown.out)).toMatchObject({
      title: 'a fix',
      body: 'why',
      state: 'OPEN',
      headRefName: 'fix',
      author: { login: 'mona' },
      files: [{ path: 'a.yaml' }],
    })
    expect((await gh('pr', 'view', '1')).out).toContain('title:\ta fix')
  })

  it('is told that there is such a pull request, in words that it knows', async () => {
    const again = await gh('pr', 'create', '--head', 'fix', '--base', 'main', '--title', 'again', '--body', '')
    expect(again.code).toBe(1)
    expect(again.err).toContain('already exists')
  })

  it('sees checks', async () => {
    const sha = findPull(shop, 1)?.headOid ?? ''
    expect((await gh('pr', 'checks', '1')).err).toContain('no checks reported')
    createRun(here.standIn.world, shop, app, sha, 'build', { status: 'completed', conclusion: 'failure' })
    const red = await gh('pr', 'checks', '1')
    expect([red.code, red.out]).toEqual([1, expect.stringMatching(/^build\tfail/)])
  })

  it('merges, and is refused what is merged', async () => {
    const merged = await gh('pr', 'merge', '1', '--squash')
    expect(merged).toMatchObject({ code: 0 })
    expect(findPull(shop, 1)?.merged?.by).toBe('mona')
    expect((await gh('pr', 'list', '--state', 'merged')).out).toMatch(/^1\ta fix/)
    expect((await gh('pr', 'reopen', '1')).code).toBe(1)
  })

  it('lists issues', async () => {
    createIssue(here.standIn.world, shop, createAccount(here.standIn.world, 'User', 'mona'), 'a question', 'text')
    expect((await gh('issue', 'list')).out).toMatch(/^2\tOPEN\ta question/)
  })

  it('asks GraphQL and REST by hand', async () => {
    expect(JSON.parse((await gh('api', 'graphql', '-f', 'query={viewer{login}}')).out)).toEqual({
      data: { viewer: { login: 'mona' } },
    })
    expect(JSON.parse((await gh('api', 'repos/acme/shop')).out)).toMatchObject({
      full_name: 'acme/shop',
      private: true,
    })
    const listed = await gh('api', 'repos/acme/shop/pulls?state=all&per_page=1', '--paginate', '--jq', '.[].title')
    expect(listed.out).toBe('a fix\n')
    expect(JSON.parse((await gh('api', 'rate_limit')).out)).toMatchObject({ resources: { core: { limit: 5000 } } })
  })

  it('says why a token is refused', async () => {
    token = 'ghp_stranger'
    const refused = await gh('pr', 'list')
    token = 'ghp_mona'
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain('401')
  })

  it('was never asked for something that GitHub would not know', () => {
    expect(here.standIn.violations.all()).toEqual([])
  })
})
