import { CST, Lexer, parseAllDocuments } from 'yaml'
import { isJsonObject, type JsonValue, yamlProblem } from '../../domain/index.ts'

export type YamlCaps = {
  readonly characters: number
  readonly depth: number
  readonly tokens: number
  readonly aliases: number
}

export type YamlDocuments =
  /** `tokens`: how many of the text were counted against the cap. */
  | { readonly read: true; readonly documents: readonly JsonValue[]; readonly tokens: number }
  | { readonly read: false; readonly excess: boolean; readonly message: string }

const OPENS: ReadonlySet<string> = new Set(['flow-map-start', 'flow-seq-start'])
const CLOSES: ReadonlySet<string> = new Set(['flow-map-end', 'flow-seq-end'])
const FREE: ReadonlySet<string> = new Set(['space', 'comment'])
const BLOCK: ReadonlySet<string> = new Set(['scalar', 'seq-item-ind', 'explicit-key-ind', 'map-value-ind'])

/** The first cap that the text passes, or how many tokens it has. Runs over flat tokens, before the composer, which recurses and can end the process. */
function measured(text: string, caps: YamlCaps): string | number {
  if (text.length > caps.characters) return `more than ${caps.characters} characters`
  const columns: number[] = []
  let [flow, tokens, aliases, offset, lineStart] = [0, 0, 0, 0, 0]
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    const type: string = isScalar ? 'scalar' : (CST.tokenType(token) ?? 'scalar')
    if (!isScalar && (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end')) {
      isScalar = type === 'scalar'
      continue
    }
    isScalar = false
    if (!FREE.has(type) && ++tokens > caps.tokens) return `more than ${caps.tokens} tokens`
    if (type === 'alias' && ++aliases > caps.aliases) return `more than ${caps.aliases} aliases`
    flow += Number(OPENS.has(type)) - Number(CLOSES.has(type))
    if (flow === 0 && BLOCK.has(type)) {
      const column = offset - lineStart
      while ((columns.at(-1) ?? -1) >= column) columns.pop()
      columns.push(column)
    }
    if (columns.length + flow > caps.depth) return `nested deeper than ${caps.depth} levels`
    const newline = token.lastIndexOf('\n')
    if (newline >= 0) lineStart = offset + newline + 1
    offset += token.length
  }
  return tokens
}

/** Whole numbers of this length may be none that a double can tell from their neighbours. */
const LONG_NUMBER = /[\d_]{16}|0[xX][\da-fA-F]{13}|0b[01]{50}/

/** Whole numbers as they are where a double holds them, as their digits where it would hold another one: two of them never become equal. */
function exact(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (Array.isArray(value)) return value.map(exact)
  if (!isJsonObject(value as JsonValue) || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, exact(one)]))
}

/**
 * Reads YAML as Kubernetes does: 1.1 scalars, but dates and base-60 numbers are text, and of a key that stands twice the last value holds.
 * Empty documents are left out.
 */
export function readYaml(text: string, caps: YamlCaps): YamlDocuments {
  const tokens = measured(text, caps)
  if (typeof tokens === 'string') return { read: false, excess: true, message: tokens }
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    intAsBigInt: LONG_NUMBER.test(text),
    // Quadratic in `yaml`, and not asked for by Kubernetes.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || tag.format === 'TIME')),
  })
  const documents: JsonValue[] = []
  for (const document of parsed) {
    const error = document.errors[0]
    if (error !== undefined) return { read: false, excess: false, message: yamlProblem(error.code, error.message) }
    const value = jsonOf(() => document.toJS({ maxAliasCount: caps.aliases }) as unknown)
    if (value === 'bomb') return { read: false, excess: true, message: 'aliases that grow without end' }
    if (value.json === undefined)
      return { read: false, excess: false, message: 'a value that JSON has no words for, such as .inf or !!binary' }
    if (value.json !== null) documents.push(value.json)
  }
  return { read: true, documents, tokens }
}

function jsonOf(make: () => unknown): 'bomb' | { readonly json: JsonValue | undefined } {
  try {
    const value = exact(make())
    return { json: isJson(value) ? value : undefined }
  } catch {
    // toJS throws for one thing alone: aliases that resolve to more than `maxAliasCount` nodes.
    return 'bomb'
  }
}

/** What the 1.1 tags can make that JSON has not (sets, binary, ordered maps) is no part of a Kubernetes object. */
function isJson(value: unknown): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return isJsonObject(value) && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson)
}
