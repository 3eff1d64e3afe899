import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolders } from '../adapters/local/repository.ts'
import { kintsugi, type Ran } from '../cli/console.ts'
import { CLI } from '../fakes/built.ts'
import { ShopFolder } from '../fakes/shop-folder.ts'

let prototype: ShopFolder

afterAll(removeFolders)

beforeAll(async () => {
  prototype = await ShopFolder.make(['cart'])
  await prototype.pass(10)
}, 60_000)

const ARGS = ['run', '--once', '--write', '--json', '--simulation']

/** All refs with what they show, or that there are none to be read. */
function refsOf({ gitDir }: ShopFolder): string {
  const ran = spawnSync('git', ['--git-dir', gitDir, 'for-each-ref', '--format=%(refname) %(objectname)'], {
    encoding: 'utf8',
  })
  return ran.status === 0 ? ran.stdout : 'no repository'
}

type Stopped = {
  readonly code: number
  readonly said: string
  readonly told: string | undefined
  readonly same: boolean
}

/** What a writing controller says of a world that was broken so. */
async function runOn(damage: (world: ShopFolder) => void): Promise<Stopped> {
  const world = prototype.copy()
  damage(world)
  const before = refsOf(world)
  const { code, err, out }: Ran = await kintsugi([...ARGS, world.dir])
  return { code, said: err, told: JSON.parse(out === '' ? '{}' : out).error?.code, same: refsOf(world) === before }
}

const SOUND = { schemaVersion: 1, seed: 1, speed: 1, startMs: 1e12, startedWallMs: 0, helm: false, frozenAtMs: 1e12 }

/** Root becomes somebody else for one test, who cannot run a checkout below a folder that only root may enter. */
const hidden = process.getuid?.() === 0 && !openToAll(CLI)
if (hidden) console.warn('skipped: a repository that may not be written to, because only root may enter this checkout')

describe('a world.json that', () => {
  it.each([
    ['is empty', '', 'KIN-1002'],
    ['was cut', '{"schemaVersion": 1, "se', 'KIN-1002'],
    ['is nested beyond any stack', `${'['.repeat(200_000)}`, 'KIN-1002'],
    ['is a list', '[]', 'KIN-1003'],
    ['is nothing', 'null', 'KIN-1003'],
    ['is of another version', JSON.stringify({ ...SOUND, schemaVersion: 2 }), 'KIN-1003'],
    ['has a seed that is no whole number', JSON.stringify({ ...SOUND, seed: 0.5 }), 'KIN-1003'],
    ['stands still by its speed', JSON.stringify({ ...SOUND, speed: 0 }), 'KIN-1003'],
    ['starts in no year', JSON.stringify(SOUND).replace('"startMs":1000000000000', '"startMs":1e999'), 'KIN-1003'],
    ['was stopped at a word', JSON.stringify({ ...SOUND, frozenAtMs: 'noon' }), 'KIN-1003'],
    ['has a prototype of its own', '{"__proto__": {"schemaVersion": 1}}', 'KIN-1003'],
  ])('%s is refused, and nothing is written', async (_, text, code) => {
    const stopped = await runOn((world) => writeFileSync(join(world.dir, 'world.json'), text))
    expect(stopped).toMatchObject({ code: 1, told: code, same: true })
    expect(stopped.said).toContain('world.json')
  })

  it('is not there is refused, with what makes one', async () => {
    const stopped = await runOn((world) => rmSync(join(world.dir, 'world.json')))
    expect(stopped).toMatchObject({ code: 1, told: 'KIN-1002', same: true })
    expect(stopped.said).toContain('kintsugi demo')
  })
})

const git = (world: ShopFolder, ...args: readonly string[]) => world.repository.git(args)

describe('a repository that', () => {
  it.each<readonly [string, (world: ShopFolder) => void, string]>([
    ['is not there', ({ gitDir }) => rmSync(gitDir, { recursive: true }), 'KIN-4002'],
    [
      'is an empty folder',
      ({ gitDir }) => {
        rmSync(gitDir, { recursive: true })
        mkdirSync(gitDir)
      },
      'KIN-4002',
    ],
    [
      'is a file',
      ({ gitDir }) => {
        rmSync(gitDir, { recursive: true })
        writeFileSync(gitDir, 'ref: refs/heads/main\n')
      },
      'KIN-4002',
    ],
    [
      'has no commit at all',
      ({ gitDir }) => {
        rmSync(gitDir, { recursive: true })
        spawnSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', gitDir])
      },
      'KIN-4002',
    ],
    ['is worked in', (world) => git(world, 'config', 'core.bare', 'false'), 'KIN-4002'],
    ['has lost its default branch', (world) => git(world, 'update-ref', '-d', 'refs/heads/main'), 'KIN-4002'],
    [
      'names a default branch that is not there',
      (world) => git(world, 'symbolic-ref', 'HEAD', 'refs/heads/gone'),
      'KIN-4002',
    ],
    [
      'names no branch',
      (world) => writeFileSync(join(world.gitDir, 'HEAD'), `${git(world, 'rev-parse', 'main')}\n`),
      'KIN-4002',
    ],
    ['has lost its HEAD', ({ gitDir }) => rmSync(join(gitDir, 'HEAD')), 'KIN-4002'],
    ['has lost its objects', ({ gitDir }) => emptied(join(gitDir, 'objects')), 'KIN-4002'],
    [
      'has a branch that names no commit',
      ({ gitDir }) => writeFileSync(join(gitDir, 'refs/heads/main'), `${'1'.repeat(40)}\n`),
      'KIN-4002',
    ],
  ])(
    '%s is said so, and nothing is written',
    async (_, damage, code) => {
      expect(await runOn(damage)).toMatchObject({ code: 1, told: code, same: true })
    },
    20_000,
  )

  it.skipIf(hidden)(
    'may not be written to is said so, and is as it was',
    async () => {
      const world = prototype.copy()
      const before = refsOf(world)
      const ran = await asNobody(world)
      expect(ran.err).toMatch(/KIN-4001 git .*permission/i)
      expect([ran.code, refsOf(world)]).toEqual([1, before])
    },
    30_000,
  )
})

function emptied(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
}

const NOBODY = 65_534

/** Runs the built command as the owner of a repository that its owner may read and not write. For root nothing is read-only, so it becomes somebody else. */
function asNobody(world: ShopFolder): Promise<{ readonly code: number | null; readonly err: string }> {
  const root = process.getuid?.() === 0
  if (root) spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, world.dir])
  spawnSync('chmod', ['-R', 'a-w', world.gitDir])
  chmodSync(world.dir, 0o777)
  const env = { PATH: process.env['PATH'], TMPDIR: world.dir, HOME: world.dir }
  const child = spawn(process.execPath, [CLI, ...ARGS, world.dir], {
    ...{ env, cwd: world.dir, stdio: ['ignore', 'ignore', 'pipe'] },
    ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  let err = ''
  child.stderr?.on('data', (part) => {
    err += String(part)
  })
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', (code) => {
      spawnSync('chmod', ['-R', 'u+w', world.gitDir])
      if (root) spawnSync('chown', ['-R', '0:0', world.dir])
      done({ code, err })
    })
  })
}

/** Whether everybody may enter each folder above a file. */
function openToAll(file: string): boolean {
  const folder = dirname(file)
  return folder === file || ((statSync(folder).mode & 0o001) !== 0 && openToAll(folder))
}
