import fc from 'fast-check'
import type { FileChange, Proposal } from '../../src/domain/index.ts'
import { branchOf } from '../../src/proposal/index.ts'
import { CART, CART_LANE, FIRST_FILES, proposalOn } from './forge.ts'

const BRANCH = branchOf(CART_LANE, 'kintsugi')
const COMMIT = '1234567890123456789012345678901234567890'

/** What is no plain file, by path: its mode, and what it holds. */
export const ODD_FILES = {
  'apps/run.sh': { mode: '100755', content: '#!/bin/sh\n' },
  'apps/link.yaml': { mode: '120000', content: '../README.md' },
  'apps/out.yaml': { mode: '120000', content: '../../../etc/passwd' },
  'apps/linked': { mode: '120000', content: '../.github' },
  'apps/absolute': { mode: '120000', content: '/etc' },
  'apps/sub': { mode: '160000', content: COMMIT },
  'vendored/deep/sub': { mode: '160000', content: COMMIT },
} as const

/** The base that crafted plans are for: links, a submodule, an executable, and files that are never written. */
export const CRAFTED_FILES: Readonly<Record<string, string>> = {
  ...FIRST_FILES,
  '.github/workflows/ci.yaml': 'on: push\n',
  '.kintsugi/config.yaml': 'x: 1\n',
  '.gitattributes': '* text\n',
  'docs/CODEOWNERS': '* @acme/web\n',
  'outside/x.yaml': 'x: 1\n',
}

/** Bounds under which only the hard limits keep a plan from the root of the repository. */
export const CRAFTED_BOUNDS = { covers: (path: string) => !path.startsWith('outside/'), bases: ['main'] }

const NAMED = [
  'a/.github/x',
  'apps/.gitmodules',
  '../x',
  'a/../../x',
  '/x',
  '/etc/passwd',
  'a//b',
  'apps/./x',
  'git~1/x',
  'GITHUB~1/workflows/x.yml',
  'README.md/x',
  'apps',
  'C:/x',
  'apps\\..\\x',
  'outside/x.yaml',
  '.github::$INDEX_ALLOCATION/x',
  // Through what is not a folder, in the place of what is no plain file, and over one that may be run.
  ...Object.keys(ODD_FILES),
  'apps/link.yaml/x',
  'apps/linked/workflows/x.yml',
  'apps/absolute/passwd',
  'apps/sub/values.yaml',
  'vendored/deep/sub/.git/config',
]

const PROTECTED = [
  '.github/workflows/x.yml',
  '.github/x',
  '.git/config',
  '.git/hooks/update',
  '.gitmodules',
  '.gitattributes',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '.github/CODEOWNERS',
  '.kintsugi/config.yaml',
]

/** Letters that some file system takes for the same. */
const TWINS: Readonly<Record<string, readonly string[]>> = {
  k: ['K', '\u212a', '\uff4b'],
  s: ['S', '\u017f', '\uff33'],
  g: ['G', '\uff47'],
  i: ['I', '\uff49'],
}

const twin: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...PROTECTED), fc.infiniteStream(fc.nat(20)))
  .map(([path, numbers]) =>
    [...path]
      .map((letter) => {
        const choice = numbers.next().value ?? 0
        const all = [letter, letter.toLowerCase(), letter.toUpperCase(), ...(TWINS[letter.toLowerCase()] ?? [])]
        return all[choice % all.length] ?? letter
      })
      .join(''),
  )

/** A good path with something in it that no path may hold. */
const broken: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(CART, 'README.md'),
    fc.nat(),
    fc.constantFrom('\0', '\n', '\r', '\t', '\u007f', '\u200b', '\u202e', '\ufeff', '/../', '/./', '//', '\\', ':'),
  )
  .map(([path, at, what]) => {
    const place = at % (path.length + 1)
    return `${path.slice(0, place)}${what}${path.slice(place)}`
  })

const around: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('.github', '.git', '.kintsugi', '..', '.GitHub'), fc.string())
  .map((parts) => parts.join('/'))

const evil = fc.oneof(
  fc.constantFrom(...NAMED),
  twin,
  broken,
  around,
  fc.constantFrom(`${CART}.`, `${CART} `, `apps/${'x'.repeat(500)}`),
)

const file = (path: string): FileChange => ({ path, content: new TextEncoder().encode('x\n') })

/** Proposals each of which leaves the hard limits of PROTOCOL 8 in at least one way. */
export function craftedPlans(main: string): fc.Arbitrary<Proposal> {
  const good = proposalOn(main)
  return fc.oneof(
    { weight: 6, arbitrary: evil.map((path) => ({ ...good, files: [file(path)] })) },
    {
      weight: 3,
      arbitrary: fc.tuple(evil, evil).map((paths) => ({ ...good, files: [file(CART), ...paths.map(file)] })),
    },
    fc.integer({ min: 6, max: 30 }).map((count) => ({
      ...good,
      files: Array.from({ length: count }, (_, index) => file(`apps/${index}.yaml`)),
    })),
    fc.constant({ ...good, files: [{ path: CART, content: new Uint8Array(1_048_577) }] }),
    fc
      .constantFrom('main', 'kintsugi/x', 'kintsugi/audit', 'kintsugi/configure', `${BRANCH}-next`, 'x/y-12345678')
      .map((branch) => ({ ...good, branch })),
    fc
      .constantFrom('other', BRANCH, '-x', 'a..b', 'refs/heads/main')
      .map((branch) => proposalOn(main, { base: { branch, revision: main } })),
    fc.constantFrom('main', 'HEAD', '0'.repeat(40), '').map((revision) => proposalOn(revision)),
  )
}
