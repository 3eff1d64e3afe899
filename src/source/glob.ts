/**
 * Globs of people and clusters, matched in time proportional to pattern times text: a pattern with many stars can't stall the process,
 * as a regular expression made of it could.
 */
type Token =
  | { readonly is: 'char'; readonly char: string }
  | { readonly is: 'one' }
  | { readonly is: 'star' }
  | { readonly is: 'deep' }
  // `**/`: any number of whole directories. Two states, before and within a name.
  | { readonly is: 'dirs' }
  | { readonly is: 'dir-name' }
  | { readonly is: 'set'; readonly not: boolean; readonly ranges: readonly (readonly [string, string])[] }

export type GlobStyle = {
  /** Whether `*` and `?` pass `/`. */
  readonly crossing: boolean
}

const LENGTH = 512
const ALTERNATIVES = 64

/** `{a,b}` written out; braces in braces are left as text. Undefined when there are too many. */
function alternatives(pattern: string): readonly string[] | undefined {
  let done: readonly string[] = ['']
  let rest = pattern
  for (;;) {
    const match = /\{([^{}]*,[^{}]*)\}/.exec(rest)
    if (match === null) return done.map((text) => text + rest)
    const before = rest.slice(0, match.index)
    const options = (match[1] ?? '').split(',')
    if (done.length * options.length > ALTERNATIVES) return undefined
    done = done.flatMap((text) => options.map((option) => text + before + option))
    rest = rest.slice(match.index + match[0].length)
  }
}

function setToken(body: string): Token {
  const not = body.startsWith('!') || body.startsWith('^')
  const ranges = [...body.slice(not ? 1 : 0).matchAll(/(.)-(.)|(.)/gs)].map(
    ([, from, to, single]): [string, string] => [from ?? single ?? '', to ?? single ?? ''],
  )
  return { is: 'set', not, ranges }
}

function tokens(pattern: string, style: GlobStyle): readonly Token[] {
  const found: Token[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at)
    const close = char === '[' ? pattern.indexOf(']', at + 2) : -1
    if (char === '\\' && at + 1 < pattern.length) {
      at += 1
      found.push({ is: 'char', char: pattern.charAt(at) })
    } else if (char === '*') {
      const start = at
      while (pattern.charAt(at + 1) === '*') at += 1
      const whole = at > start && (start === 0 || pattern.charAt(start - 1) === '/') && pattern.charAt(at + 1) === '/'
      if (whole && !style.crossing) {
        found.push({ is: 'dirs' }, { is: 'dir-name' })
        at += 1
      } else found.push({ is: at > start || style.crossing ? 'deep' : 'star' })
    } else if (char === '?') found.push({ is: 'one' })
    else if (close > 0) {
      found.push(setToken(pattern.slice(at + 1, close)))
      at = close
    } else found.push({ is: 'char', char })
  }
  return found
}

function accepts(token: Token, char: string, style: GlobStyle): boolean {
  if (token.is === 'char') return token.char === char
  if (char === '/' && !style.crossing) return false
  if (token.is === 'one') return true
  if (token.is !== 'set') return false
  return token.ranges.some(([from, to]) => from <= char && char <= to) !== token.not
}

/** Adds a state and those that are reached from it without a character. */
function reach(states: Set<number>, list: readonly Token[], state: number): void {
  if (states.has(state)) return
  states.add(state)
  const token = list[state]
  if (token?.is === 'star' || token?.is === 'deep') reach(states, list, state + 1)
  if (token?.is === 'dirs') reach(states, list, state + 2)
}

function advance(list: readonly Token[], state: number, char: string, style: GlobStyle): number | undefined {
  const token = list[state]
  if (token === undefined) return undefined
  switch (token.is) {
    case 'deep':
      return state
    case 'star':
      return char === '/' ? undefined : state
    case 'dirs':
      return char === '/' ? undefined : state + 1
    case 'dir-name':
      return char === '/' ? state - 1 : state
    default:
      return accepts(token, char, style) ? state + 1 : undefined
  }
}

function matches(list: readonly Token[], text: string, style: GlobStyle): boolean {
  let states = new Set<number>()
  reach(states, list, 0)
  for (const char of text) {
    const next = new Set<number>()
    for (const state of states) {
      const reached = advance(list, state, char, style)
      if (reached !== undefined) reach(next, list, reached)
    }
    states = next
    if (states.size === 0) return false
  }
  return states.has(list.length)
}

/** A test for paths: `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}` and `\` before a character. A pattern over the limits matches nothing. */
export function globMatcher(pattern: string, style: GlobStyle): (path: string) => boolean {
  const written = pattern.length > LENGTH ? undefined : alternatives(pattern)
  const lists = (written ?? []).map((one) => tokens(one, style))
  return (path) => lists.some((list) => matches(list, path, style))
}
