import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBranchName, isForbiddenPath, isPlainPath, isRevision } from '../../../src/adapters/forge-limits/index.ts'

const written = (path: string): boolean => isPlainPath(path) && !isForbiddenPath(path)

describe('paths', () => {
  it.each([
    'apps/cart/values.yaml',
    'README.md',
    'a b/c.yaml',
    'apps/é.yaml',
    'digit/x',
    'apps/owners',
    'charts/.helmignore',
  ])('may be written: %s', (path) => {
    expect(written(path)).toBe(true)
  })

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/./b',
    'a//b',
    'a/',
    'C:/x',
    'a\\b',
    '.git/config',
    'a/.git/hooks/update',
    '.GiT/config',
    '.git ',
    '.git.',
    'git~1/config',
    'GITHUB~1/workflows/x.yaml',
    'apps/CODEOW~1',
    'KINTSU~1/config.yaml',
    '.\u212aintsugi/config.yaml',
    '.kint\u017fugi/config.yaml',
    '\uff0egithub/x',
    '.\uff47it/config',
    'docs/CODEOWNER\u017f',
    '.g\u200cit/config',
    'a\u202eb',
    'a\u0000b',
    'a\nb',
    '.gitmodules',
    '.gitattributes',
    'a/.gitignore',
    '.github/workflows/x.yaml',
    '.GITHUB/workflows/x.yaml',
    '.gitlab-ci.yml',
    'CODEOWNERS',
    'docs/codeowners',
    '.kintsugi/config.yaml',
    'x'.repeat(501),
  ])('are never written: %j', (path) => {
    expect(written(path)).toBe(false)
  })

  it('never lead out of the repository', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '.git', 'a', '~', '/'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const path = parts.join('/')
        if (!written(path)) return
        const { pathname } = new URL(`file:///repository/${encodeURI(path).replace(/[?#]/g, '_')}`)
        expect(pathname.startsWith('/repository/')).toBe(true)
        expect(path.split('/')).not.toContain('.git')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('names', () => {
  it.each(['main', 'release/1.2', 'feature_x'])('of branches: %s', (name) => {
    expect(isBranchName(name)).toBe(true)
  })

  it.each([
    '',
    '-x',
    'a..b',
    'a/',
    '/a',
    'a.lock',
    'a.lock/b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a@{1}',
    'HEAD^{tree}',
    '$(id)',
    'é',
  ])('of no branch: %j', (name) => {
    expect(isBranchName(name)).toBe(false)
  })

  it('of revisions are whole object ids', () => {
    expect(isRevision('a'.repeat(40))).toBe(true)
    expect(
      ['main', 'a'.repeat(39), 'A'.repeat(40), `${'a'.repeat(40)}\n`, `-${'a'.repeat(40)}`].filter(isRevision),
    ).toEqual([])
  })
})
