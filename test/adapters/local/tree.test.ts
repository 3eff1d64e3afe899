import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { gitHistory, gitTree } from '../../../src/adapters/local/index.ts'
import { blobOid } from '../../../src/domain/index.ts'
import { CART, FIRST_FILES, WEB } from '../../contracts/forge.ts'
import { freshRepository, removeFolders, temporaryFolder } from './repository.ts'

afterAll(removeFolders)

describe('gitTree', () => {
  it('lists regular files in code point order', async () => {
    const repository = freshRepository()
    repository.push('main', { 'apps/é.yaml': 'x', 'apps/z.yaml': 'x', 'apps/Z.yaml': 'x', 'apps.yaml': 'x' })
    const paths = (await gitTree(repository.gitDir, 'main')).paths()
    expect(paths).toEqual([...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    expect(paths).toContain('apps/é.yaml')
  })

  it('gives bytes as they are', async () => {
    const repository = freshRepository()
    const text = '\u0000\r\n\ufeffä'
    const tree = await gitTree(repository.gitDir, repository.push('main', { 'apps/odd': text }))
    expect(Buffer.from(tree.bytes('apps/odd') ?? []).toString('utf8')).toBe(text)
    expect(tree.blob('apps/odd')).toBe(blobOid(Buffer.from(text)))
  })

  it('has no file where there is none', async () => {
    const tree = await gitTree(freshRepository().gitDir, 'main')
    expect(['absent', 'apps', '__proto__'].map((path) => [tree.bytes(path), tree.blob(path)])).toEqual(
      new Array(3).fill([undefined, undefined]),
    )
  })

  it('names links and submodules, and follows neither', async () => {
    const repository = freshRepository()
    const main = repository.git(['rev-parse', 'main'])
    const next = repository.push('main', { link: 'README.md', module: main }, { link: '120000', module: '160000' })
    const tree = await gitTree(repository.gitDir, next)
    expect([tree.special('link'), tree.special('module'), tree.special(CART)]).toEqual([
      'symlink',
      'submodule',
      undefined,
    ])
    expect(tree.specials?.()).toEqual(['link', 'module'])
    expect(tree.bytes('link')).toBeUndefined()
    expect(tree.paths()).not.toContain('link')
  })

  it('does not read a file above 1 MB, and says so when it is asked for', async () => {
    const repository = freshRepository()
    const next = repository.push('main', { big: 'x'.repeat(1024 * 1024 + 1), fits: 'y'.repeat(1024 * 1024) })
    const tree = await gitTree(repository.gitDir, next)
    expect(tree.bytes('fits')?.byteLength).toBe(1024 * 1024)
    expect(tree.paths()).toContain('big')
    expect(() => tree.bytes('big')).toThrow('too large')
  })

  it('is the same for the same content', async () => {
    const repository = freshRepository()
    const first = await gitTree(repository.gitDir, 'main')
    repository.push('main', { [CART]: 'memory: 1Mi\n' })
    const changed = await gitTree(repository.gitDir, 'main')
    repository.push('main', { [CART]: FIRST_FILES[CART] })
    const back = await gitTree(repository.gitDir, 'main')
    expect(back.oid).toBe(first.oid)
    expect(changed.oid).not.toBe(first.oid)
    expect(Buffer.from(changed.bytes(WEB) ?? []).toString()).toBe(FIRST_FILES[WEB])
  })

  it('fetches no object that a partial clone lacks, and starts nothing that its configuration names', async () => {
    const repository = freshRepository()
    const mark = join(temporaryFolder(), 'started')
    const absent = '1'.repeat(40)
    const tree = repository.git(['mktree', '--missing'], `100644 blob ${absent}\tx.yaml\n`).trim()
    const commit = repository.git(['commit-tree', '-m', 'x', tree]).trim()
    for (const [name, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', 'ssh://git.example/x'],
      ['core.sshCommand', `touch ${mark};`],
    ] as const)
      repository.git(['config', name, value])
    const read = await gitTree(repository.gitDir, commit)
    expect(() => read.bytes('x.yaml')).toThrow()
    expect(existsSync(mark)).toBe(false)
    expect(() => repository.git(['cat-file', '-p', absent])).toThrow()
    expect(existsSync(mark), 'plain git starts it, so the trap is a real one').toBe(true)
  })

  it.each([
    '--upload-pack=touch x',
    '-x',
    'main:README.md',
    'main^{/x}',
    '$(id)',
    'a..b',
    '',
    'main\nx',
    '0'.repeat(40),
    'absent',
  ])('has no revision %j', async (revision) => {
    await expect(gitTree(freshRepository().gitDir, revision)).rejects.toMatchObject({ code: 'KIN-4002' })
  })
})

describe('gitHistory', () => {
  it('lists commits that touched a path, newest first, with their time', async () => {
    const repository = freshRepository()
    const first = repository.push('main', { [CART]: 'memory: 1Mi\n' })
    const atMs = repository.nowMs
    repository.push('main', { [WEB]: 'memory: 1Mi\n' })
    const second = repository.push('main', { [CART]: 'memory: 2Mi\n' })
    const log = await gitHistory(repository.gitDir, 'main', { paths: [CART], limit: 2 })
    expect(log.map(({ revision }) => revision)).toEqual([second, first])
    expect(log[1]?.atMs).toBe(atMs)
  })

  it('takes paths literally', async () => {
    const repository = freshRepository()
    expect(await gitHistory(repository.gitDir, 'main', { paths: ['apps/*', ':(glob)**'], limit: 5 })).toEqual([])
  })
})
