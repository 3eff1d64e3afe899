import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskTree, writeFiles } from '../../../src/adapters/files/index.ts'
import { blobOid } from '../../../src/domain/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

let dir: string
let outside: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kintsugi-files-'))
  outside = await mkdtemp(join(tmpdir(), 'kintsugi-outside-'))
  await mkdir(join(dir, 'apps/cart'), { recursive: true })
  await writeFile(join(dir, 'apps/cart/values.yaml'), 'memory: 32Mi\n')
  await writeFile(join(dir, 'README.md'), 'hello\n')
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
  await rm(outside, { recursive: true, force: true })
})

describe('a folder as a Tree', () => {
  it('lists regular files in code point order, with the ids that git gives', async () => {
    const tree = await diskTree(dir)
    expect(tree.paths()).toEqual(['README.md', 'apps/cart/values.yaml'])
    expect(tree.blob('README.md')).toBe(blobOid(bytes('hello\n')))
    expect(tree.bytes('nothing')).toBeUndefined()
  })

  it('leaves out .git and names a nested repository a submodule', async () => {
    await mkdir(join(dir, '.git'))
    await writeFile(join(dir, '.git/config'), '')
    await mkdir(join(dir, 'vendor'))
    await writeFile(join(dir, 'vendor/.git'), 'gitdir: ../x')
    await writeFile(join(dir, 'vendor/a.yaml'), '')
    const tree = await diskTree(dir)
    expect(tree.paths()).toEqual(['README.md', 'apps/cart/values.yaml'])
    expect(tree.special('vendor')).toBe('submodule')
  })

  it('passes over a file whose name is not UTF-8, and reads the others', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${dir}/caf`), Buffer.from([0xe9])]), 'latin-1')
    expect((await diskTree(dir)).paths()).toEqual(['README.md', 'apps/cart/values.yaml'])
  })

  it('follows no link, to a file or to a folder', async () => {
    await writeFile(join(outside, 'secret'), 'key')
    await symlink(join(outside, 'secret'), join(dir, 'link.yaml'))
    await symlink(outside, join(dir, 'linked'))
    const tree = await diskTree(dir)
    expect(tree.special('link.yaml')).toBe('symlink')
    expect(tree.special('linked')).toBe('symlink')
    expect(tree.specials?.()).toEqual(['link.yaml', 'linked'])
    expect(tree.bytes('link.yaml')).toBeUndefined()
    expect(tree.bytes('linked/secret')).toBeUndefined()
  })

  it('follows no link that takes the place of a file after the walk', async () => {
    await writeFile(join(outside, 'secret'), 'memory: 32Mi\n')
    const tree = await diskTree(dir)
    await rm(join(dir, 'README.md'))
    await symlink(join(outside, 'secret'), join(dir, 'README.md'))
    expect(() => tree.bytes('README.md')).toThrow(expect.objectContaining({ code: 'KIN-1002' }))
  })

  it('refuses to mix two states of a file', async () => {
    const tree = await diskTree(dir)
    await writeFile(join(dir, 'README.md'), 'other\n')
    await utimes(join(dir, 'README.md'), 1, 1)
    expect(() => tree.bytes('README.md')).toThrow(/changed while/)
  })

  it('has equal ids for equal content, and others for other content', async () => {
    const before = (await diskTree(dir)).oid
    expect((await diskTree(dir)).oid).toBe(before)
    await writeFile(join(dir, 'README.md'), 'other\n')
    expect((await diskTree(dir)).oid).not.toBe(before)
  })

  it.each([
    ['too many files', { entries: 1 }],
    ['too deep', { depth: 1 }],
  ])('stops at its limits: %s', async (_, limits) => {
    await expect(diskTree(dir, limits)).rejects.toMatchObject({ code: 'KIN-1002' })
  })

  it('does not read a file that is too large', async () => {
    const tree = await diskTree(dir, { fileBytes: 3 })
    expect(() => tree.bytes('README.md')).toThrow(/larger than 3 bytes/)
  })

  it('has an id of its own for a file that it does not read, so that the folder has one', async () => {
    const tree = await diskTree(dir, { fileBytes: 8 })
    expect(tree.blob('apps/cart/values.yaml')).not.toBe(tree.blob('README.md'))
    expect(tree.oid).toBe((await diskTree(dir, { fileBytes: 8 })).oid)
  })

  it('says KIN-1002 for a folder that is not there', async () => {
    await expect(diskTree(join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'KIN-1002' })
  })
})

describe('writing files', () => {
  const change = { path: 'apps/cart/values.yaml', content: bytes('memory: 64Mi\n') }

  it('replaces the content and keeps the mode', async () => {
    const file = join(dir, change.path)
    await chmod(file, 0o640)
    await writeFiles(dir, [change])
    expect(await readFile(file, 'utf8')).toBe('memory: 64Mi\n')
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    expect(await readdir(join(dir, 'apps/cart'))).toEqual(['values.yaml'])
  })

  it('leaves nothing beside a file that could not be written', async () => {
    const unwritable = { path: 'README.md', content: 42 } as never
    await expect(writeFiles(dir, [unwritable])).rejects.toMatchObject({ code: 'KIN-1002' })
    expect((await readdir(dir)).sort()).toEqual(['README.md', 'apps'])
  })

  it('makes a new file in a new folder', async () => {
    await writeFiles(dir, [{ path: 'apps/new/patch.yaml', content: bytes('x\n') }])
    expect(await readFile(join(dir, 'apps/new/patch.yaml'), 'utf8')).toBe('x\n')
  })

  it.each(['../x', '/etc/x', 'a/../../x', '', 'a//b', '.git/config', 'a/.GIT/x', 'a\\b', './x'])(
    'refuses the path %j',
    async (path) => {
      await expect(writeFiles(dir, [change, { path, content: bytes('x') }])).rejects.toMatchObject({ code: 'KIN-1002' })
      expect(await readFile(join(dir, change.path), 'utf8')).toBe('memory: 32Mi\n')
    },
  )

  it('refuses a path through a link, and a link as the file', async () => {
    await writeFile(join(outside, 'f'), 'kept')
    await symlink(outside, join(dir, 'linked'))
    await symlink(join(outside, 'f'), join(dir, 'link'))
    for (const path of ['linked/f', 'linked/new', 'link'])
      await expect(writeFiles(dir, [{ path, content: bytes('x') }])).rejects.toMatchObject({ code: 'KIN-1002' })
    expect(await readdir(outside)).toEqual(['f'])
    expect(await readFile(join(outside, 'f'), 'utf8')).toBe('kept')
  })

  it('refuses a file that changed since it was read', async () => {
    const tree = await diskTree(dir)
    tree.blob(change.path)
    await writeFile(join(dir, change.path), 'memory: 48Mi\n')
    await expect(writeFiles(dir, [change], tree)).rejects.toThrow(/changed since it was read/)
    expect(await readFile(join(dir, change.path), 'utf8')).toBe('memory: 48Mi\n')
  })
})
