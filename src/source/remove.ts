import { isAlias, type Node } from 'yaml'
import type { JsonPath } from '../domain/index.ts'
import { contentEnd, lineEnd, openText, startOf } from './layout.ts'
import { type Entry, entryOf, isAliased, type MapNode, mapOf, type SourceText, seqOf, walk } from './nodes.ts'
import { type Refused, refuse } from './refused.ts'
import type { Splice } from './splice.ts'

/** One element of a map or list: where it begins with its `?` or dash, where its content ends, and its neighbours. */
type Element = {
  readonly start: number
  readonly end: number
  readonly nodes: readonly Node[]
  readonly previous: number | undefined
  readonly next: number | undefined
  /** The element before it ends in a text whose last line break is part of it. */
  readonly afterText: ReturnType<typeof openText>
}

type Removing = {
  readonly source: SourceText
  readonly where: string
  readonly empty: '{}' | '[]'
  /** The map or list that loses the element, and the key that it stands under. */
  readonly parent: Node
  readonly key: Node | undefined
}

/** What may stand between a mark or a line's beginning and the node: an anchor or a tag. */
const MARKED_KEY = /(?:\?[ \t]+)?(?:[&!][^\s,[\]{}]*[ \t]+)*$/
const MARKED = /(?:[&!][^\s,[\]{}]*[ \t]+)*$/
const MARKED_ITEM = /-[ \t]+(?:[&!][^\s,[\]{}]*[ \t]+)*$/

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Where a node begins with what marks it on its line; undefined where the mark is on another line. */
function markedStart(text: string, node: Node, mark: RegExp): number | undefined {
  const start = startOf(node)
  const match = mark.exec(text.slice(lineStart(text, start), start))
  return match === null ? undefined : start - match[0].length
}

function entryEnd({ key, value }: Entry, text: string): number {
  const keyEnd = key.range?.[1] ?? 0
  return value === null ? keyEnd : Math.max(keyEnd, contentEnd(value, text))
}

/** An empty value may end at the comment behind it. */
function unspaced(text: string, end: number): number {
  let at = end
  while (/[ \t]/.test(text.charAt(at - 1))) at -= 1
  return at
}

function elementOfMap(map: MapNode, entry: Entry, text: string): Element | undefined {
  const index = map.items.indexOf(entry)
  const starts = map.items.map(({ key }) => markedStart(text, key, MARKED_KEY))
  const [start, before] = [starts[index], map.items[index - 1]]
  if (start === undefined) return undefined
  const nodes = [entry.key, ...(entry.value === null ? [] : [entry.value])]
  const previous = before === undefined ? undefined : entryEnd(before, text)
  // An empty value ends at its colon.
  const colon = entry.value === null || entry.value.range?.[0] === entry.value.range?.[1]
  const end = colon && map.flow !== true ? keyLineEnd(text, entry) : entryEnd(entry, text)
  const afterText = before === undefined ? undefined : openText(before.value ?? before.key, text)
  return { start, end: unspaced(text, end), nodes, previous, next: starts[index + 1], afterText }
}

function keyLineEnd(text: string, entry: Entry): number {
  return text.indexOf(':', entry.key.range?.[1] ?? 0) + 1
}

function elementOfList(items: readonly Node[], index: number, flow: boolean, text: string): Element | undefined {
  const starts = items.map((item) => markedStart(text, item, flow ? MARKED : MARKED_ITEM))
  const [start, item, before] = [starts[index], items[index], items[index - 1]]
  if (start === undefined || item === undefined) return undefined
  const previous = before === undefined ? undefined : contentEnd(before, text)
  const afterText = before === undefined ? undefined : openText(before, text)
  return {
    start,
    end: unspaced(text, contentEnd(item, text)),
    nodes: [item],
    previous,
    next: starts[index + 1],
    afterText,
  }
}

/** The comma behind an element, or before it where it is the last. */
function commaSplices(text: string, element: Element, closing: number): readonly Splice[] {
  const { start, end, previous, next } = element
  const behind = text.slice(end, next ?? closing)
  if (next !== undefined && /^\s*,\s*$/.test(behind)) return [{ start, end: next, text: '' }]
  const between = previous === undefined ? undefined : text.slice(previous, start)
  if (next === undefined && previous !== undefined && between !== undefined && /^\s*,\s*$/.test(between))
    return [{ start: previous, end, text: '' }]
  const own: Splice = { start, end, text: '' }
  const [after, before] = [commaIn(behind), between === undefined ? undefined : commaIn(between)]
  if (after !== undefined) return [own, { start: end + after, end: end + after + 1, text: '' }]
  if (before === undefined || previous === undefined) return [own]
  return [{ start: previous + before, end: previous + before + 1, text: '' }, own]
}

/** Position of the comma in what stands between two elements: white space, comments, one comma. */
function commaIn(text: string): number | undefined {
  const match = /^(?:[^,#]|#[^\n]*)*?,/.exec(text)
  return match === null ? undefined : match[0].length - 1
}

/** Whole lines, with their line break; of a last line without one, the break before it unless a text of several lines needs it. */
function lineSplice(text: string, element: Element, keepBreak: boolean): Splice {
  const from = lineStart(text, element.start)
  const to = lineEnd(text, element.end)
  if (to < text.length) return { start: from, end: text.indexOf('\n', to) + 1, text: '' }
  if (keepBreak) return { start: from, end: to, text: '' }
  const before = text.charAt(from - 2) === '\r' ? from - 2 : from - 1
  return { start: Math.max(0, before), end: to, text: '' }
}

/** Whether the lines behind would be read as part of the text before: blank ones that it keeps, or a comment that is indented. */
function joinsText(text: string, element: Element): boolean {
  const next = text.indexOf('\n', element.end) + 1
  if (element.afterText === undefined || next === 0) return false
  const behind = text.slice(next)
  const blank = next < text.length && text.slice(next, lineEnd(text, next)).trim() === ''
  return (element.afterText === 'keep' && blank) || /^(?:[ \t]*\r?\n)*[ \t]+#/.test(behind)
}

/** Of an element that begins behind a dash, its text alone: what follows moves up. */
function inlineSplice(text: string, element: Element): Splice {
  const { start, end, next } = element
  if (next !== undefined && text.slice(end, next).trim() === '') return { start, end: next, text: '' }
  return { start, end: lineEnd(text, end), text: '' }
}

/** The last element of a block: its parent becomes an empty collection in flow style. */
function emptied(at: Removing, element: Element): readonly Splice[] | Refused {
  const { text } = at.source
  const instead: Splice = { start: element.start, end: element.end, text: at.empty }
  if (at.key === undefined) return [instead]
  const colon = text.indexOf(':', at.key.range?.[1] ?? 0) + 1
  const between = text.slice(colon, element.start)
  if (/^[^\n]*[^\s#][^\n]*/.test(between.replace(/(?:^|[ \t])#[^\n]*/g, '')))
    return refuse('shared-anchor', `${at.where} is the last of something that has an anchor or a tag`)
  if (!between.includes('\n')) return [instead]
  return [{ start: colon, end: colon, text: ` ${at.empty}` }, lineSplice(text, element, false)]
}

/** Anchors in what goes that something outside of it still names. */
function leavesAliases(source: SourceText, element: Element): boolean {
  const rest = source.text.slice(0, element.start) + source.text.slice(element.end)
  const open = [...element.nodes]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isAlias(node)) continue
    if ('anchor' in node && typeof node.anchor === 'string' && isAliased(rest, node.anchor)) return true
    for (const { key, value } of mapOf(node)?.items ?? []) open.push(key, ...(value === null ? [] : [value]))
    open.push(...(seqOf(node)?.items ?? []))
  }
  return false
}

function splicesFor(at: Removing, element: Element, flow: boolean): readonly Splice[] | Refused {
  const { text } = at.source
  if (leavesAliases(at.source, element))
    return refuse('shared-anchor', `${at.where} holds an anchor that is named elsewhere`)
  const only = element.previous === undefined && element.next === undefined
  if (flow) return commaSplices(text, element, (at.parent.range?.[1] ?? 0) - 1)
  if (only) return emptied(at, element)
  if (joinsText(text, element))
    return refuse('block-scalar', `${at.where} separates a text from lines that would become part of it`)
  const ownLine = text.slice(lineStart(text, element.start), element.start).replace('\ufeff', '').trim() === ''
  return [ownLine ? lineSplice(text, element, (element.afterText ?? 'strip') !== 'strip') : inlineSplice(text, element)]
}

/**
 * Splices that take out the entry or list item at a path, with its lines and the comments on them; comments on lines of their own stay.
 * What loses its last entry becomes `{}` or `[]`. Refused as `shared-anchor` where an alias, a merge key or an anchor that is named
 * elsewhere is in the way, and as `not-in-git` where nothing is there.
 */
export function removeAt(source: SourceText, document: number, path: JsonPath): readonly Splice[] | Refused {
  const where = `${source.file}: ${path.join('.')}`
  const last = path.at(-1)
  const parent = walk(source, document, path.slice(0, -1))
  if ('refused' in parent) return parent
  const nothing = refuse('not-in-git', `${where}: nothing that can be taken out stands there`)
  if (last === undefined || parent.rest.length > 0) return nothing
  const [map, list] = [mapOf(parent.node), seqOf(parent.node)]
  const at = { source, where, parent: parent.node, key: parent.entry?.key }
  if (map !== undefined && typeof last === 'string') {
    const found = walk(source, document, path)
    if ('refused' in found) return found
    const entry = entryOf(map, last)
    if (entryOf(map, '<<') !== undefined) return refuse('shared-anchor', `${where} stands over what an anchor merges`)
    const element = entry === undefined ? undefined : elementOfMap(map, entry, source.text)
    return element === undefined ? nothing : splicesFor({ ...at, empty: '{}' }, element, map.flow === true)
  }
  if (list === undefined || typeof last !== 'number') return nothing
  const element = elementOfList(list.items, last, list.flow === true, source.text)
  return element === undefined ? nothing : splicesFor({ ...at, empty: '[]' }, element, list.flow === true)
}
