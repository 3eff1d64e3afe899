import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  gitSyncStore,
  memorySyncStore,
  SYNC_REF,
  type SyncRecord,
  type SyncStore,
} from '../../../src/adapters/simulation/index.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function bareRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-syncs-'))
  folders.push(folder)
  const gitDir = join(folder, 'shop.git')
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', gitDir])
  return gitDir
}

function git(gitDir: string, ...args: readonly string[]): string {
  return execFileSync('git', ['--git-dir', gitDir, ...args], { encoding: 'utf8' }).trim()
}

function record(application: string, atMs: number): SyncRecord {
  return { application, revision: 'a'.repeat(40), atMs }
}

const stores: readonly { readonly name: string; readonly make: () => SyncStore }[] = [
  { name: 'in memory', make: () => memorySyncStore() },
  { name: 'in git', make: () => gitSyncStore({ gitDir: bareRepository() }) },
]

describe.each(stores)('a sync store $name', ({ make }) => {
  it('is empty at first', async () => {
    expect(await make().read()).toEqual([])
  })

  it('reads back what was appended, oldest first', async () => {
    const store = make()
    await store.append([record('cart', 1), record('catalog', 1)])
    await store.append([record('cart', 2)])
    expect(await store.read()).toEqual([record('cart', 1), record('catalog', 1), record('cart', 2)])
  })

  it('does not know the head of a branch that is not there', async () => {
    expect(await make().head('nowhere')).toBeUndefined()
  })
})

describe('a sync store in git', () => {
  it('is one store for every process that opens the repository', async () => {
    const gitDir = bareRepository()
    await gitSyncStore({ gitDir }).append([record('cart', 1)])
    expect(await gitSyncStore({ gitDir }).read()).toEqual([record('cart', 1)])
  })

  it('loses nothing when several append at once', async () => {
    const gitDir = bareRepository()
    const names = ['cart', 'catalog', 'checkout']
    await Promise.all(names.map((name) => gitSyncStore({ gitDir }).append([record(name, 1)])))
    const read = await gitSyncStore({ gitDir }).read()
    expect(read.map(({ application }) => application).sort()).toEqual(names)
  })

  it('records each append as one commit on its ref, dated by the world', async () => {
    const gitDir = bareRepository()
    const store = gitSyncStore({ gitDir })
    await store.append([record('cart', 1000)])
    await store.append([record('cart', 90_000), record('catalog', 90_000)])
    expect(git(gitDir, 'log', '--format=%s|%at', SYNC_REF)).toBe('sync cart, catalog|90\nsync cart|1')
  })

  it('writes the same commits for the same syncs', async () => {
    const oids = await Promise.all(
      [bareRepository(), bareRepository()].map(async (gitDir) => {
        await gitSyncStore({ gitDir }).append([record('cart', 1000)])
        return git(gitDir, 'rev-parse', SYNC_REF)
      }),
    )
    expect(oids[1]).toBe(oids[0])
  })

  it('reads the head of a branch as it is now', async () => {
    const gitDir = bareRepository()
    const store = gitSyncStore({ gitDir })
    const tree = execFileSync('git', ['--git-dir', gitDir, 'mktree'], { input: '', encoding: 'utf8' }).trim()
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@shop.example']
    const commit = git(gitDir, ...who, 'commit-tree', tree, '-m', 'first')
    git(gitDir, 'update-ref', 'refs/heads/main', commit)
    expect(await store.head('main')).toBe(commit)
  })

  it('says which repository command failed when there is no repository', async () => {
    const gitDir = join(tmpdir(), 'kintsugi-no-such-repository')
    await expect(gitSyncStore({ gitDir }).append([record('cart', 1)])).rejects.toMatchObject({ code: 'KIN-4001' })
  })

  it('says so when git cannot be started', async () => {
    const store = gitSyncStore({ gitDir: bareRepository(), git: 'no-such-git' })
    await expect(store.read()).rejects.toMatchObject({ code: 'KIN-4001' })
  })
})
