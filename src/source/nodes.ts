import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import type { JsonPath, JsonPrimitive } from '../domain/index.ts'
import { type Refused, refuse } from './refused.ts'
import type { Quotes } from './scalar-text.ts'
import type { YamlDocument } from './yaml/index.ts'

export type MapNode = YAMLMap<Node, Node | null>
export type Entry = Pair<Node, Node | null>
export type SeqNode = YAMLSeq<Node>

/** A text with its documents, and the name that messages use. */
export type SourceText = { readonly file: string; readonly text: string; readonly documents: readonly YamlDocument[] }

export function mapOf(node: unknown): MapNode | undefined {
  return isMap(node) ? (node as MapNode) : undefined // composed documents hold nodes, never plain values
}

export function seqOf(node: unknown): SeqNode | undefined {
  return isSeq(node) ? (node as SeqNode) : undefined // as above
}

export function entryOf(map: MapNode, key: string): Entry | undefined {
  return map.items.find(
    (pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.source ?? pair.key.value) === key,
  )
}

/** A scalar of one line that can be spliced: `start` to `end` is its token with quotes. */
export type Leaf = {
  readonly start: number
  readonly end: number
  readonly quotes: Quotes
  readonly inFlow: boolean
  readonly value: JsonPrimitive
}

/** How far a path leads: the deepest node that exists, and the steps that are missing below it. */
export type Walk = {
  readonly node: Node
  /** The entry whose value `node` is; undefined at the root and in a list. */
  readonly entry: Entry | undefined
  readonly rest: JsonPath
  readonly inFlow: boolean
}

function flow(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true
}

/** Whether an alias of that name may stand in the text; the same characters in a string or comment count too. */
export function isAliased(text: string, anchor: string): boolean {
  for (let at = text.indexOf(`*${anchor}`); at >= 0; at = text.indexOf(`*${anchor}`, at + 1)) {
    if (!/[^\s,[\]{}]/.test(text.charAt(at + anchor.length + 1))) return true
  }
  return false
}

function anchored(node: Node, text: string): boolean {
  return 'anchor' in node && typeof node.anchor === 'string' && isAliased(text, node.anchor)
}

const SHARED = 'is shared by an anchor, so other places would change with it'

/** A null that stands for nothing: `key:`, `~`, `null`. */
export function isNothing(node: Node): boolean {
  return isScalar(node) && node.value === null
}

/** Nothing but comments and white space, so that whatever comes first may be written: a value file that was made and not yet filled. */
export function isBlank(source: SourceText, document: number): boolean {
  const [first, second] = source.documents
  if (document !== 0 || second !== undefined || /^\.\.\./m.test(source.text)) return false
  const root = first?.doc.contents
  return root === null || root === undefined || (isNothing(root) && root.range?.[0] === root.range?.[1])
}

function child(map: MapNode, key: string, where: string): Entry | undefined | Refused {
  const entry = entryOf(map, key)
  if (entry !== undefined) return entry
  const merged = map.items.some((pair) => isScalar(pair.key) && pair.key.value === '<<')
  return merged ? refuse('shared-anchor', `${where} is merged from an anchor`) : undefined
}

/**
 * Follows a path through one document. Refused as `shared-anchor` where an alias, a merge key or an anchor that something else
 * names stands on the way, and as `templated` where a template made a flow map of what should be a value.
 */
export function walk(source: SourceText, document: number, path: JsonPath): Walk | Refused {
  const root: Node | null | undefined = source.documents[document]?.doc.contents
  if (root === null || root === undefined) return refuse('not-in-git', `${source.file} has no document ${document}`)
  let node: Node = root
  let entry: Entry | undefined
  let inFlow = flow(node)
  for (const [depth, key] of path.entries()) {
    const where = `${source.file}: ${path.join('.')}`
    if (isAlias(node) || anchored(node, source.text)) return refuse('shared-anchor', `${where} ${SHARED}`)
    const map = mapOf(node)
    const list = seqOf(node)
    let next: Node | undefined
    if (map !== undefined) {
      const found = child(map, String(key), where)
      if (found !== undefined && 'refused' in found) return found
      next = found?.value ?? undefined
      if (next !== undefined) entry = found
    } else if (list !== undefined && typeof key === 'number') {
      entry = undefined
      next = list.items[key]
    }
    if (next === undefined) return { node, entry, rest: path.slice(depth), inFlow }
    inFlow = inFlow || flow(next)
    node = next
  }
  return { node, entry, rest: [], inFlow }
}

// Longer than any value of ours; keeps the search for placeholders short.
const TOKEN_LENGTH = 4096
const TEXT_TAG = 'tag:yaml.org,2002:str'
const PLACEHOLDER = /\{\{|\$\{[^}]*\}|\$\([^)]*\)|<%|\bENC\[/

/** Why a scalar can't be spliced, undefined when it can. */
export function leafProblem(source: SourceText, node: Node, what: string): Refused | undefined {
  const where = `${source.file}: ${what}`
  if (isAlias(node) || anchored(node, source.text)) return refuse('shared-anchor', `${where} ${SHARED}`)
  const [start, end] = [node.range?.[0] ?? 0, node.range?.[1] ?? 0]
  if (isScalar(node) && end - start > TOKEN_LENGTH) return refuse('block-scalar', `${where} is a long text`)
  const token = source.text.slice(start, Math.min(end, start + TOKEN_LENGTH))
  if (/\bENC\[/.test(token)) return refuse('encrypted', `${where} is encrypted`)
  if (PLACEHOLDER.test(token)) return refuse('templated', `${where} holds a placeholder: ${token.slice(0, 60)}`)
  if (!isScalar(node)) return refuse('not-in-git', `${where} is not a single value`)
  if (node.tag !== undefined && node.tag !== TEXT_TAG)
    return refuse(
      'templated',
      `${where} has the tag ${node.tag}, which says what the value is; write it without the tag`,
    )
  const block = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL
  if (block || token.includes('\n')) return refuse('block-scalar', `${where} is a text of several lines`)
  return undefined
}

function quotesOf(scalar: Scalar): Quotes {
  if (scalar.type === Scalar.QUOTE_DOUBLE) return 'double'
  return scalar.type === Scalar.QUOTE_SINGLE ? 'single' : 'plain'
}

/** The scalar as something to splice. Call only after `leafProblem` found nothing. */
export function leafOf(node: Node, inFlow: boolean): Leaf | undefined {
  if (!isScalar(node) || node.range === undefined || node.range === null) return undefined
  const value = node.value
  if (value !== null && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return undefined
  return { start: node.range[0], end: node.range[1], quotes: quotesOf(node), inFlow, value }
}

/** Calls `visit` for every scalar value below `node`, with its path; keys are not visited. */
export function eachScalar(
  node: Node | null | undefined,
  visit: (scalar: Scalar, path: JsonPath, inFlow: boolean) => void,
  path: JsonPath = [],
  inFlow = false,
): void {
  if (node === null || node === undefined) return
  const within = inFlow || flow(node)
  const map = mapOf(node)
  const list = seqOf(node)
  if (isScalar(node)) visit(node, path, inFlow)
  else if (map !== undefined) {
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : ''
      eachScalar(pair.value, visit, [...path, key], within)
    }
  } else if (list !== undefined) {
    for (const [index, item] of list.items.entries()) eachScalar(item, visit, [...path, index], within)
  }
}

const GENERATED = /^\s*(?:#|\/\/).*\b(?:do not (?:edit|modify)|autogenerated|auto-generated)\b/im
const HEAD_LENGTH = 2000

/** Why nothing in this file may be edited: it is generated or encrypted. */
export function fileProblem(source: SourceText): Refused | undefined {
  const head = source.text.slice(0, HEAD_LENGTH)
  if (GENERATED.test(head)) return refuse('generated', `${source.file} says that it is generated and not to be edited`)
  const sops = source.documents.some(({ doc }) => {
    const root = mapOf(doc.contents)
    return root !== undefined && mapOf(entryOf(root, 'sops')?.value) !== undefined
  })
  return sops ? refuse('encrypted', `${source.file} is encrypted by SOPS`) : undefined
}
