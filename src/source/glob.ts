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
  /** Whether `{a,b}` stands for both; yes where it is not said. */
  readonly braces?: boolean
  /** Whether `**` passes `/` where `*` does not; yes where it is not said. */
  readonly deep?: boolean
}

const LENGTH = 512
const ALTERNATIVES = 64

/** Where the brace that opens at `open` ends, and its commas; undefined where it is never closed. */
function brace(
  pattern: string,
  open: number,
): { readonly close: number; readonly commas: readonly number[] } | undefined {
  const commas: number[] = []
  let depth = 0
  for (let at = open; at < pattern.length; at += 1) {
    const char = pattern.charAt(at)
    if (char === '\\') at += 1
    else if (char === '{') depth += 1
    else if (char === ',' && depth === 1) commas.push(at)
    else if (char === '}') depth -= 1
    if (depth === 0) return { close: at, commas }
  }
  return undefined
}

/** `{a,b}` written out, braces in braces too. Undefined when there are too many. */
function alternatives(pattern: string, from = 0): readonly string[] | undefined {
  const open = openBrace(pattern, from)
  if (open < 0) return [pattern]
  const found = brace(pattern, open)
  if (found === undefined) return [pattern]
  const cuts = [open, ...found.commas, found.close]
  const done: string[] = []
  for (let index = 1; index < cuts.length; index += 1) {
    const option = pattern.slice((cuts[index - 1] ?? 0) + 1, cuts[index])
    const rest = alternatives(pattern.slice(0, open) + option + pattern.slice(found.close + 1), open)
    if (rest === undefined || done.length + rest.length > ALTERNATIVES) return undefined
    done.push(...rest)
  }
  return done
}

function openBrace(pattern: string, from: number): number {
  for (let at = from; at < pattern.length; at += 1) {
    if (pattern.charAt(at) === '\\') at += 1
    else if (pattern.charAt(at) === '{') return at
  }
  return -1
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
      const deep = at > start && style.deep !== false
      const whole = deep && (start === 0 || pattern.charAt(start - 1) === '/') && pattern.charAt(at + 1) === '/'
      if (whole && !style.crossing) {
        found.push({ is: 'dirs' }, { is: 'dir-name' })
        at += 1
      } else found.push({ is: deep || style.crossing ? 'deep' : 'star' })
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
  const written = pattern.length > LENGTH ? undefined : style.braces === false ? [pattern] : alternatives(pattern)
  const lists = (written ?? []).map((one) => tokens(one, style))
  return (path) => lists.some((list) => matches(list, path, style))
}
