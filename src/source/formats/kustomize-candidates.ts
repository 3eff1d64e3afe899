import {
  isJsonObject,
  type JsonPath,
  type JsonPrimitive,
  type JsonValue,
  parseQuantity,
  valueAt,
} from '../../domain/index.ts'
import type { ValueKind } from '../fields.ts'
import { parseImage } from '../image.ts'
import { eachScalar, type Leaf, leafOf } from '../nodes.ts'
import { scalarToken } from '../scalar-text.ts'
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
import type { Splice } from '../splice.ts'
import type { KustomizeText } from './kustomize-texts.ts'

/** Something in a text of the build that may write a field. `splices` put the sentinel there, in the coordinates of the file. */
export type Candidate = {
  readonly text: KustomizeText
  readonly document: number
  readonly path: JsonPath
  readonly part: 'whole' | 'tag' | 'digest'
  readonly sentinel: Sentinel
  readonly splices: readonly Splice[]
  /** Undefined for a value that is not there yet. */
  readonly leaf: Leaf | undefined
}

/** What a place in a text is called. */
export function byOf(text: KustomizeText, path: JsonPath): string {
  if (text.role === 'resource') return 'manifest'
  if (text.role !== 'kustomization') return text.role
  const list = path[0]
  return list === 'images' || list === 'replicas' || list === 'commonAnnotations' ? list : 'kustomization'
}

/** How a scalar is told apart from all others when it is rendered. */
export type Match = { readonly part: Candidate['part']; readonly sentinel: (index: number) => Sentinel }

export type Matcher = (leaf: Leaf, path: JsonPath, text: KustomizeText, document: number) => Match | undefined

/** Splices of a text in the coordinates of its file. */
export function inFile(text: KustomizeText, splices: readonly Splice[]): readonly Splice[] {
  return text.inline === undefined ? splices : splices.map(text.inline.nested.outer)
}

function token(sentinel: Sentinel, leaf: Leaf): string {
  const keepNumber = typeof sentinel.value === 'number'
  return scalarToken(String(sentinel.value), { quotes: leaf.quotes, inFlow: leaf.inFlow, keepNumber })
}

/** Every scalar of the texts that `matcher` takes, each with a sentinel of its own. */
export function candidatesIn(texts: readonly KustomizeText[], matcher: Matcher): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const text of texts) {
    for (const [document, { doc }] of text.source.documents.entries()) {
      eachScalar(doc.contents, (scalar, path, inFlow) => {
        const leaf = leafOf(scalar, inFlow)
        if (leaf === undefined || text.source.text.slice(leaf.start, leaf.end).includes('\n')) return
        const match = matcher(leaf, path, text, document)
        if (match === undefined) return
        const sentinel = match.sentinel(candidates.length)
        const splices = inFile(text, [{ start: leaf.start, end: leaf.end, text: token(sentinel, leaf) }])
        candidates.push({ text, document, path, part: match.part, sentinel, splices, leaf })
      })
    }
  }
  return candidates
}

function whole(sentinel: (index: number) => Sentinel): Match {
  return { part: 'whole', sentinel }
}

/** Whether the scalar may be what renders `current`, and what to put there to see it. */
export function matchFor(
  asked: { readonly kind: ValueKind; readonly current: JsonValue | undefined },
  leaf: Leaf,
  path: JsonPath,
  role: KustomizeText['role'],
): Match | undefined {
  const { kind, current } = asked
  const { value } = leaf
  if (value === null) return undefined
  if (kind === 'image') return imageMatch(leaf, path, role, String(current))
  if (role === 'kustomization' && path[0] !== 'replicas' && !isCommon(path)) return undefined
  if (kind === 'boolean') return value === current ? whole(textSentinel) : undefined
  if (!says(kind, value, current)) return undefined
  if (kind === 'quantity') return whole((index) => quantitySentinel(value, index))
  return whole(kind === 'integer' ? (index) => integerSentinel(value, index, 7001) : textSentinel)
}

/** Whether a kustomization gives the text to all objects as a label or annotation. */
function isCommon(path: JsonPath): boolean {
  const [list, second, third] = path
  if (list === 'commonAnnotations' || list === 'commonLabels') return path.length === 2
  return list === 'labels' && typeof second === 'number' && third === 'pairs' && path.length === 4
}

function imageMatch(leaf: Leaf, path: JsonPath, role: KustomizeText['role'], current: string): Match | undefined {
  const text = String(leaf.value)
  const now = parseImage(current)
  if (role === 'kustomization') {
    const part = versionMatch(text, path)
    return part !== undefined && text === now?.[part.part === 'tag' ? 'tag' : 'digest'] ? part : undefined
  }
  if (!givesVersion(text, current)) return undefined
  const name = parseImage(text)?.name ?? ''
  return whole((index) => referenceSentinel(name, index))
}

function versionMatch(text: string, path: JsonPath): Match | undefined {
  const key = path.at(-1)
  if (path[0] !== 'images' || path.length !== 3) return undefined
  if (key === 'newTag') return { part: 'tag', sentinel: (index) => tagSentinel(text, index) }
  return key === 'digest' ? { part: 'digest', sentinel: digestSentinel } : undefined
}

/** Where a scalar of a text would stand in an object: below `value` of a JSON patch the path of the operation goes first. */
export function pathInObject(text: KustomizeText, document: number, path: JsonPath): JsonPath | undefined {
  if (text.role !== 'json-patch') return path
  const [index, key, ...rest] = path
  if (index === undefined || key !== 'value') return undefined
  const pointer = valueAt(text.source.documents[document]?.value, [index, 'path'])
  return typeof pointer === 'string' ? [...pointer.split('/').slice(1), ...rest] : undefined
}

const COUNTED =
  /(?:replicas|replicaCount|instances|numberOfInstances|parallelism|completions|Seconds|maxUnavailable|minAvailable)$/i
const MEASURED = /^(?:limits|requests|hard|min|max|default|defaultRequest)$/
/** Marks for kustomize and its helpers: another text there changes the build. */
const MARKS = /(?:^|\.)config\.kubernetes\.io\/|kustomize/

/**
 * What a scalar may be asked for as, by the names above it: what all fields of all objects of a build are traced by at once. HEURISTIC:
 * what is not recognised here is traced on its own when it is asked for.
 */
export const anyField: Matcher = (leaf, path, text, document) => {
  const { value } = leaf
  if (value === null) return undefined
  if (text.role === 'kustomization') {
    if (path[0] === 'replicas' && path[2] === 'count') return counted(value)
    if (path[0] === 'commonAnnotations') return MARKS.test(String(path[1])) ? undefined : whole(textSentinel)
    return typeof value === 'string' || typeof value === 'number' ? versionMatch(String(value), path) : undefined
  }
  const at = pathInObject(text, document, path)
  return at === undefined ? undefined : byName(value, at)
}

function counted(value: JsonPrimitive): Match | undefined {
  return typeof value === 'number' && Number.isInteger(value)
    ? whole((index) => integerSentinel(value, index, 7001))
    : undefined
}

function byName(value: JsonPrimitive, path: JsonPath): Match | undefined {
  const [key, parent, grand] = [path.at(-1), path.at(-2), path.at(-3)].map((step) => String(step ?? ''))
  if (key === 'image') {
    const name = typeof value === 'string' ? parseImage(value)?.name : undefined
    return name === undefined ? undefined : whole((index) => referenceSentinel(name, index))
  }
  if (MEASURED.test(parent ?? '') || key === 'storage') {
    const measured = typeof value === 'number' || (typeof value === 'string' && parseQuantity(value) !== undefined)
    return measured ? whole((index) => quantitySentinel(value, index)) : undefined
  }
  if (parent === 'annotations') return MARKS.test(key ?? '') ? undefined : whole(textSentinel)
  if (key === 'value' && grand === 'env') return whole(textSentinel)
  return COUNTED.test(key ?? '') ? counted(value) : undefined
}

/** Objects of a text with the document and path that each stands at; items of Lists one by one. */
export function objectsIn(
  text: KustomizeText,
): readonly { readonly document: number; readonly path: JsonPath; readonly value: JsonValue }[] {
  return text.source.documents.flatMap(({ value }, document) => {
    const items = isJsonObject(value) && String(value['kind']).endsWith('List') ? value['items'] : undefined
    if (!Array.isArray(items)) return [{ document, path: [], value }]
    return items.map((item: JsonValue, index) => ({ document, path: ['items', index], value: item }))
  })
}
