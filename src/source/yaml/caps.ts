import { CST, Lexer, Parser } from 'yaml'

/** What one file may hold at most. Far above what people write; far below what would stop the process. */
export const YAML_CAPS = {
  /** Bytes of the file. */
  bytes: 1024 * 1024,
  /** Collections around a value, block or flow. */
  depth: 64,
  /** Values of maps and lists together, with what aliases repeat. */
  nodes: 20_000,
  aliases: 100,
  documents: 2_000,
} as const

export type Problem = { readonly offset: number; readonly message: string; readonly tooLarge: boolean }

/**
 * The tokens of `text`, or the first cap that it passes. Caps are counted as the lexer goes, before a lexeme is parsed: neither of the two
 * recurses, so hostile nesting can't exhaust our stack. Must run before anything composes nodes, which is recursive.
 */
export function tokensWithin(text: string): readonly CST.Token[] | Problem {
  const seen = { flow: 0, aliases: 0, values: 0, documents: 0 }
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    count(seen, lexeme)
    const message = capMessage(seen)
    if (message !== undefined) return { offset, message, tooLarge: true }
    if (!isMarker(lexeme)) offset += lexeme.length
    for (const token of parser.next(lexeme)) tokens.push(token)
  }
  for (const token of parser.end()) tokens.push(token)
  for (const token of tokens) {
    const deep = tooDeep(token)
    if (deep !== undefined) return deep
  }
  return tokens
}

type Seen = { flow: number; aliases: number; values: number; documents: number }

function isMarker(lexeme: string): boolean {
  return lexeme === CST.SCALAR || lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END
}

function count(seen: Seen, lexeme: string): void {
  switch (CST.tokenType(lexeme)) {
    case 'flow-map-start':
    case 'flow-seq-start':
      seen.flow += 1
      break
    case 'flow-map-end':
    case 'flow-seq-end':
      seen.flow = Math.max(0, seen.flow - 1)
      break
    case 'doc-start':
      seen.flow = 0
      seen.documents += 1
      break
    case 'alias':
      seen.aliases += 1
      break
    case 'map-value-ind':
    case 'seq-item-ind':
    case 'explicit-key-ind':
    case 'comma':
      seen.values += 1
      break
    default:
      break
  }
}

function capMessage(seen: Seen): string | undefined {
  if (seen.flow > YAML_CAPS.depth) return `nested deeper than ${YAML_CAPS.depth}`
  if (seen.aliases > YAML_CAPS.aliases) return `more than ${YAML_CAPS.aliases} aliases`
  if (seen.values > YAML_CAPS.nodes) return `more than ${YAML_CAPS.nodes} values`
  if (seen.documents > YAML_CAPS.documents) return `more than ${YAML_CAPS.documents} documents`
  return undefined
}

/** Where the parsed tokens nest deeper than the cap; walks with a list of its own instead of the call stack. */
function tooDeep(token: CST.Token): Problem | undefined {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.depth > YAML_CAPS.depth) {
      return { offset: at.token.offset, message: `nested deeper than ${YAML_CAPS.depth}`, tooLarge: true }
    }
    openBelow(at.token, at.depth + 1, open)
  }
  return undefined
}

function openBelow(token: CST.Token, depth: number, open: { token: CST.Token; depth: number }[]): void {
  if (token.type === 'document' && token.value) open.push({ token: token.value, depth })
  if (!('items' in token)) return
  for (const { key, value } of token.items) {
    if (key) open.push({ token: key, depth })
    if (value) open.push({ token: value, depth })
  }
}
