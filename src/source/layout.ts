import { isMap, isScalar, isSeq, type Node, Scalar } from 'yaml'
import { mapOf, type SourceText, seqOf } from './nodes.ts'

/** How the author of a document indents; defaults where the document does not say. */
export type Layout = {
  /** Columns from a map's keys to those of a map below. */
  readonly step: number
  /** Columns from a key to the dashes of its list: 0 or 2 as a rule. */
  readonly listOffset: number
  readonly newline: '\n' | '\r\n'
}

/** Column of an offset from 0; a byte order mark takes none. */
export function columnOf(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return offset - start - (text.charCodeAt(start) === 0xfeff && offset > start ? 1 : 0)
}

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

function mostFrequent(counts: ReadonlyMap<number, number>, otherwise: number): number {
  let [best, most] = [otherwise, 0]
  for (const [value, count] of counts) if (count > most) [best, most] = [value, count]
  return best
}

function add(counts: Map<number, number>, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1)
}

function isBlock(node: Node | null): node is Node {
  return node !== null && (isMap(node) || isSeq(node)) && node.flow !== true
}

type Counts = { readonly steps: Map<number, number>; readonly offsets: Map<number, number> }

function measure(node: Node | null, text: string, counts: Counts): void {
  const [map, list] = [mapOf(node), seqOf(node)]
  for (const item of list?.items ?? []) measure(item, text, counts)
  for (const { key, value } of map?.items ?? []) {
    if (!isBlock(value)) continue
    const columns = columnOf(text, startOf(value)) - columnOf(text, startOf(key))
    if (isMap(value) && columns > 0) add(counts.steps, columns)
    if (isSeq(value) && columns >= 0) add(counts.offsets, columns)
    measure(value, text, counts)
  }
}

/** The most frequent steps of one document, else 2; lists stand 2 in as well unless the document says otherwise. */
export function layoutOf(source: SourceText, document: number): Layout {
  const counts: Counts = { steps: new Map(), offsets: new Map() }
  measure(source.documents[document]?.doc.contents ?? null, source.text, counts)
  return {
    step: mostFrequent(counts.steps, 2),
    listOffset: mostFrequent(counts.offsets, 2),
    newline: source.text.includes('\r\n') ? '\r\n' : '\n',
  }
}

/** Where the content of a node ends: after the last token that is no comment, line end or white space. */
export function contentEnd(node: Node, text: string): number {
  const [map, list] = [mapOf(node), seqOf(node)]
  const block = (map ?? list)?.flow !== true
  const lastEntry = map?.items.at(-1)
  if (block && lastEntry !== undefined) {
    const valueEnd = lastEntry.value === null ? 0 : contentEnd(lastEntry.value, text)
    // A value that is nothing ends at its colon, which its own range may lie behind.
    return Math.max(valueEnd, lastEntry.key.range?.[1] ?? 0)
  }
  const lastItem = list?.items.at(-1)
  if (block && lastItem !== undefined) return contentEnd(lastItem, text)
  let end = node.range?.[1] ?? 0
  const literal = isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED)
  if (!literal) return end
  // Blank lines at the end are part of the text where it keeps them.
  const header = text.slice(startOf(node), lineEnd(text, startOf(node)))
  if (/^[|>]\d?\+/.test(header))
    return /\r?\n$/.test(text.slice(0, end)) ? end - (text.charAt(end - 2) === '\r' ? 2 : 1) : end
  while (end > startOf(node) && /\s/.test(text.charAt(end - 1))) end -= 1
  return end
}

/** The node whose text ends a node in block style. */
function lastLeaf(node: Node): Node {
  const [map, list] = [mapOf(node), seqOf(node)]
  if ((map ?? list)?.flow === true) return node
  const pair = map?.items.at(-1)
  const below = pair === undefined ? list?.items.at(-1) : (pair.value ?? pair.key)
  return below === undefined ? node : lastLeaf(below)
}

/**
 * How a node ends that ends in a block scalar, whose value what follows has a say in: `clip` has one line break at its end if the file
 * has one there, `keep` has the blank lines behind it too, `strip` neither.
 */
export function openText(node: Node, text: string): 'strip' | 'clip' | 'keep' | undefined {
  const last = lastLeaf(node)
  if (!isScalar(last) || (last.type !== Scalar.BLOCK_LITERAL && last.type !== Scalar.BLOCK_FOLDED)) return undefined
  const chomp = /^[|>]\d?([-+]?)/.exec(text.slice(startOf(last), startOf(last) + 3))?.[1]
  if (chomp === '-') return 'strip'
  return chomp === '+' ? 'keep' : 'clip'
}

/** End of the line that holds `offset`, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const next = text.indexOf('\n', offset)
  if (next < 0) return text.length
  return text.charAt(next - 1) === '\r' && next > offset ? next - 1 : next
}

// Pairs whose order people keep through a file.
const ORDERED: ReadonlySet<string> = new Set(['limits', 'requests', 'cpu', 'memory', 'ephemeral-storage'])

function keysOf(node: Node): readonly string[] {
  return (mapOf(node)?.items ?? []).map(({ key }) => (isScalar(key) ? String(key.source ?? key.value) : ''))
}

/**
 * Position among the keys of a map before which the document's author would write `key`, undefined for the end. HEURISTIC: what stands
 * first in most maps of the document that have both.
 */
export function authorsOrder(source: SourceText, document: number, map: Node, key: string): number | undefined {
  if (!ORDERED.has(key)) return undefined
  const siblings = keysOf(map)
  const votes = siblings.map(() => 0)
  const open: Node[] = [source.documents[document]?.doc.contents].filter((node) => node != null)
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const keys = keysOf(node)
    const own = keys.indexOf(key)
    for (const [index, sibling] of siblings.entries()) {
      const other = own < 0 || !ORDERED.has(sibling) ? -1 : keys.indexOf(sibling)
      if (other >= 0) votes[index] = (votes[index] ?? 0) + Math.sign(other - own)
    }
    for (const { value } of mapOf(node)?.items ?? []) if (value !== null) open.push(value)
    open.push(...(seqOf(node)?.items ?? []))
  }
  const index = votes.findIndex((vote) => vote > 0)
  return index < 0 ? undefined : index
}

/** A leaf as its token, or a text of several lines that is written as a literal block. */
export type Written =
  | { readonly token: string }
  | { readonly literal: readonly string[] }
  | { readonly entries: readonly (readonly [string, Written])[] }
  | { readonly items: readonly Written[] }

/** Block lines of an entry `key: value` at a column, each with its indentation. */
export function entryLines(key: string, value: Written, column: number, layout: Layout): readonly string[] {
  const pad = ' '.repeat(column)
  if ('token' in value) return [`${pad}${key}: ${value.token}`]
  if ('literal' in value) {
    const inner = ' '.repeat(column + layout.step)
    return [`${pad}${key}: |-`, ...value.literal.map((line) => (line === '' ? '' : inner + line))]
  }
  if ('items' in value) return [`${pad}${key}:`, ...itemsLines(value.items, column + layout.listOffset, layout)]
  return [`${pad}${key}:`, ...entriesLines(value.entries, column + layout.step, layout)]
}

export function entriesLines(
  entries: readonly (readonly [string, Written])[],
  column: number,
  layout: Layout,
): readonly string[] {
  return entries.flatMap(([key, value]) => entryLines(key, value, column, layout))
}

export function itemsLines(items: readonly Written[], column: number, layout: Layout): readonly string[] {
  return items.flatMap((item) => {
    const dash = `${' '.repeat(column)}- `
    if ('token' in item) return [dash + item.token]
    const lines = 'entries' in item ? entriesLines(item.entries, column + 2, layout) : []
    const [first = '', ...rest] = lines
    return [dash + first.trimStart(), ...rest]
  })
}

/** One line of flow style, `{limits: {memory: 1Gi}}`, or JSON where `json` says so. */
export function flowText(value: Written, json: boolean): string {
  if ('token' in value) return value.token
  if ('literal' in value) return JSON.stringify(value.literal.join('\n'))
  if ('items' in value) return `[${value.items.map((item) => flowText(item, json)).join(', ')}]`
  return `{${value.entries.map(([key, inner]) => `${json ? JSON.stringify(key) : key}: ${flowText(inner, json)}`).join(', ')}}`
}

/** Nested entries that lead along `keys` to a value. */
export function nest(keys: readonly string[], value: Written): Written {
  return keys.reduceRight<Written>((inner, key) => ({ entries: [[key, inner]] }), value)
}
