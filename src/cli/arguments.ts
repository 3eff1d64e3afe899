import { KintsugiError } from '../domain/index.ts'
import { suggestion } from './did-you-mean.ts'
import type { Option, Verb } from './verb.ts'

/** A command line, read. Names come without their dashes. */
export type Arguments = {
  readonly operands: readonly string[]
  has(name: string): boolean
  /** The value of a flag, or undefined where it was not given. */
  text(name: string): string | undefined
  /** Every value of a repeatable flag, in order. */
  list(name: string): readonly string[]
}

/** Flags that every verb has. */
export const COMMON: readonly Option[] = [
  { name: 'json', says: 'print one JSON document on stdout, with schemaVersion' },
  { name: 'help', says: 'show this page' },
]

function usage(message: string): KintsugiError {
  return new KintsugiError('KIN-1001', message)
}

type Flag = { readonly option: Option; readonly inline: string | undefined }

function flagOf(word: string, verb: Verb): Flag {
  const options = [...verb.options, ...COMMON]
  if (word === '-h') return { option: COMMON[1] ?? { name: 'help', says: '' }, inline: undefined }
  const equals = word.indexOf('=')
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
  const option = word.startsWith('--')
    ? options.find((one) => one.name === name)
    : options.find((one) => one.short !== undefined && one.short === word.slice(1))
  if (option === undefined) {
    const typed = equals < 0 ? word : word.slice(0, equals)
    const names = options.map((one) => `--${one.name}`)
    throw usage(`${verb.name} has no flag ${typed}.${suggestion(typed, names)}`)
  }
  return { option, inline: equals < 0 ? undefined : word.slice(equals + 1) }
}

function givenValue(flag: Flag, next: string | undefined): { readonly value: string; readonly used: 0 | 1 } {
  const { option, inline } = flag
  if (option.value === undefined) {
    if (inline !== undefined) throw usage(`--${option.name} takes no value.`)
    return { value: '', used: 0 }
  }
  if (inline !== undefined) return { value: inline, used: 0 }
  if (next === undefined || next.startsWith('--')) throw usage(`--${option.name} needs a value: ${option.value}.`)
  return { value: next, used: 1 }
}

function checkOperands(operands: readonly string[], verb: Verb): void {
  const first = operands[0]
  if (verb.operands === undefined && first !== undefined)
    throw usage(`${verb.name} takes no argument without a flag, but got "${first}".`)
  const several = verb.operands?.includes('...') === true
  if (!several && operands.length > 1) throw usage(`${verb.name} takes one argument, but got ${operands.length}.`)
  if (verb.operands !== undefined && !verb.operands.startsWith('[') && first === undefined)
    throw usage(`${verb.name} needs ${verb.operands}.`)
}

function checkRequired(values: ReadonlyMap<string, readonly string[]>, verb: Verb): void {
  const missing = verb.options.filter((option) => option.required === true && !values.has(option.name))
  if (missing.length > 0) throw usage(`${verb.name} needs ${missing.map((option) => `--${option.name}`).join(', ')}.`)
}

/**
 * Reads the words after the verb: `--flag value`, `--flag=value`, `--` before words that begin with a dash.
 * Throws KIN-1001 for a flag that is unknown, given twice, or lacks its value. With --help nothing else is asked for.
 */
export function readArguments(words: readonly string[], verb: Verb): Arguments {
  const values = new Map<string, string[]>()
  const operands: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word === '--') {
      operands.push(...words.slice(at + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    const flag = flagOf(word, verb)
    const { value, used } = givenValue(flag, words[at + 1])
    at += used
    const { name, repeatable } = flag.option
    const earlier = values.get(name)
    if (earlier !== undefined && flag.option.value !== undefined && repeatable !== true)
      throw usage(`--${name} is given twice.`)
    values.set(name, [...(earlier ?? []), value])
  }
  if (!values.has('help')) {
    checkOperands(operands, verb)
    checkRequired(values, verb)
  }
  return {
    operands,
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
  }
}
