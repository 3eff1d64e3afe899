import type { JsonObject, JsonPath } from '../../domain/index.ts'
import { type Context, quoted, report, within } from './problem.ts'
import { BAD, good, type Reader, type ReadResult, wrong } from './reader.ts'
import { suggest } from './suggest.ts'
import { type Entry, entryOf, placeOf, type Written } from './written.ts'

export type RequiredField<T> = { readonly need: 'required'; readonly reader: Reader<T> }
export type OptionalField<T> = { readonly need: 'optional'; readonly reader: Reader<T> }
export type DefaultField<T> = { readonly need: 'default'; readonly reader: Reader<T>; readonly value: T }
/** Absent is read as an empty map, so that the defaults inside hold. */
export type EmptyField<T> = { readonly need: 'empty'; readonly reader: Reader<T> }

export type AnyField = RequiredField<unknown> | OptionalField<unknown> | DefaultField<unknown> | EmptyField<unknown>
export type Fields = Readonly<Record<string, AnyField>>

type ValueOf<F> = F extends { readonly reader: Reader<infer T> } ? T : never
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['need'] extends 'optional' ? K : never }[keyof F]

/** The object that `object(fields)` reads: optional fields are absent, never undefined. */
export type ObjectOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>
}

export function required<T>(reader: Reader<T>): RequiredField<T> {
  return { need: 'required', reader }
}

export function optional<T>(reader: Reader<T>): OptionalField<T> {
  return { need: 'optional', reader }
}

export function withDefault<T>(reader: Reader<T>, value: T): DefaultField<T> {
  return { need: 'default', reader, value }
}

export function emptyUnlessWritten<T>(reader: Reader<T>): EmptyField<T> {
  return { need: 'empty', reader }
}

/** A map with these keys and no others. */
export function object<const F extends Fields>(fields: F): Reader<ObjectOf<F>> {
  const known = Object.keys(fields)
  const needed = known.filter((key) => fields[key]?.need === 'required')
  return {
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, schemaOf(field)])),
      ...(needed.length === 0 ? {} : { required: needed }),
    },
    read(written, context) {
      if (written.kind !== 'map') return wrong(written, context, `a map with the keys ${known.join(', ')}`)
      const unknown = written.entries.filter((entry) => !Object.hasOwn(fields, entry.key))
      const meant = unknown.map((entry) => suggest(entry.key, known))
      for (const [at, entry] of unknown.entries()) report(context, entry, `unknown key ${quoted(entry.key)}`, meant[at])
      const values = readFields(fields, written, context, meant)
      if (unknown.length > 0 || values === undefined) return BAD
      return good(Object.fromEntries(values) as ObjectOf<F>) // the door: every field was read by the reader of its key
    },
  }
}

function schemaOf(field: AnyField): JsonObject {
  // Only plain defaults are written out: others (quantities) are not what a person writes.
  const plain = field.need === 'default' && ['string', 'number', 'boolean'].includes(typeof field.value)
  return plain && field.need === 'default'
    ? { ...field.reader.schema, default: field.value as string }
    : field.reader.schema
}

/** `meant`: keys that a misspelt one probably stands for; that they are missing is not said again. */
function readFields(
  fields: Fields,
  written: Written,
  context: Context,
  meant: readonly (string | undefined)[],
): [string, unknown][] | undefined {
  const values: [string, unknown][] = []
  let whole = true
  for (const [key, field] of Object.entries(fields)) {
    const entry = entryOf(written, key)
    if (entry === undefined && field.need === 'required' && meant.includes(key)) continue
    const result = readField(key, field, entry, written, context)
    if (result === 'absent') continue
    if (result.ok) values.push([key, result.value])
    else whole = false
  }
  return whole ? values : undefined
}

function readField(
  key: string,
  field: AnyField,
  entry: Entry | undefined,
  parent: Written,
  context: Context,
): ReadResult<unknown> | 'absent' {
  if (entry !== undefined) return field.reader.read(entry.value, within(context, key))
  switch (field.need) {
    case 'optional':
      return 'absent'
    case 'default':
      return good(field.value)
    case 'empty':
      return field.reader.read(
        { line: parent.line, column: parent.column, kind: 'map', entries: [] },
        within(context, key),
      )
    case 'required':
      report(context, parent, `the key ${quoted(key)} is missing`)
      return BAD
    default:
      return field satisfies never
  }
}

export function list<T>(item: Reader<T>, length: { least?: number; most?: number } = {}): Reader<readonly T[]> {
  const least = length.least ?? 0
  const most = length.most ?? 1000
  return {
    schema: { type: 'array', items: item.schema, minItems: least, maxItems: most },
    read(written, context) {
      if (written.kind !== 'list') return wrong(written, context, 'a list')
      if (written.items.length < least || written.items.length > most) {
        report(context, written, `expected a list of ${least} to ${most} items, found ${written.items.length}`)
        return BAD
      }
      const results = written.items.map((one, at) => item.read(one, within(context, at)))
      return results.every((result) => result.ok) ? good(results.map((result) => result.value)) : BAD
    },
  }
}

/** A map with free keys. */
export function map<T>(key: { pattern: RegExp; form: string }, value: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return {
    schema: { type: 'object', propertyNames: { pattern: key.pattern.source }, additionalProperties: value.schema },
    read(written, context) {
      if (written.kind !== 'map') return wrong(written, context, 'a map')
      const values: [string, T][] = []
      for (const entry of written.entries) {
        if (!key.pattern.test(entry.key))
          report(context, entry, `expected ${key.form} as a key, found ${quoted(entry.key)}`)
        else {
          const result = value.read(entry.value, within(context, entry.key))
          if (result.ok) values.push([entry.key, result.value])
        }
      }
      return values.length === written.entries.length ? good(Object.fromEntries(values)) : BAD
    },
  }
}

export type Objection = { readonly path: JsonPath; readonly message: string; readonly didYouMean?: string }

/** Rules over several keys: each objection is placed at the value that its path (from this object) names. */
export function checked<T>(reader: Reader<T>, objections: (value: T) => readonly Objection[]): Reader<T> {
  return {
    schema: reader.schema,
    read(written, context) {
      const result = reader.read(written, context)
      if (!result.ok) return BAD
      const found = objections(result.value)
      for (const { path, message, didYouMean } of found) {
        const inner = path.reduce<Context>((outer, step) => within(outer, step), context)
        report(inner, placeOf(written, path), message, didYouMean)
      }
      return found.length === 0 ? result : BAD
    },
  }
}

/** Exactly one of several shapes, told apart by the only key of each. */
export function tagged<T>(shapes: Readonly<Record<string, Reader<T>>>): Reader<T> {
  const tags = Object.keys(shapes)
  return {
    schema: { oneOf: Object.values(shapes).map((shape) => shape.schema) },
    read(written, context) {
      if (written.kind !== 'map' || written.entries.length !== 1)
        return wrong(written, context, `a map with exactly one of the keys ${tags.join(', ')}`)
      const key = written.entries[0]?.key ?? ''
      const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined
      if (shape !== undefined) return shape.read(written, context)
      report(context, written, `unknown key ${quoted(key)}`, suggest(key, tags))
      return BAD
    },
  }
}
