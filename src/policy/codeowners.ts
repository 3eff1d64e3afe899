/** Where a forge looks for the file, in this order; the first that is there counts. */
export const CODEOWNERS_PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const

/** A larger file is not read by the forge either, and then nobody owns anything (docs.github.com, about code owners). */
export const CODEOWNERS_MOST_BYTES = 3 * 1024 * 1024

/** `@login`, `@organisation/team` or an address of mail, as written but for the @. */
export type CodeOwner =
  | { readonly kind: 'user'; readonly login: string }
  | { readonly kind: 'team'; readonly team: string }
  | { readonly kind: 'mail'; readonly address: string }

export type OwnerRule = {
  readonly line: number
  readonly pattern: string
  /** Empty says that nobody owns what the pattern matches. */
  readonly owners: readonly CodeOwner[]
}

/** Rules in the order of the file, without the lines that the forge skips: negations, ranges, and owners that are none. */
export function parseCodeowners(text: string): readonly OwnerRule[] {
  return text.split('\n').flatMap((line, index) => ruleOf(line, index + 1) ?? [])
}

function ruleOf(line: string, number: number): OwnerRule | undefined {
  const [pattern, ...named] = wordsOf(line)
  if (pattern === undefined || !isPattern(pattern)) return undefined
  const owners: CodeOwner[] = []
  for (const word of named) {
    const owner = ownerOf(word)
    if (owner === undefined) return undefined
    owners.push(owner)
  }
  return { line: number, pattern, owners }
}

/** Words of a line up to a comment. A backslash keeps the blank after it in the word. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = []
  let word = ''
  for (let at = 0; at <= line.length; at += 1) {
    const sign = line[at]
    if (sign === '\\' && at + 1 < line.length) {
      word += sign + line[at + 1]
      at += 1
    } else if (sign === undefined || sign === ' ' || sign === '\t' || sign === '\r') {
      if (word !== '') words.push(word)
      word = ''
    } else if (sign === '#' && word === '') return words
    else word += sign
  }
  return words
}

/** No negation, no ranges, no `\#` (docs.github.com: syntax exceptions), nothing that could match no file. */
function isPattern(pattern: string): boolean {
  if (pattern.length > 1024 || pattern === '/' || /^(?:!|\\#)|\*\*\*|[[\]]/.test(pattern)) return false
  return pattern
    .replace(/^\/|\/$/g, '')
    .split('/')
    .every((part) => part !== '')
}

const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:_[A-Za-z0-9]{1,20})?$/

function ownerOf(word: string): CodeOwner | undefined {
  if (!word.startsWith('@')) {
    return /^[^@\s]{1,64}@[^@\s]{1,255}$/.test(word) ? { kind: 'mail', address: word } : undefined
  }
  const [name = '', team, ...rest] = word.slice(1).split('/')
  if (!LOGIN.test(name) || rest.length > 0) return undefined
  if (team === undefined) return { kind: 'user', login: name }
  return /^[\w.-]{1,100}$/.test(team) ? { kind: 'team', team: `${name}/${team}` } : undefined
}

/** Who owns a path: the owners of the last rule that matches it; none where no rule does. */
export function ownersOf(rules: readonly OwnerRule[], path: string): readonly CodeOwner[] {
  return rules.findLast(({ pattern }) => matchesOwnerPattern(pattern, path))?.owners ?? []
}

/**
 * Whether a pattern of CODEOWNERS matches a path from the root of the repository. As .gitignore, but a last `*` does not reach into folders.
 * Name by name, so the time is linear in the parts of the pattern times those of the path.
 */
export function matchesOwnerPattern(pattern: string, path: string): boolean {
  const parts = partsOf(pattern)
  const names = path.split('/')
  let reached = withDeep(parts, new Set([0]))
  for (const [depth, name] of names.entries()) {
    const next = new Set<number>()
    for (const at of reached) {
      const part = parts[at]
      if (part === '**') next.add(at)
      else if (part !== undefined && matchesName(part, name)) next.add(at + 1)
    }
    reached = withDeep(parts, next)
    // A matched folder owns what is in it; a last star names files alone.
    if (depth < names.length - 1 && reached.has(parts.length) && parts.at(-1) !== '*') return true
  }
  return reached.has(parts.length)
}

/** `/a` is at the root; `a` and `a/` anywhere; `a/b` at the root; `a/` is all that is inside. */
function partsOf(pattern: string): readonly string[] {
  const anchored = pattern.startsWith('/')
  const parts = pattern.slice(anchored ? 1 : 0).split('/')
  const single = parts.length === 1 || (parts.length === 2 && parts[1] === '')
  if (parts.at(-1) === '') parts[parts.length - 1] = '**'
  // A last `**` is what is inside of a folder, at any depth: the folder's own name is not.
  if (parts.at(-1) === '**') parts.push('*')
  return !anchored && single ? ['**', ...parts] : parts
}

/** `**` may also stand for no folder at all. */
function withDeep(parts: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (parts[at] === '**') reached.add(at + 1)
  return reached
}

/** `*` any letters of one name, `?` one of them, a backslash the letter after it. Greedy with one point of return: linear for each star. */
function matchesName(part: string, name: string): boolean {
  let [at, to] = [0, 0]
  let star = -1
  let kept = 0
  while (to < name.length) {
    const literal = part[at] === '\\' ? part[at + 1] : undefined
    const width = literal === undefined ? 1 : 2
    if (literal === undefined && part[at] === '*') {
      star = at
      kept = to
      at += 1
    } else if ((literal ?? part[at]) === name[to] || (literal === undefined && part[at] === '?')) {
      at += width
      to += 1
    } else if (star >= 0) {
      at = star + 1
      kept += 1
      to = kept
    } else return false
  }
  while (part[at] === '*') at += 1
  return at >= part.length
}
