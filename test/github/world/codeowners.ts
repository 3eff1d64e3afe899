import { readBlob } from './git/trees.ts'
import type { Repository } from './repositories.ts'

export type OwnerLine = { readonly pattern: string; readonly owners: readonly string[] }

// The first of these that exists counts, as GitHub's documentation orders them.
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']

/** CODEOWNERS of a commit; none where there is no such file. */
export async function readOwners(repo: Repository, revision: string): Promise<OwnerLine[]> {
  for (const place of PLACES) {
    const content = await readBlob(repo.gitDir, `${revision}:${place}`)
    if (content) return parseOwners(content.toString())
  }
  return []
}

export function parseOwners(text: string): OwnerLine[] {
  return text.split('\n').flatMap((line) => {
    const [pattern, ...owners] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    return pattern === undefined || pattern === ''
      ? []
      : [{ pattern, owners: owners.map((owner) => owner.replace(/^@/, '')) }]
  })
}

/** Owners of a path, without the `@`: of the last line that matches. A line without owners takes them away. */
export function ownersOf(lines: readonly OwnerLine[], path: string): readonly string[] {
  return lines.findLast((line) => matchesGitPattern(line.pattern, path))?.owners ?? []
}

/** As a line of .gitignore, which CODEOWNERS follows except for `!`, `[ ]` and `\#`. */
export function matchesGitPattern(pattern: string, path: string): boolean {
  const anchored = pattern.replace(/\/$/, '').includes('/')
  const plain = pattern.replace(/^\//, '').replace(/\/$/, '')
  const expression = plain
    .split(/(\/\*\*\/|\*\*\/|\/\*\*|\*|\?)/)
    .map((part) => {
      if (part === '/**/') return '/(?:.*/)?'
      if (part === '**/') return '(?:.*/)?'
      if (part === '/**') return '/.*'
      if (part === '*') return '[^/]*'
      return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\*]/g, '\\$&')
    })
    .join('')
  // `docs/*` owns what lies directly in docs and no deeper; a plain name owns the whole folder.
  const below = pattern.endsWith('/') ? '/.*' : /\/\*$/.test(plain) ? '' : '(?:/.*)?'
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${expression}${below}$`, 's').test(path)
}
