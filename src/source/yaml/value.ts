import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { JsonObject, JsonPath, JsonPrimitive, JsonValue } from '../../domain/index.ts'
import { type Problem, YAML_CAPS } from './caps.ts'
import { type Dialect, numberOf, plainScalar } from './scalar.ts'

/** A value with what it costs when it is written out: the nodes below it, and how deep they go. */
type Sized = { readonly value: JsonValue; readonly nodes: number; readonly height: number }

type Budget = { nodes: number }

/** What one document is read with: the anchors so far, and where we are. */
type Reading = {
  readonly dialect: Dialect
  readonly anchors: Map<string, Sized>
  readonly path: (string | number)[]
  readonly blanks: JsonPath[]
  readonly folded: JsonPath[]
  /** The first thing that JSON has no words for; readers of objects refuse it. */
  odd: Problem | undefined
  /** Offset of the end of the file where its last line is not ended, else -1. */
  readonly openEnd: number
}

class Refused extends Error {
  readonly problem: Problem
  constructor(node: Node | undefined, message: string, tooLarge: boolean) {
    super(message)
    this.problem = { offset: node?.range?.[0] ?? 0, message, tooLarge }
  }
}

/**
 * The value of a document composed under the `failsafe` schema. Aliases share the value of their anchor, counted in full against
 * the caps, so a bomb is refused before anyone walks it. Duplicate keys are refused by one set per map.
 */
export function jsonOf(
  doc: Document.Parsed,
  budget: Budget,
  dialect: Dialect,
  openEnd: number,
):
  | {
      readonly value: JsonValue
      readonly blanks: readonly JsonPath[]
      readonly folded: readonly JsonPath[]
      readonly odd: Problem | undefined
    }
  | { readonly problem: Problem } {
  const reading: Reading = { dialect, openEnd, anchors: new Map(), path: [], blanks: [], folded: [], odd: undefined }
  try {
    const read = doc.contents === null ? sizedScalar(null) : convert(doc.contents, reading)
    budget.nodes -= read.nodes
    if (budget.nodes < 0)
      return { problem: { offset: 0, message: `more than ${YAML_CAPS.nodes} values`, tooLarge: true } }
    return { value: read.value, blanks: reading.blanks, folded: reading.folded, odd: reading.odd }
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem }
    throw error
  }
}

function sizedScalar(value: JsonPrimitive): Sized {
  return { value, nodes: 1, height: 0 }
}

function blank(reading: Reading): Sized {
  reading.blanks.push([...reading.path])
  return sizedScalar(null)
}

/** Recursion is bounded: the tokens were checked for depth before they were composed. */
function convert(node: Node, reading: Reading): Sized {
  if (isAlias(node)) {
    const target = reading.anchors.get(node.source)
    if (target === undefined) throw new Refused(node, 'an alias names no anchor before it', false)
    return target
  }
  const sized = convertBare(node, reading)
  if (sized.nodes > YAML_CAPS.nodes) throw new Refused(node, `more than ${YAML_CAPS.nodes} values`, true)
  if (sized.height > YAML_CAPS.depth) throw new Refused(node, `nested deeper than ${YAML_CAPS.depth}`, true)
  if ('anchor' in node && typeof node.anchor === 'string') reading.anchors.set(node.anchor, sized)
  return sized
}

function convertBare(node: Node, reading: Reading): Sized {
  if (isMap(node)) return convertMap(node, reading)
  if (isSeq(node)) return convertSeq(node, reading)
  if (!isScalar(node)) return sizedScalar(null)
  if (isPlain(node) && INFINITE.test(node.source ?? '')) noteOdd(node, `${node.source} is no number of JSON`, reading)
  const value = ended(node, scalarValue(node, reading.dialect), reading)
  node.value = value
  if (value === null && node.source === '') return blank(reading)
  return sizedScalar(value)
}

const INFINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

function isPlain(node: Scalar): boolean {
  return node.tag === undefined && (node.type === Scalar.PLAIN || node.type === undefined)
}

function noteOdd(node: Node, message: string, reading: Reading): void {
  // Annotations are texts to kustomize, as written.
  if (reading.path[0] === 'metadata' && reading.path[1] === 'annotations') return
  reading.odd ??= { offset: node.range?.[0] ?? 0, message, tooLarge: false }
}

/** A block scalar has no last newline where the file has none; the parser gives it one. */
function ended(node: Scalar, value: JsonPrimitive, reading: Reading): JsonPrimitive {
  if (node.type === Scalar.BLOCK_FOLDED) reading.folded.push([...reading.path])
  else if (node.type !== Scalar.BLOCK_LITERAL) return value
  if (typeof value !== 'string' || (node.range?.[1] ?? 0) < reading.openEnd || reading.openEnd < 0) return value
  return value.endsWith('\n') ? value.slice(0, -1) : value
}

const TAG = 'tag:yaml.org,2002:'

function scalarValue(node: Scalar, dialect: Dialect): JsonPrimitive {
  const source = typeof node.value === 'string' ? node.value : (node.source ?? '')
  switch (node.tag?.startsWith(TAG) === true ? node.tag.slice(TAG.length) : node.tag) {
    case undefined:
      return node.type === Scalar.PLAIN || node.type === undefined ? plainScalar(source, dialect) : source
    case 'int':
    case 'float':
      return numberOf(source) ?? source
    case 'binary':
      return decoded(source) ?? source
    case 'bool':
    case 'null':
      return plainScalar(source, dialect)
    default:
      return source
  }
}

function decoded(source: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(source.replace(/\s/g, '')), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function convertSeq(node: YAMLSeq, reading: Reading): Sized {
  const items: JsonValue[] = []
  let nodes = 1
  let height = 0
  for (const item of node.items) {
    // A sequence of a composed document holds nodes; a pair in one is a single-pair flow map, which the composer wraps.
    reading.path.push(items.length)
    const sized = convert(item as Node, reading)
    reading.path.pop()
    items.push(sized.value)
    nodes += sized.nodes
    height = Math.max(height, sized.height + 1)
  }
  return { value: items, nodes, height }
}

function convertMap(node: YAMLMap, reading: Reading): Sized {
  const own = new Map<string, JsonValue>()
  const merged = new Map<string, JsonValue>()
  let nodes = 1
  let height = 0
  for (const pair of node.items as readonly Pair<Node, Node | null>[]) {
    const key = keyText(pair.key, reading)
    if (own.has(key)) throw new Refused(pair.key, `key ${JSON.stringify(key)} stands twice in one map`, false)
    reading.path.push(key)
    const sized = pair.value === null ? blank(reading) : convert(pair.value, reading)
    reading.path.pop()
    nodes += sized.nodes
    height = Math.max(height, sized.height + 1)
    if (isMergeKey(pair.key)) mergeInto(merged, sized.value, pair.key)
    else own.set(key, sized.value)
  }
  for (const [key, value] of merged) if (!own.has(key)) own.set(key, value)
  return { value: Object.fromEntries(own), nodes, height }
}

function keyText(key: Node, reading: Reading): string {
  if (!isScalar(key)) throw new Refused(key, 'a key must be plain text', false)
  const text = key.source ?? String(key.value)
  const value = typeof key.value === 'string' ? key.value : text
  // Every later reader may copy maps by assignment, where this name would reach the prototype.
  if (value === '__proto__') throw new Refused(key, 'key "__proto__" is not read', false)
  return isPlain(key) && !isMergeKey(key) ? plainKey(key, value, reading) : value
}

/** A key that is no text: the settings of kustomize take it as JSON writes it, and objects may not have it. */
function plainKey(key: Scalar, text: string, reading: Reading): string {
  const value = plainScalar(text, reading.dialect)
  if (value === text) return text
  if (reading.dialect === 'settings') return typeof value === 'string' ? text : String(value)
  noteOdd(key, `the key ${text} is not text; put it in quotes`, reading)
  return text
}

function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN
}

/** Of several merged maps the first that has a key wins; keys of the map itself win over all. */
function mergeInto(merged: Map<string, JsonValue>, value: JsonValue, key: Node): void {
  const maps = Array.isArray(value) ? value : [value]
  for (const map of maps) {
    if (typeof map !== 'object' || map === null || Array.isArray(map))
      throw new Refused(key, '"<<" must merge a map', false)
    for (const [name, item] of Object.entries(map as JsonObject)) if (!merged.has(name)) merged.set(name, item)
  }
}
