import type { JsonPath } from '../../domain/index.ts'
import { readYaml } from '../yaml/index.ts'
import { gitSets } from './git-files.ts'
import { mergeSets } from './merge.ts'
import {
  fillInAll,
  flatTexts,
  type Generation,
  merged,
  type ParameterSet,
  type Written,
  withinSet,
} from './parameters.ts'
import { selects } from './selector.ts'
import { fillIn, type GoMap, type GoValue, goText, isGoMap, TemplateFailure } from './template/index.ts'
import { stop } from './unresolved.ts'

const MOST_SETS = 5_000
const DEPTH = 4

/** Generators that ask something else than Git. */
const ELSEWHERE = ['clusters', 'clusterDecisionResource', 'scmProvider', 'pullRequest', 'plugin']

function textOr(value: GoValue, what: string): string {
  return typeof value === 'string' ? value : stop('application-unreadable', `${what} is no text`)
}

/** An element of a list, in the names that templates without Go know. */
function flatElement(element: GoMap): GoMap {
  const entries = Object.entries(element).flatMap(([key, value]): [string, string][] => {
    if (key !== 'values') return [[key, textOr(value, `the element's ${key}`)]]
    if (!isGoMap(value)) return stop('application-unreadable', "the element's values are no map")
    return Object.entries(value).map(([name, one]) => [`values.${name}`, textOr(one, `values.${name} of the element`)])
  })
  return Object.fromEntries(entries)
}

function listSets(list: Written, generation: Generation): readonly ParameterSet[] {
  const elements = Array.isArray(list.raw['elements']) ? list.raw['elements'] : []
  const sets = elements.map((element: GoValue, index): ParameterSet => {
    if (!isGoMap(element)) return stop('application-unreadable', `element ${index} of a list generator is no map`)
    const values = generation.goTemplate ? element : flatElement(element)
    return { values, sources: withinSet(generation, [], [...list.path, 'elements', index]) }
  })
  const text = list.raw['elementsYaml']
  return typeof text === 'string' && text !== '' ? [...sets, ...yamlElements(text)] : sets
}

function yamlElements(text: string): readonly ParameterSet[] {
  const read = readYaml(new TextEncoder().encode(text), 'elementsYaml', 'settings')
  if (!read.read) return stop(read.reason, read.message)
  const value = read.documents[0]?.value ?? []
  if (!Array.isArray(value)) return stop('application-unreadable', 'elementsYaml is no list')
  return value.map((one: GoValue, index) =>
    isGoMap(one)
      ? { values: one, sources: [] }
      : stop('application-unreadable', `element ${index} of elementsYaml is no map`),
  )
}

function below(parent: Written): readonly Written[] {
  const list = parent.raw['generators']
  if (!Array.isArray(list)) return stop('application-unreadable', `${parent.path.join('.')} has no generators`)
  return list.map((raw: GoValue, index) =>
    isGoMap(raw)
      ? { raw, path: [...parent.path, 'generators', index] }
      : stop('application-unreadable', `${parent.path.join('.')}.generators[${index}] is no map`),
  )
}

function combined(first: ParameterSet, second: ParameterSet, generation: Generation): ParameterSet {
  const sources = [...first.sources, ...second.sources]
  if (generation.goTemplate) return { values: merged(second.values, first.values), sources }
  const values = new Map(Object.entries(first.values).map(([key, value]) => [key, goText(value)]))
  for (const [key, value] of Object.entries(second.values)) {
    const [have, want] = [values.get(key), goText(value)]
    if (have !== undefined && have !== want)
      stop('application-unreadable', `both generators of a matrix give ${key}, as ${have} and as ${want}`)
    values.set(key, want)
  }
  return { values: Object.fromEntries(values), sources }
}

function matrixSets(matrix: Written, generation: Generation, depth: number): readonly ParameterSet[] {
  const [one, other, ...more] = below(matrix)
  if (one === undefined || other === undefined || more.length > 0)
    return stop('application-unreadable', 'a matrix generator has two generators, no more and no less')
  const sets: ParameterSet[] = []
  for (const first of generate(one, generation, depth + 1)) {
    const filled = interpolated(other, first, generation)
    for (const second of generate(filled, generation, depth + 1)) {
      sets.push(combined(first, second, generation))
      if (sets.length > MOST_SETS) stop('input-too-large', `a matrix gives more than ${MOST_SETS} Applications`)
    }
  }
  return sets
}

/** A generator's own `values` may name what it gives itself: such a text waits. */
function waiting(text: GoValue, first: ParameterSet, generation: Generation): GoValue {
  if (typeof text !== 'string') return text
  try {
    return fillIn(text, first.values, { ...generation, missingIsError: true })
  } catch (error) {
    if (error instanceof TemplateFailure && !error.unsupported) return text
    throw error
  }
}

/** The second generator of a matrix with the parameters of the first in it. */
function interpolated(other: Written, first: ParameterSet, generation: Generation): Written {
  if (Object.keys(first.values).length === 0) return other
  const entries = Object.entries(other.raw).map(([key, value]): [string, GoValue] => {
    if (!isGoMap(value) || !isGoMap(value['values'])) return [key, fillInAll(value, first.values, generation)]
    const { values, ...rest } = value
    const waited = Object.entries(values).map(([name, one]): [string, GoValue] => [
      name,
      waiting(one, first, generation),
    ])
    const filled = fillInAll(rest, first.values, generation)
    return [key, { ...(isGoMap(filled) ? filled : {}), values: Object.fromEntries(waited) }]
  })
  return { raw: Object.fromEntries(entries), path: other.path }
}

type Kind = { readonly name: string; readonly written: Written }

/** The one kind that a generator is. */
function kindOf({ raw, path }: Written): Kind {
  const names = Object.keys(raw).filter((key) => key !== 'selector' && raw[key] !== null)
  const [name, second] = names
  if (name === undefined) return stop('application-unreadable', `${path.join('.')} names no generator`)
  if (second !== undefined)
    return stop('unsupported-applicationset', `${path.join('.')} names several generators: ${names.join(', ')}`)
  const body = raw[name]
  return { name, written: { raw: isGoMap(body) ? body : {}, path: [...path, name] } }
}

function setsOf({ name, written }: Kind, generation: Generation, depth: number): readonly ParameterSet[] {
  switch (name) {
    case 'list':
      return listSets(written, generation)
    case 'git':
      return gitSets(written, generation)
    case 'matrix':
      return matrixSets(written, generation, depth)
    case 'merge': {
      const keys = Array.isArray(written.raw['mergeKeys']) ? written.raw['mergeKeys'].map(goText) : []
      const all = below(written).map((one) => generate(one, generation, depth + 1))
      return mergeSets(keys, all, generation.goTemplate)
    }
    default:
      if (ELSEWHERE.includes(name))
        return stop('generated-elsewhere', `the ${name} generator asks something else than Git`)
      return stop('unsupported-applicationset', `there is no generator called ${name}`)
  }
}

/** The parameter sets of one generator, in its order, those that its selector does not take left out. */
export function generate(generator: Written, generation: Generation, depth = 0): readonly ParameterSet[] {
  if (depth > DEPTH) return stop('unsupported-applicationset', 'generators are nested too deep')
  const sets = setsOf(kindOf(generator), generation, depth)
  const selector = generator.raw['selector']
  if (!isGoMap(selector)) return sets
  return sets.filter(({ values }) => selects(selector, flatTexts(values)))
}

/** Path of the template that a generator brings itself, which wins over that of the ApplicationSet. */
export function ownTemplate(generator: Written): { readonly path: JsonPath; readonly template: GoMap } | undefined {
  const { written } = kindOf(generator)
  const template = written.raw['template']
  return isGoMap(template) ? { path: [...written.path, 'template'], template } : undefined
}
