import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Started, started } from './started.ts'
import { createAccount, createApp, createOrganisation, createRepository, install } from './world/establish.ts'
import { GIT_ENVIRONMENT } from './world/git/process.ts'
import { resolveRef } from './world/git/refs.ts'
import type { Repository } from './world/repositories.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'kintsugi-git-http-'))
const work = join(folder, 'work')
let here: Started
let shop: Repository
let writer: string
let reader: string
const events: string[] = []

const git = (...args: string[]) =>
  run('git', ['-c', 'user.name=Mona', '-c', 'user.email=mona@example.com', ...args], {
    cwd: folder,
    env: { ...GIT_ENVIRONMENT },
  })
const inWork = (...args: string[]) => git('-C', work, ...args)
const address = (token: string, name = 'shop') =>
  `${here.url.replace('http://', `http://x-access-token:${token}@`)}/acme/${name}.git`
/** What git says when it fails. */
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it succeeded',
    (error: { stderr?: string }) => error.stderr ?? '',
  )

beforeAll(async () => {
  here = await started()
  const { world, tokens } = here.standIn
  createOrganisation(world, 'acme')
  createAccount(world, 'User', 'mona')
  shop = await createRepository(world, { owner: 'acme', name: 'shop', roles: { mona: 'write' } })
  world.userTokens.set('ghp_mona', { token: 'ghp_mona', login: 'mona' })
  const app = createApp(world, { name: 'kintsugi', owner: 'acme', permissions: { contents: 'write' }, events: [] })
  const { id: installationId } = install(world, app, 'acme', [shop.id])
  writer = tokens.issue({ installationId, permissions: { contents: 'write' }, repositories: 'all' }).token
  reader = tokens.issue({ installationId, permissions: { contents: 'read' }, repositories: 'all' }).token
  world.events.on((event) => void events.push(event.event))
  await git('init', '--quiet', '--initial-branch=main', work)
  writeFileSync(join(work, 'values.yaml'), 'a: 1\n')
  await inWork('add', '.')
  await inWork('commit', '--quiet', '-m', 'first')
})

afterAll(async () => {
  await here.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('git over HTTP', () => {
  it('takes a push by a token of an installation and of a person, and tells the world', async () => {
    await inWork('push', '--quiet', address(writer), 'main')
    const head = (await inWork('rev-parse', 'HEAD')).stdout.trim()
    expect(await resolveRef(shop.gitDir, 'refs/heads/main')).toBe(head)
    expect(events).toEqual(expect.arrayContaining(['create', 'push']))
    await inWork('push', '--quiet', address('ghp_mona'), 'main:side')
    await inWork('push', '--quiet', address('ghp_mona'), ':side')
    expect(await resolveRef(shop.gitDir, 'refs/heads/side')).toBeUndefined()
  })

  it('serves a clone to who may read', async () => {
    await git('clone', '--quiet', address(reader), join(folder, 'clone'))
    expect((await git('-C', join(folder, 'clone'), 'log', '--format=%s')).stdout).toBe('first\n')
  })

  it('refuses who may not', async () => {
    expect(await failure(inWork('push', address(reader), 'main:other'))).toContain('403')
    expect(await failure(git('ls-remote', address('nonsense')))).toMatch(/401|Authentication failed/)
    expect(await failure(git('ls-remote', address(reader, 'nowhere')))).toMatch(/not found/i)
  })

  it('refuses what is not a fast forward, and what a ruleset forbids', async () => {
    await inWork('commit', '--quiet', '--amend', '-m', 'rewritten')
    expect(await failure(inWork('push', address(writer), 'main'))).toContain('rejected')
    shop.rulesets.push({
      id: 1,
      name: 'reserved',
      pattern: 'release/**',
      classic: false,
      rules: [{ type: 'creation' }],
      bypass: [],
    })
    expect(await failure(inWork('push', address(writer), 'HEAD:release/1'))).toContain('remote rejected')
    expect(await resolveRef(shop.gitDir, 'refs/heads/release/1')).toBeUndefined()
  })

  it('is recorded among the calls with what it needed', () => {
    const { calls } = here.standIn.world
    expect(calls).toContainEqual(
      expect.objectContaining({ kind: 'git', operation: 'git-receive-pack', needed: { contents: 'write' } }),
    )
  })
})
