/**
 * A small language of patterns that is matched in linear time, for patterns that others wrote: what rulesets of a forge hold.
 * Letters, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {n,m}`, `^ $ \A \z`, and `(?i)` or `(?m)` at the start. No looking around, no going back.
 */
export type Pattern = { readonly start: number; readonly states: readonly State[] }

type Test = (code: number) => boolean
type Place = 'start' | 'end' | 'edge'
type State =
  | { readonly kind: 'split'; to: readonly number[] }
  | { readonly kind: 'sign'; readonly test: Test; to: number }
  | { readonly kind: 'at'; readonly place: Place; readonly anyLine: boolean; to: number }
  | { readonly kind: 'end' }

const MOST_LETTERS = 1000
const MOST_STATES = 20_000

type Node =
  | { readonly is: 'sign'; readonly test: Test }
  | { readonly is: 'at'; readonly place: Place; readonly anyLine: boolean }
  | { readonly is: 'row'; readonly parts: readonly Node[] }
  | { readonly is: 'one'; readonly parts: readonly Node[] }
  | { readonly is: 'times'; readonly part: Node; readonly least: number; readonly most: number }

/** Thrown inside this file alone, at what the language does not have. */
class Unknown extends Error {}

/** Undefined for a pattern that is broken, or asks for more than this language has. */
export function parsePattern(text: string): Pattern | undefined {
  if (text.length > MOST_LETTERS) return undefined
  const flags = /^\(\?([ims]{1,3})\)/.exec(text)
  const reader = new Reader(text.slice(flags?.[0].length ?? 0), flags?.[1] ?? '')
  try {
    const node = reader.whole()
    const states: State[] = []
    const end = add(states, { kind: 'end' })
    return { start: build(states, node, end), states }
  } catch (error) {
    if (error instanceof Unknown) return undefined
    throw error
  }
}

class Reader {
  readonly #text: readonly string[]
  readonly #caseless: boolean
  readonly #anyLine: boolean
  readonly #dotAll: boolean
  #at = 0
  #depth = 0

  constructor(text: string, flags: string) {
    this.#text = [...text]
    this.#caseless = flags.includes('i')
    this.#anyLine = flags.includes('m')
    this.#dotAll = flags.includes('s')
  }

  whole(): Node {
    const node = this.#choice()
    if (this.#at < this.#text.length) throw new Unknown(')')
    return node
  }

  #choice(): Node {
    this.#depth += 1
    if (this.#depth > 50) throw new Unknown('depth')
    const parts = [this.#row()]
    while (this.#take('|')) parts.push(this.#row())
    this.#depth -= 1
    return parts.length === 1 && parts[0] ? parts[0] : { is: 'one', parts }
  }

  #row(): Node {
    const parts: Node[] = []
    for (
      let sign = this.#text[this.#at];
      sign !== undefined && sign !== '|' && sign !== ')';
      sign = this.#text[this.#at]
    ) {
      parts.push(this.#times(this.#atom()))
    }
    return { is: 'row', parts }
  }

  #times(part: Node): Node {
    const [least, most] = this.#count() ?? []
    if (least === undefined || most === undefined) return part
    // A lazy count finds the same texts; a possessive one is not in this language.
    this.#take('?')
    if (part.is === 'at' || ['*', '+', '?'].includes(this.#text[this.#at] ?? '')) throw new Unknown('count')
    return { is: 'times', part, least, most }
  }

  #count(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#take('?')) return [0, 1]
    if (this.#text[this.#at] !== '{') return undefined
    const written = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(this.#text.slice(this.#at, this.#at + 9).join(''))
    if (written === null) throw new Unknown('{')
    this.#at += written[0].length
    const least = Number(written[1])
    const most =
      written[2] === undefined ? least : written[3] === undefined ? Number.POSITIVE_INFINITY : Number(written[3])
    if (most < least) throw new Unknown('{')
    return [least, most]
  }

  #atom(): Node {
    const sign = this.#next()
    switch (sign) {
      case '^':
        return { is: 'at', place: 'start', anyLine: this.#anyLine }
      case '$':
        return { is: 'at', place: 'end', anyLine: this.#anyLine }
      case '.':
        return { is: 'sign', test: (code) => this.#dotAll || code !== 10 }
      case '(':
        return this.#group()
      case '[':
        return { is: 'sign', test: this.#class() }
      case '\\':
        return this.#escaped()
      case '*':
      case '+':
      case '?':
      case '{':
        throw new Unknown(sign)
      default:
        return { is: 'sign', test: this.#letter(sign) }
    }
  }

  #group(): Node {
    if (this.#take('?') && !(this.#take(':') || this.#named())) throw new Unknown('(?')
    const node = this.#choice()
    if (!this.#take(')')) throw new Unknown('(')
    return node
  }

  #named(): boolean {
    const name = /^P?<\w{1,32}>/.exec(this.#text.slice(this.#at, this.#at + 40).join(''))
    this.#at += name?.[0].length ?? 0
    return name !== null
  }

  #escaped(): Node {
    const sign = this.#next()
    if (sign === 'A') return { is: 'at', place: 'start', anyLine: false }
    if (sign === 'z') return { is: 'at', place: 'end', anyLine: false }
    if (sign === 'b') return { is: 'at', place: 'edge', anyLine: false }
    return { is: 'sign', test: this.#escape(sign) }
  }

  #escape(sign: string): Test {
    const known = FAMILIES[sign]
    if (known !== undefined) return known
    if (/[A-Za-z0-9]/.test(sign)) throw new Unknown(`\\${sign}`)
    return this.#letter(sign)
  }

  #letter(sign: string): Test {
    if (!this.#caseless) return (code) => code === sign.codePointAt(0)
    return (code) => String.fromCodePoint(code).toLowerCase() === sign.toLowerCase()
  }

  #class(): Test {
    const not = this.#take('^')
    const tests: Test[] = []
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) tests.push(this.#inClass())
    this.#at += 1
    return (code) => tests.some((test) => test(code)) !== not
  }

  #inClass(): Test {
    const from = this.#next()
    if (from === '[') throw new Unknown('[[')
    const test = from === '\\' ? this.#escape(this.#next()) : this.#letter(from)
    if (from === '\\' || this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') return test
    this.#at += 1
    const to = this.#next()
    if (to === '\\' || to < from) throw new Unknown('-')
    const inside = (sign: string) => sign >= from && sign <= to
    return (code) => {
      const sign = String.fromCodePoint(code)
      return inside(sign) || (this.#caseless && (inside(sign.toLowerCase()) || inside(sign.toUpperCase())))
    }
  }

  #next(): string {
    const sign = this.#text[this.#at]
    if (sign === undefined) throw new Unknown('end')
    this.#at += 1
    return sign
  }

  #take(sign: string): boolean {
    const there = this.#text[this.#at] === sign
    if (there) this.#at += 1
    return there
  }
}

const isDigit: Test = (code) => code >= 48 && code <= 57
const isWord: Test = (code) => isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isBlank: Test = (code) => code === 32 || (code >= 9 && code <= 13)
const FAMILIES: Readonly<Record<string, Test>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isBlank,
  S: (code) => !isBlank(code),
  n: (code) => code === 10,
  r: (code) => code === 13,
  t: (code) => code === 9,
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
