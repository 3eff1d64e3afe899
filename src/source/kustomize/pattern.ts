/**
 * The part of Go's regular expressions that selectors use, matched in time linear in the text: patterns come from repositories,
 * and JavaScript's own engine can be made to run for ever by one. Literals, `.`, classes, groups, `|`, `* + ? {m,n}`, `^ $`, `\d \w \s`.
 */
export type Pattern = {
  /** Whether the pattern matches somewhere in `text`. */
  found(text: string): boolean
}

type Test = (character: string) => boolean

type Node =
  | { readonly is: 'empty' | 'start' | 'end' }
  | { readonly is: 'one'; readonly test: Test }
  | { readonly is: 'all' | 'any'; readonly parts: readonly Node[] }
  | { readonly is: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }

type Step =
  | { readonly op: 'one'; readonly test: Test }
  | { op: 'fork'; readonly to: number[] }
  | { readonly op: 'start' | 'end' | 'done' }

/** `emitted` counts parts rather than steps, since a repeated empty group makes none. */
type Program = { readonly steps: Step[]; emitted: number }

const MAX_PATTERN = 1_000
const MAX_STEPS = 5_000
const MAX_GROUPS = 50

class Invalid extends Error {}

/** Undefined when the pattern is not valid, or is larger than any that people write. */
export function compilePattern(source: string): Pattern | undefined {
  if (source.length > MAX_PATTERN) return undefined
  try {
    const program: Program = { steps: [], emitted: 0 }
    emit(program, new Reader(source).whole())
    program.steps.push({ op: 'done' })
    return { found: (text) => run(program.steps, [...text]) }
  } catch (error) {
    if (error instanceof Invalid) return undefined
    throw error
  }
}

/** The pattern anchored at both ends, as selectors use it. */
export function compileWhole(source: string): Pattern | undefined {
  if (/^[\w-]{1,253}$/.test(source)) return { found: (text) => text === source }
  return compilePattern(`^(?:${source})$`)
}

class Reader {
  readonly characters: readonly string[]
  at = 0
  depth = 0

  constructor(source: string) {
    this.characters = [...source]
  }

  whole(): Node {
    const node = this.alternatives()
    if (this.at < this.characters.length) throw new Invalid()
    return node
  }

  alternatives(): Node {
    const parts = [this.sequence()]
    while (this.take('|')) parts.push(this.sequence())
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { is: 'any', parts }
  }

  sequence(): Node {
    const parts: Node[] = []
    for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
      parts.push(this.repeated())
    }
    return { is: 'all', parts }
  }

  repeated(): Node {
    let node = this.atom()
    for (let bounds = this.quantifier(); bounds !== undefined; bounds = this.quantifier()) {
      // A lazy quantifier matches the same texts, and which part matched is never asked.
      this.take('?')
      node = { is: 'repeat', part: node, least: bounds[0], most: bounds[1] }
    }
    return node
  }

  quantifier(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.take('?')) return [0, 1]
    const rest = this.characters.slice(this.at, this.at + 16).join('')
    const match = /^\{(\d+)(,(\d*))?\}/.exec(rest)
    if (match === null) return undefined
    this.at += match[0].length
    const least = Number(match[1])
    const most = match[2] === undefined ? least : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3])
    if (least > 1000 || most < least) throw new Invalid()
    return [least, most]
  }

  atom(): Node {
    const next = this.characters[this.at++]
    switch (next) {
      case '(':
        return this.group()
      case '[':
        return { is: 'one', test: this.set() }
      case '.':
        return { is: 'one', test: (character) => character !== '\n' }
      case '^':
        return { is: 'start' }
      case '$':
        return { is: 'end' }
      case '\\':
        return this.escaped()
      case '*':
      case '+':
      case '?':
      case undefined:
        throw new Invalid()
      default:
        return { is: 'one', test: (character) => character === next }
    }
  }

  group(): Node {
    if (this.take('?') && !this.take(':')) throw new Invalid()
    this.depth += 1
    if (this.depth > MAX_GROUPS) throw new Invalid()
    const node = this.alternatives()
    if (!this.take(')')) throw new Invalid()
    this.depth -= 1
    return node
  }

  escaped(): Node {
    const letter = this.characters[this.at++]
    if (letter === 'A') return { is: 'start' }
    if (letter === 'z') return { is: 'end' }
    return { is: 'one', test: escapeTest(letter) }
  }

  set(): Test {
    const negated = this.take('^')
    const tests: Test[] = []
    for (let first = true; first || this.peek() !== ']'; first = false) tests.push(this.setItem())
    this.at += 1
    return (character) => tests.some((test) => test(character)) !== negated
  }

  setItem(): Test {
    const low = this.characters[this.at++]
    if (low === undefined || low === '[') throw new Invalid()
    if (low === '\\') return escapeTest(this.characters[this.at++])
    const high = this.characters[this.at + 1]
    if (this.peek() !== '-' || high === undefined || high === ']') return (character) => character === low
    if (high === '\\' || high < low) throw new Invalid()
    this.at += 2
    return (character) => character >= low && character <= high
  }

  peek(): string | undefined {
    return this.characters[this.at]
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false
    this.at += 1
    return true
  }
}

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['d', /^[0-9]$/],
  ['D', /^[^0-9]$/],
  ['w', /^[0-9A-Za-z_]$/],
  ['W', /^[^0-9A-Za-z_]$/],
  ['s', /^[\t\n\f\r ]$/],
  ['S', /^[^\t\n\f\r ]$/],
])

function escapeTest(letter: string | undefined): Test {
  if (letter === undefined) throw new Invalid()
  const known = CLASSES.get(letter)
  if (known !== undefined) return (character) => known.test(character)
  if (/^[0-9A-Za-z]$/.test(letter)) throw new Invalid()
  return (character) => character === letter
}

function emit(program: Program, node: Node): void {
  program.emitted += 1
  if (program.emitted > MAX_STEPS) throw new Invalid()
  switch (node.is) {
    case 'empty':
      return
    case 'start':
    case 'end':
      program.steps.push({ op: node.is })
      return
    case 'one':
      program.steps.push({ op: 'one', test: node.test })
      return
    case 'all':
      for (const part of node.parts) emit(program, part)
      return
    case 'any':
      emitAny(program, node.parts)
      return
    case 'repeat':
      emitRepeat(program, node.part, node.least, node.most)
      return
    default:
      node satisfies never
  }
}

function fork(program: Program): number[] {
  const to: number[] = []
  program.steps.push({ op: 'fork', to })
  return to
}

function emitAny(program: Program, parts: readonly Node[]): void {
  const starts = fork(program)
  const ends: number[][] = []
  for (const part of parts) {
    starts.push(program.steps.length)
    emit(program, part)
    ends.push(fork(program))
  }
  for (const end of ends) end.push(program.steps.length)
}

function emitRepeat(program: Program, part: Node, least: number, most: number): void {
  for (let count = 0; count < least; count += 1) emit(program, part)
  if (most === Number.POSITIVE_INFINITY) {
    const start = program.steps.length
    const choice = fork(program)
    choice.push(program.steps.length)
    emit(program, part)
    fork(program).push(start)
    choice.push(program.steps.length)
    return
  }
  const skips: number[][] = []
  for (let count = least; count < most; count += 1) {
    const choice = fork(program)
    choice.push(program.steps.length)
    skips.push(choice)
    emit(program, part)
  }
  for (const skip of skips) skip.push(program.steps.length)
}

/** Runs all alternatives side by side, one character at a time. */
function run(steps: readonly Step[], text: readonly string[]): boolean {
  let now = new Set<number>()
  for (let at = 0; at <= text.length; at += 1) {
    follow(steps, 0, at, text.length, now)
    const character = text[at]
    const next = new Set<number>()
    for (const index of now) {
      const step = steps[index]
      if (step?.op === 'done') return true
      if (character !== undefined && step?.op === 'one' && step.test(character))
        follow(steps, index + 1, at + 1, text.length, next)
    }
    now = next
  }
  return false
}

function follow(steps: readonly Step[], from: number, at: number, length: number, into: Set<number>): void {
  const open = [from]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (into.has(index)) continue
    into.add(index)
    const step = steps[index]
    if (step?.op === 'fork') open.push(...step.to)
    else if (step?.op === 'start' && at === 0) open.push(index + 1)
    else if (step?.op === 'end' && at === length) open.push(index + 1)
  }
}
