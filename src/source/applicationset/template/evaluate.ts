import { fail, TemplateFailure, unsupported } from './failure.ts'
import { functions } from './functions/index.ts'
import { isTrue } from './functions/logic.ts'
import type { Block, Command, Node, Pipeline, Term } from './parser.ts'
import { type GoValue, goText, isGoList, isGoMap, sortedEntries } from './value.ts'

const OUTPUT = 1024 * 1024
const STEPS = 200_000

type Signal = 'break' | 'continue' | undefined

/** What a template is run with, and what it has made so far. */
class Run {
  readonly #missingIsError: boolean
  readonly #root: GoValue
  #variables: { name: string; value: GoValue }[] = []
  #output: string[] = []
  #length = 0
  #steps = 0

  constructor(root: GoValue, missingIsError: boolean) {
    this.#root = root
    this.#missingIsError = missingIsError
    this.#variables.push({ name: '$', value: root })
  }

  text(): string {
    return this.#output.join('')
  }

  block(block: Block, dot: GoValue): Signal {
    const held = this.#variables.length
    for (const node of block) {
      const signal = this.#node(node, dot)
      if (signal !== undefined) {
        this.#variables.length = held
        return signal
      }
    }
    this.#variables.length = held
    return undefined
  }

  #write(text: string): void {
    this.#length += text.length
    if (this.#length > OUTPUT) fail('a template writes more than 1 MiB')
    this.#output.push(text)
  }

  #node(node: Node, dot: GoValue): Signal {
    this.#steps += 1
    if (this.#steps > STEPS) fail('a template takes too many steps')
    switch (node.is) {
      case 'text':
        this.#write(node.text)
        return undefined
      case 'print': {
        const value = this.#pipeline(node.pipeline, dot)
        // Text of nothing, as text/template writes it.
        if (node.pipeline.variables.length === 0) this.#write(value === null ? '<no value>' : goText(value))
        return undefined
      }
      case 'break':
      case 'continue':
        return node.is
      case 'range':
        return this.#range(node, dot)
      default: {
        const held = this.#variables.length
        const value = this.#pipeline(node.pipeline, dot)
        const signal = isTrue(value)
          ? this.block(node.body, node.is === 'with' ? value : dot)
          : this.block(node.otherwise, dot)
        this.#variables.length = held
        return signal
      }
    }
  }

  #items(value: GoValue): readonly (readonly [GoValue, GoValue])[] {
    if (value === null) return []
    if (isGoList(value)) return value.map((item, index) => [BigInt(index), item])
    if (isGoMap(value)) return sortedEntries(value)
    return unsupported(`range over ${goText(value).slice(0, 40)} is not built here`)
  }

  #range(node: Extract<Node, { is: 'if' | 'with' | 'range' }>, dot: GoValue): Signal {
    const { variables, commands } = node.pipeline
    const items = this.#items(this.#pipeline({ variables: [], declares: false, commands }, dot))
    if (items.length === 0) return this.block(node.otherwise, dot)
    const held = this.#variables.length
    const [first, second] = variables
    for (const [key, item] of items) {
      if (second !== undefined) this.#variables.push({ name: first ?? '', value: key }, { name: second, value: item })
      else if (first !== undefined) this.#variables.push({ name: first, value: item })
      const signal = this.block(node.body, item)
      this.#variables.length = held
      if (signal === 'break') break
    }
    return undefined
  }

  #pipeline(pipeline: Pipeline, dot: GoValue): GoValue {
    let value: GoValue = null
    for (const [index, command] of pipeline.commands.entries()) {
      value = this.#command(command, dot, index === 0 ? [] : [value])
    }
    const [name] = pipeline.variables
    if (name === undefined) return value
    if (pipeline.declares) this.#variables.push({ name, value })
    else this.#variable(name).value = value
    return value
  }

  #variable(name: string): { value: GoValue } {
    return this.#variables.findLast((one) => one.name === name) ?? fail(`the variable ${name} is not set`)
  }

  #command(command: Command, dot: GoValue, piped: readonly GoValue[]): GoValue {
    const { operand, fields } = command.head
    if (operand.is === 'function') {
      const value = this.#call(operand.name, command.rest, dot, piped)
      return fields.reduce((at: GoValue, name) => this.#field(at, name), value)
    }
    if (command.rest.length > 0 || piped.length > 0) return fail('a value in a template is called as a function')
    return this.#term(command.head, dot)
  }

  #call(name: string, rest: readonly Term[], dot: GoValue, piped: readonly GoValue[]): GoValue {
    // The only two that look at no more arguments than they need.
    if (name === 'and' || name === 'or') {
      let value: GoValue = null
      for (const term of rest) {
        value = this.#term(term, dot)
        if (isTrue(value) === (name === 'or')) return value
      }
      return piped[0] ?? value
    }
    const found = functions.get(name)
    if (found === undefined) return unsupported(`the function ${name} is not built here`)
    return found([...rest.map((term) => this.#term(term, dot)), ...piped])
  }

  #term({ operand, fields }: Term, dot: GoValue): GoValue {
    let value: GoValue
    switch (operand.is) {
      case 'value':
        value = operand.value
        break
      case 'dot':
        value = dot
        break
      case 'variable':
        value = operand.name === '$' ? this.#root : this.#variable(operand.name).value
        break
      case 'pipeline':
        value = this.#pipeline(operand.pipeline, dot)
        break
      case 'function':
        value = this.#call(operand.name, [], dot, [])
        break
    }
    return fields.reduce((at: GoValue, name) => this.#field(at, name), value)
  }

  #field(value: GoValue, name: string): GoValue {
    if (isGoMap(value) && Object.hasOwn(value, name)) return value[name] ?? null
    if (isGoMap(value) || value === null) {
      if (this.#missingIsError) fail(`nothing gives the parameter ${name}`)
      return null
    }
    return fail(`${name} is asked of ${goText(value).slice(0, 40)}, which is no map`)
  }
}

/** Runs a template that was read. Throws TemplateFailure. */
export function runTemplate(block: Block, parameters: GoValue, options: { readonly missingIsError: boolean }): string {
  const run = new Run(parameters, options.missingIsError)
  try {
    if (run.block(block, parameters) !== undefined) fail('{{ break }} outside of a range')
  } catch (error) {
    if (error instanceof RangeError) throw new TemplateFailure('a template passes a limit')
    throw error
  }
  return run.text()
}
