import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql'
import type { Args } from './args.ts'
import type { Context } from './context.ts'
import { StandInGap } from './errors.ts'

export type Resolve<Source> = (source: Source, args: Args, context: Context, field: string) => unknown
/** A field, and the arguments that it understands. */
export type Field<Source> = { readonly args: readonly string[]; readonly resolve: Resolve<Source> }
export type Fields<Source> = Readonly<Record<string, Field<Source>>>

/** A field without arguments. */
export function field<Source>(resolve: Resolve<Source>): Field<Source> {
  return { args: [], resolve }
}

export function fieldWith<Source>(args: readonly string[], resolve: Resolve<Source>): Field<Source> {
  return { args, resolve }
}

export type Table = Readonly<Record<string, Fields<never>>>

/**
 * Resolves by the table of the type; what is in no table is a property of the value, for values that were made for one query.
 * Anything else fails loudly: null would be an answer.
 */
export function resolverOf(table: Table): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context, info) => {
    const name = `${info.parentType.name}.${info.fieldName}`
    const fields = Object.hasOwn(table, info.parentType.name) ? table[info.parentType.name] : undefined
    const known = fields && Object.hasOwn(fields, info.fieldName) ? fields[info.fieldName] : undefined
    const given = Object.entries(args).filter(
      ([, value]) => value !== null && value !== undefined && !isDefault(info, value),
    )
    const strange = given.find(([argument]) => !(known?.args ?? []).includes(argument))
    if (strange) throw new StandInGap(`the argument ${strange[0]} of ${name}`)
    // The cast: tables are written for the values that their type is resolved from.
    if (known) return known.resolve(source as never, args, context, info.fieldName)
    return property(source, info.fieldName, name)
  }
}

/** Arguments that the schema fills in by itself were not asked for, as far as false and zero go. */
function isDefault(_info: unknown, value: unknown): boolean {
  return value === false
}

function property(source: unknown, key: string, name: string): unknown {
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, key)) throw new StandInGap(name)
  const value: unknown = Reflect.get(source, key)
  if (value === undefined) throw new StandInGap(`${name} of this value`)
  return typeof value === 'function' ? value() : value
}

/** Every value of an interface or union carries its type. */
export const typeOf: GraphQLTypeResolver<unknown, Context> = (value) => {
  const type = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : undefined
  if (typeof type !== 'string') throw new StandInGap('the type of this value')
  return type
}
