import {
  isJsonObject,
  type JsonPath,
  type JsonPrimitive,
  type JsonValue,
  nameInField,
  parseQuantity,
  resourceOfField,
} from '../../domain/index.ts'
import { parseImage } from '../image.ts'
import type { Question } from '../place.ts'
import type { ResolvedSource } from '../resolve.ts'
import {
  digestSentinel,
  givesVersion,
  integerSentinel,
  quantitySentinel,
  referenceSentinel,
  type Sentinel,
  says,
  tagSentinel,
  textSentinel,
} from '../sentinel.ts'
import { eachValue } from './helm-values.ts'

export type ValuePart = 'whole' | 'tag' | 'digest'

/** A value of the chart that may feed the field. */
export type HelmCandidate = {
  readonly origin: 'files' | 'inline' | 'parameter'
  /** Path in the values; of a parameter its position in the list. */
  readonly path: JsonPath
  readonly part: ValuePart
  readonly written: JsonPrimitive
  readonly sentinel: Sentinel
}

type Match = { readonly part: ValuePart; readonly sentinel: (index: number) => Sentinel }

const FEEDS: Readonly<Record<'quantity' | 'integer', RegExp>> = {
  quantity: /memory|cpu|storage|size|limit|request/i,
  integer: /replica/i,
}

function imageMatch(written: string, key: string, current: string): Match | undefined {
  const [now, have] = [parseImage(current), parseImage(written)]
  if (have !== undefined && /[/:@]/.test(written) && givesVersion(written, current)) {
    return { part: 'whole', sentinel: (index) => referenceSentinel(have.name, index) }
  }
  if (now?.digest !== undefined && written === now.digest) return { part: 'digest', sentinel: digestSentinel }
  const isTag = /tag|version/i.test(key) ? /^[\w][\w.@:-]*$|^$/.test(written) : written !== '' && written === now?.tag
  return isTag ? { part: 'tag', sentinel: (index) => tagSentinel(written, index) } : undefined
}

function matchOf(question: Question, written: JsonPrimitive, path: JsonPath): Match | undefined {
  const { kind, current } = question
  if (written === null || typeof written === 'boolean') return undefined
  const key = String(path.at(-1) ?? '')
  const text = String(written)
  switch (kind) {
    case 'image':
      return imageMatch(text, key, String(current))
    case 'quantity': {
      const feeds = FEEDS.quantity.test(key) && parseQuantity(text) !== undefined
      return feeds || says(kind, written, current)
        ? { part: 'whole', sentinel: (n) => quantitySentinel(written, n) }
        : undefined
    }
    case 'integer': {
      const feeds = FEEDS.integer.test(key) && /^\d+$/.test(text)
      return feeds || says(kind, written, current)
        ? { part: 'whole', sentinel: (n) => integerSentinel(written, n, 101) }
        : undefined
    }
    case 'boolean':
    case 'text':
      return says(kind, written, current) ? { part: 'whole', sentinel: textSentinel } : undefined
    default:
      return kind satisfies never
  }
}

/** Leaves of the values, of inline values and of parameters that may feed the field, each with its sentinel. */
export function presentCandidates(
  question: Question,
  values: JsonValue,
  inline: JsonValue | undefined,
): readonly HelmCandidate[] {
  const candidates: HelmCandidate[] = []
  const add = (origin: HelmCandidate['origin'], written: JsonPrimitive, path: JsonPath, named: JsonPath): void => {
    const match = matchOf(question, written, named)
    if (match === undefined) return
    candidates.push({ origin, path, part: match.part, written, sentinel: match.sentinel(candidates.length) })
  }
  const collect = (origin: 'files' | 'inline', root: JsonValue | undefined): void =>
    eachValue(root, (value, path) => {
      if (typeof value !== 'object' || value === null) add(origin, value, path, path)
    })
  collect('files', values)
  collect('inline', inline)
  for (const [index, parameter] of (question.source.source.helm?.parameters ?? []).entries()) {
    add('parameter', parameter.value, [index], [parameter.name.slice(parameter.name.lastIndexOf('.') + 1)])
  }
  return candidates
}

/** Maps that charts put whole into a pod: what is missing in them is set in them. */
function insertionMap(question: Question): { readonly key: RegExp; readonly rest: JsonPath } | undefined {
  const resource = resourceOfField(question.field)
  if (resource !== undefined) return { key: /resources$/i, rest: [resource.list, resource.resource] }
  const annotation = nameInField(question.field, 'annotations')
  return annotation === undefined ? undefined : { key: /annotations$/i, rest: [annotation] }
}

/** Where an absent field may be written into values that the chart declares. */
export function absentCandidates(question: Question, values: JsonValue): readonly HelmCandidate[] {
  const wanted = insertionMap(question)
  if (wanted === undefined) return []
  const candidates: HelmCandidate[] = []
  eachValue(values, (value, path) => {
    if (!isJsonObject(value) || !wanted.key.test(String(path.at(-1) ?? ''))) return
    const index = candidates.length
    const sentinel = question.kind === 'quantity' ? quantitySentinel('1Mi', index) : textSentinel(index)
    candidates.push({ origin: 'files', path: [...path, ...wanted.rest], part: 'whole', written: null, sentinel })
  })
  return candidates
}

export function parameterOf(source: ResolvedSource, candidate: HelmCandidate): string | undefined {
  const index = candidate.path[0]
  return candidate.origin === 'parameter' && typeof index === 'number'
    ? source.source.helm?.parameters[index]?.name
    : undefined
}
