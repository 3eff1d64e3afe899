import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  MIRROR_LIMITS,
  type MirrorApi,
  type MirrorReport,
  mirrorOf,
} from '../../../../src/adapters/github/mirror/index.ts'
import { gitTree } from '../../../../src/adapters/local/tree.ts'

let home: string
let repo: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kintsugi-mirror-'))
  repo = join(home, 'repo')
  mkdirSync(repo)
  git('init', '-q', '-b', 'main')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function git(...args: readonly string[]): string {
  return raw(...args)
    .toString('utf8')
    .trim()
}

function raw(...args: readonly string[]): Buffer {
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@a',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@a',
  }
  return execFileSync('git', ['-C', repo, ...args], { env, maxBuffer: 1e9 })
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(repo, path)), { recursive: true })
  writeFileSync(join(repo, path), content)
}

function commit(): string {
  git('add', '-A')
  git('commit', '-q', '-m', 'x', '--allow-empty')
  return git('rev-parse', 'HEAD')
}

/** GitHub's answers from a real repository, and which were asked. */
function fromGit(): { readonly api: MirrorApi; readonly asked: string[] } {
  const asked: string[] = []
  const note = (what: string): void => void asked.push(what)
  const api: MirrorApi = {
    async listing(revision) {
      note('listing')
      const lines = raw('ls-tree', '-r', '-l', '-z', revision).toString('utf8').split('\0').filter(Boolean)
      const entries = lines.map((line) => {
        const [head = '', path = ''] = line.split('\t')
        const [mode = '', , oid = '', size = ''] = head.split(/ +/)
        return { path, mode, oid, ...(size === '-' ? {} : { size: Number(size) }) }
      })
      return { tree: git('rev-parse', `${revision}^{tree}`), entries, complete: true }
    },
    async blob(oid) {
      note('blob')
      return raw('cat-file', 'blob', oid)
    },
    async archive(revision) {
      note('archive')
      const bytes = raw('archive', '--format=tar.gz', '--prefix=acme-shop-123/', revision)
      return (async function* () {
        yield bytes
      })()
    },
    async compare(base, head) {
      note('compare')
      const files = git('diff', '--raw', '--no-abbrev', '--no-renames', base, head).split('\n').filter(Boolean)
      return {
        status: 'ahead',
        mergeBase: base,
        complete: true,
        files: files.map((line) => {
          const [head = '', path = ''] = line.split('\t')
          const [, , , oid = '', status = ''] = head.split(' ')
          return { path, oid: status === 'D' ? undefined : oid, status: status === 'M' ? 'modified' : 'added' }
        }),
      }
    },
    async commit(oid) {
      note('commit')
      return { oid, tree: git('rev-parse', `${oid}^{tree}`), parents: [], message: '', atMs: 0, verified: true }
    },
  }
  return { api, asked }
}

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('utf8')

function many(count: number): void {
  for (let at = 0; at < count; at += 1) put(`apps/app-${at}/values.yaml`, `replicas: ${at}\n`)
}

describe('mirror', () => {
  it('is the tree that git shows, cold by one listing and one archive', async () => {
    many(40)
    put('run.sh', '#!/bin/sh\n')
    execFileSync('chmod', ['+x', join(repo, 'run.sh')])
    put('binary', Buffer.from([0, 255, 254, 10]))
    symlinkSync('apps/app-1/values.yaml', join(repo, 'link'))
    const at = commit()
    const { api, asked } = fromGit()
    const reports: MirrorReport[] = []
    const tree = await mirrorOf(api, { dir: join(home, 'mirror'), report: (one) => reports.push(one) }).tree(at)
    const real = await gitTree(join(repo, '.git'), at)
    expect(tree.oid).toBe(real.oid)
    expect(tree.paths()).toEqual(real.paths())
    for (const path of real.paths()) expect(text(tree.bytes(path))).toBe(text(real.bytes(path)))
    expect([tree.special('link'), tree.link?.('link'), tree.bytes('link')]).toEqual([
      'symlink',
      'apps/app-1/values.yaml',
      undefined,
    ])
    expect(asked).toEqual(['listing', 'archive'])
    expect(reports).toMatchObject([{ how: 'cold', requests: 2 }])
  })

  it('reads files of any name that Git takes', async () => {
    const names = [
      'run-media\\x2dusb.mount',
      'a:b.yaml',
      'two\nlines',
      '-rf',
      ' ',
      'a.',
      '\u202egnp.yaml',
      '$(id)',
      '<b>@a',
      '"',
    ]
    for (const name of names) put(`odd/${name}`, name)
    many(20)
    const at = commit()
    const tree = await mirrorOf(fromGit().api, { dir: join(home, 'mirror') }).tree(at)
    expect(tree.oid).toBe((await gitTree(join(repo, '.git'), at)).oid)
    expect(names.map((name) => text(tree.bytes(`odd/${name}`)))).toEqual(names)
  })

  it('asks for what changed alone when warm, and for nothing when it is here', async () => {
    many(40)
    const first = commit()
    const { api, asked } = fromGit()
    const mirror = mirrorOf(api, { dir: join(home, 'mirror') })
    await mirror.tree(first)
    put('apps/app-3/values.yaml', 'replicas: 99\n')
    put('apps/new.yaml', 'new: true\n')
    const second = commit()
    asked.length = 0
    const tree = await mirror.tree(second)
    expect(asked).toEqual(['listing', 'blob', 'blob'])
    expect(text(tree.bytes('apps/app-3/values.yaml'))).toBe('replicas: 99\n')
    asked.length = 0
    await mirror.tree(second)
    await mirror.tree(first)
    const again = mirrorOf(api, { dir: join(home, 'mirror') })
    expect((await again.tree(second)).oid).toBe(tree.oid)
    expect(asked).toEqual([])
  })

  it('compares where the listing is long, and lists after all where that does not make the tree', async () => {
    many(30)
    const first = commit()
    const { api, asked } = fromGit()
    const mirror = mirrorOf(api, { dir: join(home, 'mirror'), limits: { ...MIRROR_LIMITS, compareFrom: 10 } })
    await mirror.tree(first)
    asked.length = 0
    put('apps/app-3/values.yaml', 'replicas: 99\n')
    const second = commit()
    expect((await mirror.tree(second)).oid).toBe(git('rev-parse', 'HEAD^{tree}'))
    expect(asked).toEqual(['commit', 'compare', 'blob'])
    asked.length = 0
    execFileSync('chmod', ['+x', join(repo, 'apps/app-3/values.yaml')])
    const third = commit()
    expect((await mirror.tree(third)).oid).toBe(git('rev-parse', 'HEAD^{tree}'))
    expect(asked).toEqual(['commit', 'compare', 'listing'])
  })

  it('fetches by id what attributes leave out of archives or rewrite in them', async () => {
    many(40)
    put('.gitattributes', 'secret.txt export-ignore\nversion.txt export-subst\n')
    put('secret.txt', 'left out\n')
    put('version.txt', '$Format:%H$\n')
    const at = commit()
    const { api, asked } = fromGit()
    const tree = await mirrorOf(api, { dir: join(home, 'mirror') }).tree(at)
    expect(text(tree.bytes('secret.txt'))).toBe('left out\n')
    expect(text(tree.bytes('version.txt'))).toBe('$Format:%H$\n')
    expect(asked.sort()).toEqual(['archive', 'blob', 'blob', 'listing'])
  })

  it('never serves bytes that are not those of the id', async () => {
    many(3)
    const at = commit()
    const { api } = fromGit()
    const lying: MirrorApi = { ...api, blob: async () => Buffer.from('replicas: 1000\n') }
    const tree = await mirrorOf(lying, { dir: join(home, 'mirror') }).tree(at)
    expect(() => tree.bytes('apps/app-1/values.yaml')).toThrow(/cannot be read/)
  })

  it('does not believe a disk that was written to', async () => {
    many(40)
    const at = commit()
    const { api, asked } = fromGit()
    const dir = join(home, 'mirror')
    await mirrorOf(api, { dir }).tree(at)
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) writeFileSync(join(entry.parentPath, entry.name), 'forged')
    asked.length = 0
    const tree = await mirrorOf(api, { dir }).tree(at)
    expect(text(tree.bytes('apps/app-7/values.yaml'))).toBe('replicas: 7\n')
    expect(asked).toEqual(['listing', 'archive'])
  })

  it.each([
    ['leaves the tree', { path: '../x', mode: '100644' }],
    ['is a folder of Git', { path: 'a/.GIT/config', mode: '100644' }],
    ['has a mode that Git does not write', { path: 'x', mode: '100666' }],
  ])('refuses a listing with a path that %s', async (_, entry) => {
    const at = commit()
    const { api } = fromGit()
    const odd: MirrorApi = {
      ...api,
      listing: async () => ({ tree: '', entries: [{ ...entry, oid: 'a'.repeat(40) }], complete: true }),
    }
    await expect(mirrorOf(odd, { dir: join(home, 'mirror') }).tree(at)).rejects.toMatchObject({ code: 'KIN-4008' })
  })

  it('refuses a listing that does not make its tree, or was cut', async () => {
    many(2)
    const at = commit()
    const { api } = fromGit()
    for (const change of [{ tree: 'b'.repeat(40) }, { complete: false }]) {
      const odd: MirrorApi = { ...api, listing: async (revision) => ({ ...(await listed(api, revision)), ...change }) }
      await expect(mirrorOf(odd, { dir: join(home, 'mirror') }).tree(at)).rejects.toMatchObject({ code: 'KIN-4008' })
    }
  })

  it('lists a file that is too large, and says so when it is asked for', async () => {
    put('large.bin', Buffer.alloc(1_100_000, 7))
    const at = commit()
    const { api, asked } = fromGit()
    const tree = await mirrorOf(api, { dir: join(home, 'mirror') }).tree(at)
    expect(tree.paths()).toEqual(['large.bin'])
    expect(() => tree.bytes('large.bin')).toThrow(expect.objectContaining({ code: 'KIN-1002' }))
    expect(asked).toEqual(['listing'])
  })

  it('says KIN-4002 where there is no such commit', async () => {
    const { api } = fromGit()
    const mirror = mirrorOf({ ...api, listing: async () => undefined }, { dir: join(home, 'mirror') })
    await expect(mirror.tree('a'.repeat(40))).rejects.toMatchObject({ code: 'KIN-4002' })
    await expect(mirror.tree('main')).rejects.toMatchObject({ code: 'KIN-4002' })
  })

  it('takes two that want one tree together', async () => {
    many(40)
    const at = commit()
    const { api, asked } = fromGit()
    const mirror = mirrorOf(api, { dir: join(home, 'mirror') })
    const [one, other] = await Promise.all([mirror.tree(at), mirror.tree(at)])
    expect(one).toBe(other)
    expect(asked).toEqual(['listing', 'archive'])
  })
})

async function listed(api: MirrorApi, revision: string) {
  const listing = await api.listing(revision)
  if (listing === undefined) throw new Error('no listing')
  return listing
}
