import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { insertAt } from '../insert.ts'
import { newToken, type Question } from '../place.ts'
import { isRefused } from '../refused.ts'
import { integerSentinel, quantitySentinel, type Sentinel, textSentinel } from '../sentinel.ts'
import { type Candidate, inFile } from './kustomize-candidates.ts'
import type { Writing } from './kustomize-trace.ts'

/** Where the field would stand in an object of a text, undefined where the object is another one, or lacks the container. */
export function pathIn(question: Question, { text, document, path }: Writing): JsonPath | undefined {
  const { object, place } = question
  const { element } = place
  const value = valueAt(text.source.documents[document]?.value ?? null, path)
  if (!isJsonObject(value) || value['kind'] !== object.key.kind) return undefined
  const name = valueAt(value, ['metadata', 'name'])
  // Prefixes and suffixes of kustomizations surround the name that is written.
  if (typeof name !== 'string' || !object.key.name.includes(name)) return undefined
  if (element === undefined) return [...path, ...place.path]
  const items = valueAt(value, element.list)
  if (!Array.isArray(items)) return undefined
  const nameAt: JsonPath = element.list.at(-1) === 'volumeClaimTemplates' ? ['metadata', 'name'] : ['name']
  const index = items.findIndex((item: JsonValue) => valueAt(item, nameAt) === element.name)
  return index < 0 ? undefined : [...path, ...element.list, index, ...place.path.slice(element.list.length + 1)]
}

function sentinelFor({ kind }: Question, index: number): Sentinel {
  if (kind === 'quantity') return quantitySentinel('1Mi', index)
  return kind === 'integer' ? integerSentinel(1, index, 7001) : textSentinel(index)
}

/** Every place where the absent field could be inserted, each with a sentinel inserted. */
export function absentCandidates(question: Question, writings: readonly Writing[]): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const writing of writings) {
    const { text, document } = writing
    const path = pathIn(question, writing)
    if (path === undefined) continue
    const sentinel = sentinelFor(question, candidates.length)
    const splices = insertAt(text.source, document, path, newToken(String(sentinel.value), question.kind))
    if (isRefused(splices)) continue
    candidates.push({ text, document, path, part: 'whole', sentinel, splices: inFile(text, splices), leaf: undefined })
  }
  return candidates
}
