import { isAlias, isMap, isScalar, isSeq, type Node, Scalar } from 'yaml'
import type { JsonPath } from '../domain/index.ts'
import {
  authorsOrder,
  columnOf,
  contentEnd,
  entriesLines,
  flowText,
  itemsLines,
  type Layout,
  layoutOf,
  lineEnd,
  nest,
  openText,
  startOf,
  type Written,
} from './layout.ts'
import {
  isBlank,
  isNothing,
  type MapNode,
  mapOf,
  type SeqNode,
  type SourceText,
  seqOf,
  type Walk,
  walk,
} from './nodes.ts'
import { type Refused, refuse } from './refused.ts'
import { isPlainText, quote } from './scalar-text.ts'
import type { Splice } from './splice.ts'

type Inserting = { readonly source: SourceText; readonly document: number; readonly layout: Layout }

export function keyToken(key: string): string {
  return isPlainText(key, true) ? key : quote(key, 'double')
}

function block(lines: readonly string[], at: number, layout: Layout): Splice {
  return { start: at, end: at, text: lines.map((line) => layout.newline + line).join('') }
}

/** JSON, or YAML whose author quotes keys: then ours are quoted too. */
function quotesKeys(map: MapNode): boolean {
  const key = map.items[0]?.key
  return isScalar(key) && key.type === Scalar.QUOTE_DOUBLE
}

function inJson(written: Written): Written {
  if ('token' in written)
    return { token: /^(?:"|-?\d+(?:\.\d+)?$)/.test(written.token) ? written.token : JSON.stringify(written.token) }
  if ('entries' in written) return { entries: written.entries.map(([key, value]) => [key, inJson(value)] as const) }
  return 'items' in written ? { items: written.items.map(inJson) } : written
}

/** `, key: value` after the last entry; on a line of its own where the entries stand so. */
function intoFlowMap(at: Inserting, map: MapNode, key: string, value: Written): readonly Splice[] {
  const { text } = at.source
  const [first, last] = [map.items[0], map.items.at(-1)]
  const json = quotesKeys(map)
  const name = json ? JSON.stringify(key) : keyToken(key)
  const entry = `${name}: ${flowText(json ? inJson(value) : value, json)}`
  if (first === undefined || last === undefined) {
    const whole = map.range
    return [{ start: whole?.[0] ?? 0, end: whole?.[1] ?? 0, text: `{${entry}}` }]
  }
  const end = contentEnd(last.value ?? last.key, text)
  const firstAt = startOf(first.key)
  const ownLine = text.slice(startOf(map), firstAt).includes('\n')
  const gap = ownLine ? at.layout.newline + ' '.repeat(columnOf(text, firstAt)) : ' '
  return [{ start: end, end, text: `,${gap}${entry}` }]
}

/** End of the line above the sibling that the author writes behind `key`, and above the comments that stand on that sibling. */
function endAbove({ source, document }: Inserting, map: MapNode, key: string): number | undefined {
  const { text } = source
  const index = authorsOrder(source, document, map, key)
  const sibling = index === undefined ? undefined : map.items[index]
  if (sibling === undefined) return undefined
  let start = text.lastIndexOf('\n', startOf(sibling.key) - 1) + 1
  // Behind a dash, `?`, anchor or tag nothing can be put in between.
  if (start === 0 || text.slice(start, startOf(sibling.key)).trim() !== '') return undefined
  const pad = text.slice(start, startOf(sibling.key))
  for (let above = lineAbove(text, start); above !== undefined; above = lineAbove(text, start)) {
    if (!text.startsWith(`${pad}#`, above)) break
    start = above
  }
  if (start === 0) return undefined
  return text.charAt(start - 2) === '\r' ? start - 2 : start - 1
}

function lineAbove(text: string, start: number): number | undefined {
  return start === 0 ? undefined : text.lastIndexOf('\n', start - 2) + 1
}

/** A line behind such a text would end its last line, which changes its value. */
function unended(node: Node, text: string): boolean {
  return (
    !text.endsWith('\n') && lineEnd(text, contentEnd(node, text)) === text.length && openText(node, text) !== undefined
  )
}

function intoBlockMap(at: Inserting, map: MapNode, key: string, value: Written): readonly Splice[] | Refused {
  const { text } = at.source
  if (unended(map, text)) return refuse('block-scalar', `${at.source.file} ends in a text whose last line has no end`)
  // A key may stand behind `?`, an anchor or a tag: the map begins with these.
  const column = columnOf(text, startOf(map))
  const lines = entriesLines([[keyToken(key), value]], column, at.layout)
  const above = endAbove(at, map, key)
  if (above !== undefined) return [block(lines, above, at.layout)]
  const end = lineEnd(text, contentEnd(map, text))
  return [block(lines, end, at.layout)]
}

/** A value that stands for nothing (`{}`, `[]`, `null`, `~`, or no text) is taken off the key's line, and the block follows. */
function insteadOfNothing(
  at: Inserting,
  found: Walk,
  lines: (column: number) => readonly string[],
): readonly Splice[] | Refused {
  const { text } = at.source
  const key = found.entry?.key
  const [start, end] = [found.node.range?.[0] ?? 0, found.node.range?.[1] ?? 0]
  if (key === undefined) return refuse('not-in-git', `${at.source.file}: there is no key to write the value under`)
  const colon = text.indexOf(':', key.range?.[1] ?? 0)
  // `{}` on a line of its own, as older charts have it: the block takes its place and its column.
  if (text.slice(colon, start).includes('\n')) {
    const instead = lines(columnOf(text, start) - at.layout.step).join(at.layout.newline)
    return [{ start, end, text: instead.trimStart() }]
  }
  const removed: readonly Splice[] = end > start ? [{ start: colon + 1, end, text: '' }] : []
  return [...removed, block(lines(columnOf(text, startOf(key))), lineEnd(text, end), at.layout)]
}

function isEmptyCollection(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.items.length === 0
}

function asWritten(rest: JsonPath, value: Written): { readonly key: string; readonly value: Written } | undefined {
  const [first, ...others] = rest
  if (typeof first !== 'string' || others.some((step) => typeof step !== 'string')) return undefined
  return {
    key: first,
    value: nest(
      others.map((step) => keyToken(String(step))),
      value,
    ),
  }
}

/**
 * Splices that write `value` at a path of a document that has nothing there yet: after the last content line of the deepest map that
 * exists, in the author's indentation. Refused where a list position is missing, or where an anchor is shared.
 */
export function insertAt(
  source: SourceText,
  document: number,
  path: JsonPath,
  value: Written,
): readonly Splice[] | Refused {
  if (isBlank(source, document)) return intoBlank(source, path, value)
  const found = walk(source, document, path)
  if ('refused' in found) return found
  const entry = asWritten(found.rest, value)
  const where = `${source.file}: ${path.join('.')}`
  if (entry === undefined) return refuse('not-in-git', `${where} has no place to be written`)
  if (isAlias(found.node)) return refuse('shared-anchor', `${where} is under an alias`)
  const at: Inserting = { source, document, layout: layoutOf(source, document) }
  const map = mapOf(found.node)
  if (isNothing(found.node) || isEmptyCollection(found.node)) {
    const outer = flowParent(source, document, path, found)
    if (outer !== undefined) return [insteadOfFlowNothing(found.node, quotesKeys(outer), entry)]
    return insteadOfNothing(at, found, (column) =>
      entriesLines([[keyToken(entry.key), entry.value]], column + at.layout.step, at.layout),
    )
  }
  if (map === undefined) return refuse('not-in-git', `${where}: something else than a map stands there`)
  return map.flow === true
    ? intoFlowMap(at, map, entry.key, entry.value)
    : intoBlockMap(at, map, entry.key, entry.value)
}

/** The first entry of a file that has none, after its comments. */
function intoBlank(source: SourceText, path: JsonPath, value: Written): readonly Splice[] | Refused {
  const entry = asWritten(path, value)
  if (entry === undefined)
    return refuse(
      'not-in-git',
      `${source.file}: ${path.join('.')} has no place to be written in a file without content`,
    )
  const layout = layoutOf(source, 0)
  const lines = entriesLines([[keyToken(entry.key), entry.value]], 0, layout)
  const end = source.text.trimEnd().length
  if (end === 0)
    return [{ start: 0, end: source.text.length, text: lines.map((line) => line + layout.newline).join('') }]
  return [block(lines, end, layout)]
}

/** The flow map that holds the node, undefined where it stands in block style. */
function flowParent(source: SourceText, document: number, path: JsonPath, found: Walk): MapNode | undefined {
  const depth = path.length - found.rest.length
  const parent = depth === 0 ? undefined : walk(source, document, path.slice(0, depth - 1))
  if (parent === undefined || 'refused' in parent || !parent.inFlow) return undefined
  return mapOf(parent.node)
}

function insteadOfFlowNothing(
  node: Node,
  json: boolean,
  entry: { readonly key: string; readonly value: Written },
): Splice {
  const value = json ? inJson(entry.value) : entry.value
  const text = flowText({ entries: [[json ? entry.key : keyToken(entry.key), value]] }, json)
  return { start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0, text }
}

function intoBlockList(at: Inserting, list: SeqNode, item: Written): readonly Splice[] | Refused {
  const { text } = at.source
  if (unended(list, text)) return refuse('block-scalar', `${at.source.file} ends in a text whose last line has no end`)
  const column = columnOf(text, startOf(list))
  return [block(itemsLines([item], column, at.layout), lineEnd(text, contentEnd(list, text)), at.layout)]
}

/** `, item` after the last one; on a line of its own where the items stand so. */
function intoFlowList(at: Inserting, list: SeqNode, item: Written): readonly Splice[] {
  const { text } = at.source
  const [first, last] = [list.items[0] ?? list, list.items.at(-1) ?? list]
  const end = contentEnd(last, text)
  const map = mapOf(first)
  const json = map !== undefined && quotesKeys(map)
  const firstAt = startOf(first)
  const ownLine = text.slice(startOf(list), firstAt).includes('\n')
  const gap = ownLine ? at.layout.newline + ' '.repeat(columnOf(text, firstAt)) : ' '
  return [{ start: end, end, text: `,${gap}${flowText(json ? inJson(item) : item, json)}` }]
}

/** Splices that add an item to a document that is a list in block style. */
export function appendToList(source: SourceText, document: number, item: Written): readonly Splice[] | Refused {
  const list = seqOf(source.documents[document]?.doc.contents)
  if (list === undefined || list.flow === true || list.items.length === 0) {
    return refuse('not-in-git', `${source.file} is not a list in block style`)
  }
  return intoBlockList({ source, document, layout: layoutOf(source, document) }, list, item)
}

/** Splices that add an item to the list under a key of the document's root, which is made where it is missing or empty. */
export function appendItem(
  source: SourceText,
  document: number,
  key: string,
  item: Written,
): readonly Splice[] | Refused {
  const found = walk(source, document, [key])
  if ('refused' in found) return found
  const at: Inserting = { source, document, layout: layoutOf(source, document) }
  if (found.rest.length > 0) return insertAt(source, document, [key], { items: [item] })
  const list = seqOf(found.node)
  if (isNothing(found.node) || list?.items.length === 0) {
    return insteadOfNothing(at, found, (column) => itemsLines([item], column + at.layout.listOffset, at.layout))
  }
  if (list === undefined) return refuse('not-in-git', `${source.file}: ${key} is not a list`)
  if (list.flow === true) return intoFlowList(at, list, item)
  return intoBlockList(at, list, item)
}
