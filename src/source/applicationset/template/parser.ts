import { fail, unsupported } from './failure.ts'
import { type Piece, pieces, type Token } from './lexer.ts'
import type { GoValue } from './value.ts'

export type Operand =
  | { readonly is: 'value'; readonly value: GoValue }
  | { readonly is: 'dot' }
  | { readonly is: 'variable'; readonly name: string }
  | { readonly is: 'pipeline'; readonly pipeline: Pipeline }
  | { readonly is: 'function'; readonly name: string }

/** An operand with the fields that are read from it: `$x.a.b`. */
export type Term = { readonly operand: Operand; readonly fields: readonly string[] }

/** A function with its arguments, or a single term. */
export type Command = { readonly head: Term; readonly rest: readonly Term[] }

export type Pipeline = {
  readonly variables: readonly string[]
  /** `:=` makes the variables, `=` sets them. */
  readonly declares: boolean
  readonly commands: readonly Command[]
}

export type Block = readonly Node[]

export type Node =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'print'; readonly pipeline: Pipeline }
  | {
      readonly is: 'if' | 'with' | 'range'
      readonly pipeline: Pipeline
      readonly body: Block
      readonly otherwise: Block
    }
  | { readonly is: 'break' | 'continue' }

const DEPTH = 64

/** Reads the tokens of one action. */
class Tokens {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead]
  }

  take(): Token | undefined {
    this.#at += 1
    return this.#tokens[this.#at - 1]
  }

  end(): void {
    if (this.peek() !== undefined) fail('an action of a template has a part too many')
  }

  pipeline(): Pipeline {
    this.#depth += 1
    if (this.#depth > DEPTH) fail('a template is nested too deep')
    const { variables, declares } = this.#declaration()
    const commands: Command[] = [this.#command()]
    while (this.peek()?.is === '|') {
      this.take()
      commands.push(this.#command())
    }
    this.#depth -= 1
    return { variables, declares, commands }
  }

  /** `$x :=`, `$x =` and `$k, $v :=`. */
  #declaration(): { variables: readonly string[]; declares: boolean } {
    const names: string[] = []
    for (let ahead = 0; ; ahead += 2) {
      const [variable, sign] = [this.peek(ahead), this.peek(ahead + 1)]
      if (variable?.is !== 'variable' || sign === undefined) return { variables: [], declares: false }
      names.push(variable.value)
      if (sign.is === ',' && names.length < 2) continue
      if (sign.is !== ':=' && sign.is !== '=') return { variables: [], declares: false }
      for (let taken = 0; taken < ahead + 2; taken += 1) this.take()
      return { variables: names, declares: sign.is === ':=' }
    }
  }

  #command(): Command {
    const head = this.#term()
    const rest: Term[] = []
    for (let next = this.peek(); next !== undefined && next.is !== ')' && next.is !== '|'; next = this.peek()) {
      if (!next.spaced) fail('an action of a template lacks a space')
      rest.push(this.#term())
    }
    return { head, rest }
  }

  #term(): Term {
    const operand = this.#operand()
    const fields: string[] = []
    for (let next = this.peek(); next?.is === 'field' && !next.spaced; next = this.peek()) {
      fields.push(next.value)
      this.take()
    }
    return { operand, fields }
  }

  #operand(): Operand {
    const token = this.peek()
    if (token === undefined) return fail('an action of a template is not complete')
    // `.a` is a field of the dot: the term reads it as such.
    if (token.is === 'field') return this.#dotField()
    this.take()
    switch (token.is) {
      case 'dot':
        return { is: 'dot' }
      case 'variable':
        return { is: 'variable', name: token.value }
      case 'text':
      case 'number':
        return { is: 'value', value: token.value }
      case 'word':
        return word(token.value)
      case '(': {
        const pipeline = this.pipeline()
        if (this.take()?.is !== ')') fail('a parenthesis of a template is not closed')
        return { is: 'pipeline', pipeline }
      }
      default:
        return fail(`${JSON.stringify(token.is)} is not expected in a template`)
    }
  }

  #dotField(): Operand {
    const token = this.take()
    const name = token?.is === 'field' ? token.value : ''
    return {
      is: 'pipeline',
      pipeline: {
        variables: [],
        declares: false,
        commands: [{ head: { operand: { is: 'dot' }, fields: [name] }, rest: [] }],
      },
    }
  }
}

function word(name: string): Operand {
  if (name === 'true' || name === 'false') return { is: 'value', value: name === 'true' }
  if (name === 'nil') return { is: 'value', value: null }
  return { is: 'function', name }
}

type Ended = { readonly block: Block; readonly by: 'end' | 'else' | 'eof'; readonly tokens: Tokens }

/** Turns the pieces of a template into nested blocks. */
class Blocks {
  readonly #pieces: readonly Piece[]
  #at = 0

  constructor(list: readonly Piece[]) {
    this.#pieces = list
  }

  block(depth: number): Ended {
    if (depth > DEPTH) fail('a template is nested too deep')
    const nodes: Node[] = []
    for (;;) {
      const piece = this.#pieces[this.#at]
      this.#at += 1
      if (piece === undefined) return { block: nodes, by: 'eof', tokens: new Tokens([]) }
      if ('text' in piece) {
        nodes.push({ is: 'text', text: piece.text })
        continue
      }
      const tokens = new Tokens(piece.action)
      const first = tokens.peek()
      const keyword = first?.is === 'word' ? first.value : ''
      if (keyword === 'end' || keyword === 'else') {
        tokens.take()
        return { block: nodes, by: keyword, tokens }
      }
      nodes.push(...this.#node(keyword, tokens, depth))
    }
  }

  #node(keyword: string, tokens: Tokens, depth: number): readonly Node[] {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        tokens.take()
        return [this.#control(keyword, tokens, depth)]
      case 'break':
      case 'continue':
        return [{ is: keyword }]
      case 'define':
      case 'block':
      case 'template':
        return unsupported(`{{ ${keyword} }} is not built here`)
      default: {
        const pipeline = tokens.pipeline()
        tokens.end()
        return [{ is: 'print', pipeline }]
      }
    }
  }

  #control(is: 'if' | 'with' | 'range', tokens: Tokens, depth: number): Node {
    const pipeline = tokens.pipeline()
    tokens.end()
    const body = this.block(depth + 1)
    if (body.by === 'eof') fail(`{{ ${is} }} has no end`)
    const otherwise = body.by === 'else' ? this.#otherwise(body.tokens, depth) : []
    return { is, pipeline, body: body.block, otherwise }
  }

  #otherwise(tokens: Tokens, depth: number): Block {
    const next = tokens.peek()
    if (next?.is === 'word' && (next.value === 'if' || next.value === 'with')) {
      tokens.take()
      return [this.#control(next.value, tokens, depth + 1)]
    }
    const rest = this.block(depth + 1)
    if (rest.by !== 'end') fail('{{ else }} has no end')
    return rest.block
  }
}

/** Reads a Go template. Throws TemplateFailure. */
export function parseTemplate(template: string): Block {
  const { block, by } = new Blocks(pieces(template)).block(0)
  if (by !== 'eof') fail(`{{ ${by} }} belongs to nothing`)
  return block
}
