import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldersOf, oidWith, treeOid } from '../../../src/adapters/github/tree-oid.ts'

const folder = mkdtempSync(join(tmpdir(), 'kintsugi-trees-'))

function git(args: readonly string[], input = ''): string {
  const env = { ...process.env, GIT_DIR: folder, GIT_INDEX_FILE: join(folder, 'index') }
  return execFileSync('git', [...args], { input, encoding: 'utf8', env, stdio: ['pipe', 'pipe', 'ignore'] }).trim()
}

/** What git itself makes of the entries. */
function byGit(entries: readonly { readonly path: string; readonly mode: string; readonly oid: string }[]): string {
  rmSync(join(folder, 'index'), { force: true })
  const lines = entries.map(({ path, mode, oid }) => `${mode} ${oid}\t${path}\0`)
  git(['update-index', '-z', '--index-info'], lines.join(''))
  return git(['write-tree', '--missing-ok'])
}

const oid = fc.stringMatching(/^[0-9a-f]{40}$/).filter((text) => !/^0+$/.test(text))
const part = fc
  .oneof(fc.stringMatching(/^[a-c.\-+ 0]{1,3}$/), fc.constantFrom('é', 'ｱ', '😀', 'a b', 'a.b', 'a-b', 'ab', 'a'))
  .filter((text) => text !== '.' && text !== '..')
const entry = fc.record({
  path: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  mode: fc.constantFrom('100644', '100755', '120000', '160000'),
  oid,
})
/** No file is a folder of another, and none stands there twice. */
const entries = fc.array(entry, { maxLength: 12 }).map((all) => {
  const kept: { path: string; mode: string; oid: string }[] = []
  for (const one of all) {
    const clash = kept.some(
      ({ path }) => path === one.path || path.startsWith(`${one.path}/`) || one.path.startsWith(`${path}/`),
    )
    if (!clash) kept.push(one)
  }
  return kept
})

describe('the id of a tree', () => {
  git(['init', '--quiet', '--bare', folder])

  it('is the one that git gives', () => {
    fc.assert(
      fc.property(entries, (listed) => {
        expect(treeOid(listed)).toBe(byGit(listed))
      }),
      { numRuns: 60 },
    )
  })

  it('with blobs put in is the one of all of them, and the first tree stays as it was', () => {
    fc.assert(
      fc.property(entries, oid, oid, (listed, one, other) => {
        const folders = foldersOf(listed)
        const before = oidWith(folders)
        const regular = listed.filter(({ mode }) => mode.startsWith('100')).slice(0, 2)
        const blobs = new Map([...regular.map(({ path }): [string, string] => [path, one]), ['new/x/y.yaml', other]])
        const wanted = [
          ...listed.map((item) => ({ ...item, oid: blobs.get(item.path) ?? item.oid })),
          { path: 'new/x/y.yaml', mode: '100644', oid: other },
        ]
        expect(oidWith(folders, blobs)).toBe(byGit(wanted))
        expect(oidWith(folders)).toBe(before)
      }),
      { numRuns: 30 },
    )
    rmSync(folder, { recursive: true, force: true })
  })
})
