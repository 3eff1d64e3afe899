import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownFolder } from '../../../src/adapters/own-folder/index.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'own-folder-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

describe('a folder of one user', () => {
  it('is made when it is first asked for, and nobody else may look in', async () => {
    const folder = ownFolder(join(dir, 'a', 'b'))
    expect(await folder.write('x', 'text')).toBe(true)
    expect(await readFile(join(dir, 'a', 'b', 'x'), 'utf8')).toBe('text')
    expect((await stat(join(dir, 'a', 'b'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(dir, 'a', 'b', 'x'))).mode & 0o777).toBe(0o600)
  })

  it('is not used where others may read it', async () => {
    await mkdir(join(dir, 'open'))
    await chmod(join(dir, 'open'), 0o755)
    const folder = ownFolder(join(dir, 'open'))
    expect(await folder.usable()).toBe(false)
    expect(await folder.write('x', 'text')).toBe(false)
    expect(await readdir(join(dir, 'open'))).toEqual([])
  })

  it('is not used through a link', async () => {
    await mkdir(join(dir, 'real'), { mode: 0o700 })
    await symlink(join(dir, 'real'), join(dir, 'link'))
    expect(await ownFolder(join(dir, 'link')).usable()).toBe(false)
  })

  it('leaves nothing behind when a file cannot be put in its place', async () => {
    await mkdir(join(dir, 'mine', 'taken', 'by-a-folder'), { recursive: true, mode: 0o700 })
    await chmod(join(dir, 'mine'), 0o700)
    expect(await ownFolder(join(dir, 'mine')).write('taken', 'text')).toBe(false)
    expect(await readdir(join(dir, 'mine'))).toEqual(['taken'])
  })
})
