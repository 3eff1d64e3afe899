import type { JsonValue } from '../../domain/index.ts'
import { blockText, foldedText, quotedText } from './plain-text.ts'

/**
 * Reads the plain part of YAML that nearly all rendered objects are written in: block maps and lists, one document, text on one line, quoted,
 * folded or literal. Twenty times as fast as a whole parser. Anything else, and anything that might be something else, is undefined: the whole
 * parser then reads it. `scalar` resolves texts that may be no text, such as `0755`, `1e3` and `yes`.
 */
export function readPlainYaml(text: string, scalar: (text: string) => JsonValue | undefined): JsonValue | undefined {
  if (!text.endsWith('\n') || ODD.test(text) || /^(?:%|\.\.\.)/m.test(text)) return undefined
  const state: State = { lines: linesOf(text), at: 0, scalar }
  try {
    const value = node(state, -1, 0)
    skipBlank(state)
    return state.at === state.lines.length ? value : undefined
  } catch (thrown) {
    if (thrown === OTHER) return undefined
    throw thrown
  }
}

/** Characters that YAML treats in ways of their own. */
const ODD = /(?!\n)[\p{Cc}\p{Cs}\ufeff\u2028\u2029]/u

/** Thrown within this file alone, where the text is not plain. */
const OTHER = Symbol('not plain')
const DEEPEST = 120

type State = { readonly lines: readonly string[]; at: number; readonly scalar: (text: string) => JsonValue | undefined }

function other(): never {
  throw OTHER
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  lines.pop()
  return lines
}

function indentOf(line: string): number {
  let at = 0
  while (line.charCodeAt(at) === 32) at += 1
  return at
}

/** Moves past empty lines and comments. */
function skipBlank(state: State): void {
  for (; state.at < state.lines.length; state.at += 1) {
    const line = state.lines[state.at] ?? ''
    const indent = indentOf(line)
    if (indent < line.length && line.charCodeAt(indent) !== 35) return
  }
}

/** What stands on the next line, if it is indented more than `above`; null where nothing is. */
function node(state: State, above: number, depth: number): JsonValue {
  if (depth > DEEPEST) other()
  skipBlank(state)
  const line = state.lines[state.at]
  if (line === undefined) return null
  const indent = indentOf(line)
  if (indent <= above) return null
  return isItem(line, indent) ? list(state, indent, depth) : map(state, indent, depth)
}

function isItem(line: string, indent: number): boolean {
  return line.charCodeAt(indent) === 45 && (indent + 1 === line.length || line.charCodeAt(indent + 1) === 32)
}

function list(state: State, indent: number, depth: number): JsonValue {
  const items: JsonValue[] = []
  for (;;) {
    skipBlank(state)
    const line = state.lines[state.at]
    if (line === undefined || indentOf(line) < indent) return items
    if (indentOf(line) > indent) other()
    if (!isItem(line, indent)) return items
    items.push(item(state, line, indent, depth))
  }
}

function item(state: State, line: string, indent: number, depth: number): JsonValue {
  const rest = line.slice(indent + 1)
  const inner = indent + 1 + indentOf(rest)
  if (inner >= line.length || line.charCodeAt(inner) === 35) {
    state.at += 1
    return node(state, indent, depth + 1)
  }
  if (isItem(line, inner)) other()
  if (KEY.test(line.slice(inner))) return map(state, inner, depth + 1, inner)
  state.at += 1
  return value(state, line.slice(inner), indent)
}

/** A key that can only be text, and what follows its colon. */
const KEY = /^([A-Za-z_$][\w.$/-]*):(?: +(.*))?$/
const QUOTED_KEY = /^(?:"([\w.$/: -]*)"|'([\w.$/: -]*)'):(?: +(.*))?$/
const NO_TEXT = /^(?:y|n|yes|no|on|off|true|false|null|__proto__)$/i

/** `from`: the first key stands behind the dash of a list. */
function map(state: State, indent: number, depth: number, from?: number): JsonValue {
  if (depth > DEEPEST) other()
  const found: Record<string, JsonValue> = {}
  for (let first = from !== undefined; ; first = false) {
    if (!first) skipBlank(state)
    const line = state.lines[state.at]
    if (line === undefined) return found
    const own = first ? indent : indentOf(line)
    if (own < indent) return found
    if (own > indent || (!first && isItem(line, indent))) other()
    const content = line.slice(indent)
    const [, plain, plainRest] = KEY.exec(content) ?? []
    const [, double, single, quotedRest] = plain === undefined ? (QUOTED_KEY.exec(content) ?? []) : []
    const key = plain ?? double ?? single ?? other()
    if (NO_TEXT.test(key)) other()
    state.at += 1
    found[key] = entry(state, plainRest ?? quotedRest ?? '', indent, depth)
  }
}

function entry(state: State, rest: string, indent: number, depth: number): JsonValue {
  if (rest !== '' && rest.charCodeAt(0) !== 35) return value(state, rest, indent)
  skipBlank(state)
  const next = state.lines[state.at]
  // A list may stand as far left as its key.
  if (next !== undefined && indentOf(next) === indent && isItem(next, indent)) return list(state, indent, depth + 1)
  return node(state, indent, depth + 1)
}

const OPENERS = /^[&*!%@`{[\]},?]|^[-:](?: |$)/
/** What may be a number, or another value that is no text. */
const MAYBE = /^[-+.\d]|^(?:y|n|yes|no|on|off|true|false|null|~)$/i
const WHOLE = /^(?:0|-?[1-9]\d{0,14})$/
const WORD = /^\d+(?:\.\d+)*(?:m|Ki|Mi|Gi|Ti|k|M|G|T|s|ms|h)$/

/** A value that begins on the line that has just been passed. `indent` is that of its key or dash. */
function value(state: State, text: string, indent: number): JsonValue {
  const first = text.charCodeAt(0)
  if (first === 34 || first === 39) return quotedText(text, moreLines(state, indent), state) ?? other()
  if (first === 124) return blockText(text, state, indent) ?? other()
  if (text === '{}') return {}
  if (text === '[]') return []
  if (first === 62 || OPENERS.test(text)) other()
  return plainValue(state, text, indent)
}

function plainValue(state: State, text: string, indent: number): JsonValue {
  const comment = text.indexOf(' #')
  const own = (comment < 0 ? text : text.slice(0, comment)).trimEnd()
  if (own.includes(': ') || own.endsWith(':')) other()
  const more = moreLines(state, indent)
  if (more > 0) {
    if (comment >= 0) other()
    const folded = foldedText(own, state, more)
    if (folded === undefined || /(?:^|\s)#|:(?:\s|$)|(?:^|\n| )[-?](?: |$)/.test(folded)) other()
    return folded
  }
  if (WHOLE.test(own)) return Number(own)
  if (!MAYBE.test(own) || WORD.test(own)) return own
  return state.scalar(own) ?? (/^(?:null|~)$/i.test(own) ? null : other())
}

/** How many of the next lines belong to what has begun: those that are indented more, and empty ones between them. */
function moreLines({ lines, at }: State, indent: number): number {
  let count = 0
  for (let next = at; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    const own = indentOf(line)
    if (own === line.length) continue
    if (own <= indent) break
    count = next - at + 1
  }
  return count
}
