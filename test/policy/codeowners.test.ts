import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matchesOwnerPattern, ownersOf, parseCodeowners } from '../../src/policy/index.ts'
import { size } from '../fakes/size.ts'

/** The examples of docs.github.com (about code owners). */
const EXAMPLE = `# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
my\\ file.md @space
`

function owners(path: string, text = EXAMPLE): readonly string[] {
  return ownersOf(parseCodeowners(text), path).map((one) =>
    one.kind === 'user' ? `@${one.login}` : one.kind === 'team' ? `@${one.team}` : one.address,
  )
}

describe('CODEOWNERS', () => {
  it.each([
    ['README', ['@global-owner1', '@global-owner2']],
    ['src/a.js', ['@js-owner']],
    ['cmd/main.go', ['docs@example.com']],
    ['notes.txt', ['@octo-org/octocats']],
    ['build/logs/x.log', ['@octocat']],
    ['docs/getting-started.md', ['@doctocat']],
    ['docs/build-app/troubleshooting.md', ['@doctocat']],
    ['lib/apps/x', ['@octocat']],
    ['deeply/nested/logs/file', ['@octocat']],
    ['apps/github', []],
    ['apps/github/x.ts', []],
    ['apps/githubber', ['@octocat']],
    ['my file.md', ['@space']],
  ] as const)('%s', (path, expected) => {
    expect(owners(path)).toEqual(expected)
  })

  it.each([
    ['the last rule wins', '* @a\n*.md @b\n', 'x.md', ['@b']],
    ['a rule without owners takes them away', '* @a\n*.md\n', 'x.md', []],
    ['a negation is no rule', '* @a\n!*.md @b\n', 'x.md', ['@a']],
    ['a range is no rule', '* @a\n[x].md @b\n', 'x.md', ['@a']],
    ['an escaped hash is no rule', '* @a\n\\#x @b\n', '#x', ['@a']],
    ['a line with an owner that is none is skipped', '* @a\n*.md b\n', 'x.md', ['@a']],
    ['a last star does not reach into folders', 'docs/* @a\n', 'docs/a/b.md', []],
    ['a last star takes the files of the folder', 'docs/* @a\n', 'docs/b.md', ['@a']],
    ['letters count as they are written', '*.MD @a\n', 'x.md', []],
    ['Windows line ends are ends', '* @a\r\n*.md @b\r\n', 'x.md', ['@b']],
    ['a folder that is a file has nothing inside', 'apps/ @a\n', 'apps', []],
    ['a tab parts as a blank does', '*.md\t@a\t@b\n', 'x.md', ['@a', '@b']],
    ['a root pattern is of the root', '/x.md @a\n', 'y/x.md', []],
    ['a pattern with a slash is of the root', 'a/x.md @a\n', 'y/a/x.md', []],
  ] as const)('%s', (_says, text, path, expected) => {
    expect(owners(path, text)).toEqual(expected)
  })

  it('takes no time to speak of for patterns and paths that were made to take long', () => {
    const pattern = `${'*a'.repeat(500)}b`
    const started = performance.now()
    expect(matchesOwnerPattern(pattern, 'a'.repeat(4000))).toBe(false)
    expect(matchesOwnerPattern(Array(200).fill('**/a').join('/'), Array(2000).fill('a').join('/'))).toBe(true)
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('reads any text without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, path) => {
        ownersOf(parseCodeowners(text), path)
      }),
      { numRuns: 300, seed: 3 },
    )
  })
})

describe('CODEOWNERS and .gitignore, where they agree', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'owners-'))
    execFileSync('git', ['init', '-q', folder])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const name = fc.stringMatching(/^[ab](?:[ab.]{0,2}[ab])?$/)
  const part = fc.oneof(
    name,
    fc.stringMatching(/^[ab*?]{1,3}$/).filter((text) => !text.includes('**')),
  )
  const pattern = fc
    .tuple(
      fc.constantFrom('', '/'),
      fc.array(fc.oneof(part, part, fc.constant('**')), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '/'),
    )
    .filter(([, parts]) => parts.at(-1) !== '*' && !/\*\*\/\*\*/.test(parts.join('/')) && parts.at(-1) !== '**')
    .map(([start, parts, end]) => `${start}${parts.join('/')}${end}`)
  const paths = fc.uniqueArray(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
    { minLength: 30, maxLength: 30 },
  )

  it('match the same files', () => {
    fc.assert(
      fc.property(pattern, paths, (one, all) => {
        writeFileSync(join(folder, '.gitignore'), `${one}\n`)
        const answer = spawnIgnored(folder, all)
        const ours = all.filter((path) => matchesOwnerPattern(one, path))
        expect({ one, matched: [...ours].sort() }).toEqual({ one, matched: [...answer].sort() })
      }),
      { numRuns: size(80, 5000), seed: 7 },
    )
  })
})

/** Nothing of the paths is on disk, so each is taken for a file. */
function spawnIgnored(folder: string, paths: readonly string[]): readonly string[] {
  try {
    const out = execFileSync('git', ['-C', folder, 'check-ignore', '--no-index', '--stdin', '-z'], {
      input: paths.join('\0'),
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    return out
      .toString()
      .split('\0')
      .filter((path) => path !== '')
  } catch {
    // It ends with 1 where nothing is ignored.
    return []
  }
}
