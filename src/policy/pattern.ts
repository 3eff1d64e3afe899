import { isWord, type Node, type Place, readPattern, type Test, Unknown } from './pattern-reader.ts'

/**
 * A small language of patterns that is matched in linear time, for patterns that others wrote: what rulesets of a forge hold.
 * Letters, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {n,m}`, `^ $ \A \z`, and `(?i)` or `(?m)` at the start. No looking around, no going back.
 */
export type Pattern = { readonly start: number; readonly states: readonly State[] }

type State =
  | { readonly kind: 'split'; to: readonly number[] }
  | { readonly kind: 'sign'; readonly test: Test; to: number }
  | { readonly kind: 'at'; readonly place: Place; readonly anyLine: boolean; to: number }
  | { readonly kind: 'end' }

const MOST_LETTERS = 1000
const MOST_STATES = 20_000

/** Undefined for a pattern that is broken, or asks for more than this language has. */
export function parsePattern(text: string): Pattern | undefined {
  if (text.length > MOST_LETTERS) return undefined
  const flags = /^\(\?([ims]{1,3})\)/.exec(text)
  try {
    const node = readPattern(text.slice(flags?.[0].length ?? 0), flags?.[1] ?? '')
    const states: State[] = []
    const end = add(states, { kind: 'end' })
    return { start: build(states, node, end), states }
  } catch (error) {
    if (error instanceof Unknown) return undefined
    throw error
  }
}

function add(states: State[], state: State): number {
  if (states.length >= MOST_STATES) throw new Unknown('size')
  return states.push(state) - 1
}

/** Builds from the end to the beginning: `to` is where a match of the node goes on. */
function build(states: State[], node: Node, to: number): number {
  switch (node.is) {
    case 'sign':
      return add(states, { kind: 'sign', test: node.test, to })
    case 'at':
      return add(states, { kind: 'at', place: node.place, anyLine: node.anyLine, to })
    case 'row':
      return node.parts.reduceRight((next, part) => build(states, part, next), to)
    case 'one':
      return add(states, { kind: 'split', to: node.parts.map((part) => build(states, part, to)) })
    case 'times':
      return buildTimes(states, node, to)
    default:
      return node satisfies never
  }
}

function buildTimes(states: State[], { part, least, most }: Node & { is: 'times' }, to: number): number {
  let next = to
  if (most === Number.POSITIVE_INFINITY) {
    const loop: State & { kind: 'split' } = { kind: 'split', to: [] }
    next = add(states, loop)
    loop.to = [build(states, part, next), to]
  } else
    for (let count = least; count < most; count += 1)
      next = add(states, { kind: 'split', to: [build(states, part, next), to] })
  for (let count = 0; count < least; count += 1) next = build(states, part, next)
  return next
}

/** Whether the pattern matches somewhere in the text. */
export function patternFinds({ start, states }: Pattern, text: string): boolean {
  const codes = [...text].map((sign) => sign.codePointAt(0) ?? 0)
  let reached: ReadonlySet<number> = new Set()
  for (let at = 0; at <= codes.length; at += 1) {
    const now = closure(states, [...reached, start], codes, at)
    if (now === 'found') return true
    const next = new Set<number>()
    const code = codes[at]
    if (code === undefined) return false
    for (const one of now) {
      const state = states[one]
      if (state?.kind === 'sign' && state.test(code)) next.add(state.to)
    }
    reached = next
  }
  return false
}

function closure(
  states: readonly State[],
  from: readonly number[],
  codes: readonly number[],
  at: number,
): ReadonlySet<number> | 'found' {
  const seen = new Set<number>()
  const open = [...from]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (seen.has(one)) continue
    seen.add(one)
    const state = states[one]
    if (state?.kind === 'end') return 'found'
    if (state?.kind === 'split') open.push(...state.to)
    if (state?.kind === 'at' && isAt(state.place, state.anyLine, codes, at)) open.push(state.to)
  }
  return seen
}

function isAt(place: Place, anyLine: boolean, codes: readonly number[], at: number): boolean {
  if (place === 'edge') return wordAt(codes, at - 1) !== wordAt(codes, at)
  if (place === 'start') return at === 0 || (anyLine && codes[at - 1] === 10)
  return at === codes.length || (anyLine && codes[at] === 10)
}

function wordAt(codes: readonly number[], at: number): boolean {
  const code = codes[at]
  return code !== undefined && isWord(code)
}
