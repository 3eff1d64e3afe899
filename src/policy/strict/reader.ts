import type { JsonObject } from '../../domain/index.ts'
import { type Context, quoted, report } from './problem.ts'
import { suggest } from './suggest.ts'
import type { Written } from './written.ts'

export type ReadResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false }

/** Turns what was written into a value, or reports why not. `schema` is the same rule as JSON Schema (2020-12). */
export type Reader<T> = {
  readonly schema: JsonObject
  readonly read: (written: Written, context: Context) => ReadResult<T>
}

export const BAD: ReadResult<never> = { ok: false }

export function good<T>(value: T): ReadResult<T> {
  return { ok: true, value }
}

/** What stands there, in words for a message. */
export function described(written: Written): string {
  if (written.kind === 'list') return 'a list'
  if (written.kind === 'map') return 'a map'
  if (written.value === null) return 'nothing'
  if (typeof written.value === 'string') return `the text ${quoted(written.value)}`
  return `${typeof written.value === 'number' ? 'the number' : 'the boolean'} ${quoted(written.text)}`
}

export function wrong(written: Written, context: Context, wanted: string): ReadResult<never> {
  report(context, written, `expected ${wanted}, found ${described(written)}`)
  return BAD
}

export type StringRule = {
  /** Said in the message when the pattern does not match: `expected <form>`. */
  readonly form?: string
  readonly pattern?: RegExp
  /** UTF-16 units; 253 unless told. */
  readonly longest?: number
}

/** Text that is not empty. A number or boolean is not text: it has to be quoted. */
export function string(rule: StringRule = {}): Reader<string> {
  const longest = rule.longest ?? 253
  const form = rule.form ?? 'text'
  return {
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: longest,
      ...(rule.pattern === undefined ? {} : { pattern: rule.pattern.source }),
    },
    read(written, context) {
      if (written.kind !== 'scalar') return wrong(written, context, form)
      const { value } = written
      if (typeof value !== 'string')
        return wrong(written, context, `${form}${value === null ? '' : ' (put it in quotes)'}`)
      if (value === '' || value.length > longest)
        return wrong(written, context, `${form} of 1 to ${longest} characters`)
      if (rule.pattern !== undefined && !rule.pattern.test(value)) return wrong(written, context, form)
      return good(value)
    },
  }
}

export function number(range: { least: number; most: number; whole?: boolean }): Reader<number> {
  const whole = range.whole === true
  const wanted = `a ${whole ? 'whole ' : ''}number from ${range.least} to ${range.most}`
  return {
    schema: { type: whole ? 'integer' : 'number', minimum: range.least, maximum: range.most },
    read(written, context) {
      const value = written.kind === 'scalar' ? written.value : undefined
      if (typeof value !== 'number') return wrong(written, context, wanted)
      const fits = value >= range.least && value <= range.most && (!whole || Number.isInteger(value))
      return fits ? good(value) : wrong(written, context, wanted)
    },
  }
}

export function boolean(): Reader<boolean> {
  return {
    schema: { type: 'boolean' },
    read(written, context) {
      const value = written.kind === 'scalar' ? written.value : undefined
      return typeof value === 'boolean' ? good(value) : wrong(written, context, 'true or false')
    },
  }
}

/** One of a closed set of words, spelt exactly. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return {
    schema: { enum: [...words] },
    read(written, context) {
      const value = written.kind === 'scalar' ? written.value : undefined
      const found = words.find((word) => word === value)
      if (found !== undefined) return good(found)
      const hint = typeof value === 'string' ? suggest(value, words) : undefined
      report(context, written, `expected one of ${words.join(', ')}, found ${described(written)}`, hint)
      return BAD
    },
  }
}

/** Reads with `reader`, then turns the value by `turn`; a text that `turn` gives back is what is wrong with it. */
export function mapped<A, B>(
  reader: Reader<A>,
  turn: (value: A) => { readonly value: B } | { readonly problem: string; readonly didYouMean?: string },
): Reader<B> {
  return {
    schema: reader.schema,
    read(written, context) {
      const first = reader.read(written, context)
      if (!first.ok) return BAD
      const turned = turn(first.value)
      if ('value' in turned) return good(turned.value)
      report(context, written, turned.problem, turned.didYouMean)
      return BAD
    },
  }
}
