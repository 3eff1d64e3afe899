import type { JsonPath, ParameterSource, WrittenAt } from '../../domain/index.ts'
import type { TreeAt } from '../world.ts'
import { fillIn, type GoMap, type GoValue, goText, isGoMap, type TemplateOptions } from './template/index.ts'
import { stop } from './unresolved.ts'

/** Parameters of one Application, with where they are written, the one that wins first. */
export type ParameterSet = { readonly values: GoMap; readonly sources: readonly ParameterSource[] }

/** What a generator is run with. */
export type Generation = TemplateOptions & {
  /** Where the ApplicationSet is written, undefined where it is rendered. */
  readonly written: WrittenAt | undefined
  /** The tree that answers for a repository. */
  readonly treeOf: (repoURL: string, revision: string) => TreeAt | undefined
}

/** A generator as it is written, its path in the ApplicationSet, and the parameters of the generator before it in a matrix. */
export type Written = { readonly raw: GoMap; readonly path: JsonPath }

/** Where something of the ApplicationSet itself stands. */
export function withinSet(generation: Generation, prefix: JsonPath, path: JsonPath): readonly ParameterSource[] {
  const { written } = generation
  return written === undefined ? [] : [{ prefix, written: { ...written, at: [...written.at, ...path] } }]
}

/** Fills in every text of a value, keys too. */
export function fillInAll(value: GoValue, parameters: GoMap, options: TemplateOptions): GoValue {
  if (typeof value === 'string') return fillIn(value, parameters, options)
  if (Array.isArray(value)) return value.map((one: GoValue) => fillInAll(one, parameters, options))
  if (!isGoMap(value)) return value
  const entries = Object.entries(value).map(([key, one]): [string, GoValue] => [
    fillIn(key, parameters, options),
    fillInAll(one, parameters, options),
  ])
  return Object.fromEntries(entries)
}

/** The flat names that a template without Go knows: `a.b`, `list.0`. */
export function flattened(value: GoValue, prefix = ''): readonly (readonly [string, GoValue])[] {
  const below = (key: string): string => (prefix === '' ? key : `${prefix}.${key}`)
  if (Array.isArray(value)) return value.flatMap((one: GoValue, index) => flattened(one, below(String(index))))
  if (isGoMap(value)) return Object.entries(value).flatMap(([key, one]) => flattened(one, below(key)))
  return prefix === '' ? [] : [[prefix, value]]
}

export function flatTexts(value: GoValue): GoMap {
  return Object.fromEntries(flattened(value).map(([key, one]) => [key, goText(one)]))
}

/** Parameters with the generator's own `values`, which may name the others. */
export function withOwnValues(set: ParameterSet, owner: Written, generation: Generation): ParameterSet {
  const raw = owner.raw['values']
  if (!isGoMap(raw)) return set
  const filled = Object.entries(raw).map(([key, value]): [string, string] => {
    if (typeof value !== 'string') return stop('application-unreadable', `values.${key} of a generator is no text`)
    return [key, fillIn(value, set.values, generation)]
  })
  const values: GoMap = generation.goTemplate
    ? { ...set.values, values: Object.fromEntries(filled) }
    : { ...set.values, ...Object.fromEntries(filled.map(([key, value]) => [`values.${key}`, value])) }
  return { values, sources: [...withinSet(generation, ['values'], [...owner.path, 'values']), ...set.sources] }
}

/** mergo's merge, in which `over` wins and what is empty in it does not. */
export function merged(base: GoMap, over: GoMap): GoMap {
  const entries = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(over)) {
    const there = entries.get(key)
    if (isGoMap(there) && isGoMap(value)) entries.set(key, merged(there, value))
    else if (there === undefined || !isEmpty(value)) entries.set(key, value)
  }
  return Object.fromEntries(entries)
}

function isEmpty(value: GoValue): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
